import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { everyStorage } from "./backends.ts";
import { checkpointAt, digestOf, refusal, running } from "./given.ts";

const limit = 1_000_000;

everyStorage(
  "a limit of bytes",
  (given) => {
    const put = async (bytes: number): Promise<string> => {
      const content = Buffer.alloc(bytes, randomUUID());
      await given.storage.blobs.put(digestOf(content), content);
      return digestOf(content);
    };

    test("refuses what does not fit, says why, and takes it when something has gone", async () => {
      const { jobs, blobs } = given.storage;
      const { id } = await running(jobs);
      const [weights, state] = [await put(300_000), await put(300_000)];
      await jobs.report(id, 1, { checkpoint: checkpointAt(1, { weights, state }) });
      const refused = await refusal(put(400_001));
      expect(refused).toMatchObject({ code: "storage_limit", status: 507, retryAfter: expect.any(Number) });
      expect(refused.detail).toMatch(/600000 bytes are kept.* 400001 more .*MAX_STORAGE_BYTES allows 1000000/);
      // What is there already takes no more room, whatever it is kept as.
      const known = Buffer.alloc(300_000, randomUUID());
      await blobs.put(digestOf(known), known);
      await blobs.put(digestOf(known), known);
      const upload = join(given.place.folder, "upload");
      writeFileSync(upload, Buffer.alloc(100_001));
      expect(await refusal(blobs.putFile(digestOf(Buffer.alloc(100_001)), upload))).toMatchObject({ code: "storage_limit" });
      await jobs.finish(id, 1, { status: "cancelled", message: "" });
      await jobs.delete(id);
      await put(600_000);
      expect(await refusal(put(200_000))).toMatchObject({ code: "storage_limit" });
    });

    test("is known again by the next process", async () => {
      await given.reopen();
      expect(await refusal(put(200_000))).toMatchObject({ code: "storage_limit" });
      await put(90_000);
    });
  },
  { maxBytes: limit },
);
