import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { until } from "../../jobs/given.ts";
import { isOver, postJob, reaches, readJob, recordOf, submit } from "./client.ts";
import { lesson } from "./lessons.ts";
import { startProcess } from "./process.ts";
import { differences, faultsOf } from "./soundness.ts";

/** A disk of a few megabytes, which is full when a file is written to its end. */

const folder = mkdtempSync(join(tmpdir(), "adjoint-disk-"));

/** Whether a file system of its own can be had: containers mostly do not allow it. */
const isMounted = (() => {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    process.stderr.write("No file system can be mounted here: the test of a full disk is skipped.\n");
    return false;
  }
})();
afterAll(() => {
  if (isMounted) execFileSync("umount", ["--lazy", folder]);
  rmSync(folder, { recursive: true, force: true });
});

const filler = join(folder, "filler");

/** Takes all the room that is left, as far as the service does not take it at the same time. */
function fill(): void {
  const { bavail, bsize } = statfsSync(folder);
  try {
    appendFileSync(filler, Buffer.alloc(bavail * bsize));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}

describe.skipIf(!isMounted)("when the disk is full", () => {
  test("the answer is 503 storage_full, and a job that runs gets to the same end once there is room", async () => {
    await using service = await startProcess({ DATA_DIR: join(folder, "data"), TRAINERS: "1" });
    const { origin } = service;
    const request = lesson(1, 9_000, { checkpoint: { every_steps: 200 } });
    const plain = await submit(origin, request);
    await reaches(origin, plain, isOver);

    const id = await submit(origin, request);
    await reaches(origin, id, ({ step }) => step > 200);
    // A write that failed gives its room back, so that the next one may get through.
    const refused = await until(async () => {
      fill();
      const answer = await postJob(origin, lesson(2, 100));
      return answer.status !== 202 && answer;
    });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: "storage_full" });
    // What is read or computed needs no room.
    expect((await fetch(`${origin}/v1/jobs/${id}`)).status).toBe(200);
    expect((await fetch(`${origin}/v1/operators`)).status).toBe(200);

    await sleep(1_000);
    expect(await readJob(origin, id)).not.toMatchObject({ status: "failed" });

    rmSync(filler);
    await reaches(origin, id, isOver);
    const record = await recordOf(origin, id);
    expect([...faultsOf(record), ...differences(record, await recordOf(origin, plain))]).toEqual([]);
    expect(record.events.filter(({ type }) => type === "resumed")).toEqual([]);
    expect((await postJob(origin, lesson(2, 100))).status).toBe(202);
  });
});
