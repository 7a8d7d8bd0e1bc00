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
    const request = lesson(1, 4_000, { checkpoint: { every_steps: 200 } });
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
  }, 120_000);

  test("jobs are read, cancelled and deleted, the service stops and starts, and all goes on once there is room", async () => {
    rmSync(join(folder, "data"), { recursive: true });
    const environment = { DATA_DIR: join(folder, "again"), TRAINERS: "1" };
    let service = await startProcess(environment);
    const ask = async (method: string, path: string, body?: string): Promise<{ status: number; code?: string; storage?: string }> => {
      const headers: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
      const answer = await fetch(service.origin + path, { method, headers, ...(body !== undefined && { body }) });
      const text = await answer.text();
      return { ...(text.startsWith("{") && (JSON.parse(text) as object)), status: answer.status };
    };
    try {
      const over = await submit(service.origin, lesson(1, 50));
      await reaches(service.origin, over, isOver);
      const long = lesson(1, 1_000_000, { checkpoint: { every_steps: 100 } });
      const cancelled = await submit(service.origin, long);
      await reaches(service.origin, cancelled, ({ step }) => step > 200);
      await until(async () => {
        fill();
        return (await ask("GET", "/readyz")).storage === "full";
      });
      // What would take room is refused, in the words of a full disk.
      const refusals = [
        ask("POST", "/v1/graphs", JSON.stringify({ expression: `sin(x) + ${"x + ".repeat(5_000)}x` })),
        ask("POST", "/v1/datasets", "1,2\n3,4\n".repeat(1_000)),
        ask("POST", "/v1/jobs", JSON.stringify(lesson(2, 100))),
      ];
      for (const refusal of await Promise.all(refusals)) expect(refusal).toMatchObject({ status: 503, code: "storage_full" });
      expect(await ask("GET", `/v1/jobs/${over}`)).toMatchObject({ status: 200 });
      expect(await ask("GET", `/v1/jobs/${over}/weights?format=json`)).toMatchObject({ status: 200 });
      expect((await ask("POST", `/v1/jobs/${cancelled}/cancel`)).status).toBe(202);
      await reaches(service.origin, cancelled, ({ status }) => status === "cancelled");
      fill();
      expect(await ask("DELETE", `/v1/jobs/${over}`)).toMatchObject({ status: 204 });
      rmSync(filler);

      const id = await until(async () => {
        const answer = await postJob(service.origin, long);
        return answer.status === 202 && ((await answer.json()) as { id: string }).id;
      });
      await reaches(service.origin, id, ({ step }) => step > 200);
      await until(async () => {
        fill();
        return (await ask("GET", "/readyz")).storage === "full";
      });
      const stopping = performance.now();
      expect(await service.stop()).toBe(0);
      expect(performance.now() - stopping).toBeLessThan(30_000);
      fill();
      service = await startProcess(environment);
      expect(await ask("GET", "/readyz")).toMatchObject({ status: 200, storage: "full" });
      expect((await ask("GET", `/v1/jobs/${id}`)).status).toBe(200);
      rmSync(filler);
      await until(async () => (await ask("GET", "/readyz")).storage === "available");
      const { step } = await readJob(service.origin, id);
      await reaches(service.origin, id, (job) => job.step > step);
      expect((await ask("POST", `/v1/jobs/${id}/cancel`)).status).toBe(202);
      await reaches(service.origin, id, isOver);
    } finally {
      await service.kill();
    }
  }, 180_000);
});
