import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Storage } from "../../src/jobs/contract.ts";
import { Reporter } from "../../src/jobs/reporter.ts";
import { openStorage } from "../../src/jobs/storage.ts";
import { claimed, digestOf, eventTypes, newJob } from "./given.ts";

let folder: string;
let storage: Storage;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "adjoint-reporter-"));
  storage = await openStorage({
    dataDir: folder,
    onError: (error) => {
      throw error;
    },
  });
});
afterEach(async () => {
  await storage[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const listener = { status: () => {}, lost: () => {}, checkpointDone: () => {}, meter: undefined };
const progressAt = (step: number, loss: number | null) => ({
  step,
  epoch: 1,
  loss,
  steps_per_second: 1,
  samples_per_second: 1,
  remaining_seconds: 1,
});

/** A job that somebody works on; what the reports of its trainer have brought. */
async function reporting() {
  const { id } = await storage.jobs.create(newJob());
  const claim = await claimed(storage.jobs, id);
  const reports: { rows: number; checkpoint: number | undefined }[] = [];
  const watched: Storage = {
    ...storage,
    jobs: {
      ...storage.jobs,
      report: (job, attempt, report) => {
        reports.push({ rows: report.metrics?.length ?? 0, checkpoint: report.checkpoint?.step });
        return storage.jobs.report(job, attempt, report);
      },
    },
  };
  return { id, reports, reporter: new Reporter(watched, claim, listener) };
}

test("many rows are written bit by bit, and all of them before the checkpoint that they lead to", async () => {
  const { id, reports, reporter } = await reporting();
  const step = 5_000;
  const rows = Array.from({ length: step }, (_, at) => ({ step: at + 1, epoch: 1, loss: 1 / (at + 1) }));
  const bytes = Uint8Array.from([1, 2, 3]);
  reporter.take({ kind: "metrics", rows, progress: progressAt(step, 0.5) });
  reporter.take({
    kind: "checkpoint",
    step,
    epoch: 1,
    metrics: {},
    weights: { digest: digestOf(bytes), bytes },
    state: null,
    best: false,
    final: false,
  });
  await reporter.settled();
  const before = { rows: 1_000, checkpoint: undefined };
  expect(reports).toEqual([before, before, before, before, { rows: 1_000, checkpoint: step }]);
  expect((await storage.jobs.metrics(id, { after: 0, limit: 10_000 })).data).toEqual(rows);
});

test("nothing is written while messages are read, so that requests come in between", async () => {
  const { id, reports, reporter } = await reporting();
  for (let step = 1; step <= 3; step++) {
    reporter.take({ kind: "metrics", rows: [{ step, epoch: 1, loss: 1 }], progress: progressAt(step, 1) });
    // As between two messages of a thread: all that was promised is fulfilled.
    await new Promise((resolve) => process.nextTick(resolve));
    expect(reports).toEqual([]);
  }
  await reporter.settled();
  expect(reports.map(({ rows }) => rows)).toEqual([3]);
  expect((await storage.jobs.metrics(id, { after: 0, limit: 10 })).data).toHaveLength(3);
});

test("a loss that is not finite is no progress to tell of", async () => {
  for (const [loss, types] of [
    [null, ["created", "started"]],
    [0.5, ["created", "started", "progress"]],
  ] as const) {
    const { id, reporter } = await reporting();
    reporter.take({ kind: "metrics", rows: [], progress: progressAt(59, loss) });
    await reporter.settled();
    expect(await eventTypes(storage.jobs, id)).toEqual(types);
  }
});
