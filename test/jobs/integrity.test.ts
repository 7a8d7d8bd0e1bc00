import { randomUUID } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Blobs } from "../../src/jobs/contract.ts";
import { type Given, everyStorage } from "./backends.ts";
import { checkpointAt, claimed, digestOf, eventTypes, newJob, refusal } from "./given.ts";
import { openWorkshop } from "./trained.ts";
import { lesson } from "./lesson.ts";

/** Turns one bit of a file around, and leaves its times as they were. */
function flip(path: string): void {
  const { atime, mtime, size } = statSync(path);
  const at = Math.floor(size / 2);
  const byte = readFileSync(path)[at];
  const file = openSync(path, "r+");
  writeSync(file, Buffer.from([byte ^ 4]), 0, 1, at);
  closeSync(file);
  utimesSync(path, atime, mtime);
}

const replace = (path: string, write: () => void): void => {
  rmSync(path, { recursive: true, force: true });
  write();
};

/** What may become of a file, and what reading it then says. */
const mishaps: readonly [what: string, befall: (path: string) => void, code: string][] = [
  ["a flipped bit", flip, "damaged_content"],
  ["a truncated file", (path) => truncateSync(path, 100), "damaged_content"],
  ["an empty file", (path) => truncateSync(path, 0), "damaged_content"],
  ["a longer file", (path) => writeFileSync(path, "more", { flag: "a" }), "damaged_content"],
  ["a folder in its place", (path) => replace(path, () => mkdirSync(join(path, "inside"), { recursive: true })), "damaged_content"],
  ["a file in its folder's place", (path) => replace(dirname(path), () => writeFileSync(dirname(path), "")), "damaged_content"],
  ["no file", (path) => rmSync(path), "missing_content"],
  ["no folder", (path) => rmSync(dirname(path), { recursive: true }), "missing_content"],
];

/** The same in a database, where content is rows of chunks. */
const statements: readonly [what: string, statement: (digest: string) => string, code: string][] = [
  [
    "a flipped bit",
    (digest) => `update blob_chunks set bytes = set_byte(bytes, 9, get_byte(bytes, 9) # 4) where digest = '${digest}' and position = 1`,
    "damaged_content",
  ],
  [
    "a truncated chunk",
    (digest) => `update blob_chunks set bytes = substring(bytes from 1 for 9) where digest = '${digest}' and position = 0`,
    "damaged_content",
  ],
  ["an empty chunk", (digest) => `update blob_chunks set bytes = '' where digest = '${digest}' and position = 1`, "damaged_content"],
  ["no chunk", (digest) => `delete from blob_chunks where digest = '${digest}' and position = 0`, "damaged_content"],
  ["another length", (digest) => `update blobs set bytes = bytes + 4194304 where digest = '${digest}'`, "damaged_content"],
  ["nothing", (digest) => `delete from blobs where digest = '${digest}'`, "missing_content"],
];

const ways: readonly [how: string, read: (blobs: Blobs, digest: string) => Promise<unknown>][] = [
  ["as a stream", async (blobs, digest) => buffer(await blobs.stream(digest))],
  ["whole", (blobs, digest) => blobs.read(digest)],
  ["by a path", async (blobs, digest) => readFileSync(await blobs.localPath(digest))],
];

everyStorage("damage", (given) => {
  const kept = async (bytes: Buffer): Promise<string> => {
    const digest = digestOf(bytes);
    await given.storage.blobs.put(digest, bytes);
    return digest;
  };
  const fresh = (length: number): Buffer => Buffer.alloc(length, randomUUID());

  test("is told, however it came and however it is read, and keeping the same again heals it", async () => {
    const { execute } = given.place;
    for (const [at, [what, befall, code]] of damages(given).entries()) {
      // Two chunks of the database's.
      const bytes = fresh(execute === null ? 300_000 : 4 * 2 ** 20 + 100);
      const digest = await kept(bytes);
      for (const [how, read] of execute === null ? ways : [ways[at % ways.length]]) {
        await befall(digest);
        expect(await refusal(read(given.storage.blobs, digest)), `${what} ${how}`).toMatchObject({ code });
        await given.storage.blobs.put(digest, bytes);
        expect(digestOf(await given.storage.blobs.read(digest)), `${what} ${how}, healed`).toBe(digest);
        await given.storage.blobs.localPath(digest);
      }
      await befall(digest);
      const upload = join(given.place.folder, `upload-${randomUUID()}`);
      writeFileSync(upload, bytes);
      await given.storage.blobs.putFile(digest, upload);
      expect(digestOf(readFileSync(await given.storage.blobs.localPath(digest))), `${what}, healed by a file`).toBe(digest);
      // What stands in the place of files and folders is in nobody's way.
      await befall(digest);
      await given.storage.sweep();
    }
  }, 60_000);

  test("of a copy in a file of this machine is mended from the database", async () => {
    if (given.place.execute === null) return;
    const bytes = fresh(1_000);
    const path = await given.storage.blobs.localPath(await kept(bytes));
    for (const [what, befall] of mishaps) {
      befall(path);
      if (what === "a file in its folder's place") rmSync(dirname(path));
      expect(readFileSync(await given.storage.blobs.localPath(digestOf(bytes))).equals(bytes), what).toBe(true);
    }
  });
});

/** What can befall content where it is kept. */
function damages({ place }: Given): [what: string, befall: (digest: string) => unknown, code: string][] {
  const { execute, folder } = place;
  if (execute === null) {
    const pathOf = (digest: string): string => join(folder, "blobs", digest.slice(0, 2), digest.slice(2));
    return mishaps.map(([what, befall, code]) => [what, (digest) => befall(pathOf(digest)), code]);
  }
  return statements.map(([what, statement, code]) => [
    what,
    async (digest) => {
      await execute(statement(digest));
      // The copy in a file would still be sound.
      rmSync(join(folder, "cache"), { recursive: true, force: true });
    },
    code,
  ]);
}

everyStorage("a damaged checkpoint", (given) => {
  test("is passed over for the one before it, with what was measured since", async () => {
    const { jobs } = given.storage;
    const { id } = await jobs.create(newJob());
    await claimed(jobs, id);
    const rows = (steps: readonly number[]) => steps.map((step) => ({ step, epoch: 1, loss: 1 }));
    await jobs.report(id, 1, { metrics: rows([1, 2, 3, 4, 5, 6]) });
    for (const step of [2, 4, 6]) await jobs.report(id, 1, { checkpoint: checkpointAt(step) });
    expect(await jobs.passOver(id, 1, { step: 6, part: "weights", detail: "It is damaged." })).toMatchObject({ step: 4 });
    expect(await jobs.passOver(id, 1, { step: 4, part: "state", detail: "It is gone." })).toMatchObject({ step: 2 });
    expect((await jobs.metrics(id, { after: 0, limit: 9 })).data.map(({ step }) => step)).toEqual([1, 2]);
    expect((await jobs.checkpoints(id)).map(({ step, state }) => [step, state !== null])).toEqual([
      [4, false],
      [2, true],
    ]);
    expect(await jobs.passOver(id, 1, { step: 2, part: "state", detail: "It is gone." })).toBeNull();
    expect(await eventTypes(jobs, id)).toEqual(["created", "started", ...Array.from({ length: 3 }, () => "checkpoint_damaged")]);
    await expect(jobs.passOver(id, 7, { step: 2, part: "state", detail: "" })).rejects.toThrow("lost job");
  });
});

describe("a job whose content is damaged while it rests", () => {
  const request = lesson(2_000, { checkpoint: { every_steps: 100, keep: 3 } });
  let workshop: Awaited<ReturnType<typeof openWorkshop>>;
  let plain: string;
  beforeAll(async () => {
    workshop = await openWorkshop();
    plain = await workshop.post(request);
    await workshop.over(plain);
  });
  afterAll(() => workshop[Symbol.asyncDispose]());

  /** Trains, pauses, damages checkpoints, goes on; how many checkpoints were passed over. */
  const passedOver = async (damage: (checkpoints: readonly { weights: string; state: string | null }[]) => void): Promise<number> => {
    const { jobs } = workshop.storage;
    const id = await workshop.post(request);
    await workshop.until(id, ({ progress }) => (progress?.step ?? 0) > 400);
    await jobs.pause(id);
    await workshop.until(id, ({ status }) => status === "paused");
    damage(await jobs.checkpoints(id));
    await jobs.resume(id);
    expect((await workshop.over(id)).status).toBe("succeeded");
    expect(digestOf(await workshop.weights(id))).toBe(digestOf(await workshop.weights(plain)));
    const [own, others] = await Promise.all([id, plain].map((of) => jobs.metrics(of, { after: 0, limit: 10_000 })));
    expect(own).toEqual(others);
    return (await eventTypes(jobs, id)).filter((type) => type === "checkpoint_damaged").length;
  };

  const pathOf = (digest: string): string => join(workshop.dataDir, "blobs", digest.slice(0, 2), digest.slice(2));

  test.each(mishaps.filter((_, at) => at % 2 === 0))(
    "goes on from the checkpoint before one with %s, and comes to the same end",
    async (_what, befall) => {
      expect(await passedOver(([newest]) => befall(pathOf(newest.state ?? "")))).toBe(1);
    },
  );

  test("begins anew where no checkpoint is sound", async () => {
    expect(await passedOver((all) => all.forEach(({ weights }) => flip(pathOf(weights))))).toBeGreaterThan(1);
  });
});

test("a job whose submission is damaged fails and says so, and the same one posted again succeeds", async () => {
  await using workshop = await openWorkshop();
  const request = lesson(50);
  const id = await workshop.post(lesson(1_000_000));
  await workshop.until(id, ({ status }) => status === "running");
  const waiting = await workshop.post(request);
  const { submission } = await workshop.storage.jobs.get(waiting);
  flip(join(workshop.dataDir, "blobs", submission.slice(0, 2), submission.slice(2)));
  await workshop.storage.jobs.cancel(id);
  expect(await workshop.over(waiting)).toMatchObject({ status: "failed", error: { code: "damaged_content" } });
  expect(await workshop.over(await workshop.post(request))).toMatchObject({ status: "succeeded" });
});
