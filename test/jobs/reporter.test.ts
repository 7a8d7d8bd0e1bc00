import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Storage } from "../../src/jobs/contract.ts";
import { Reporter } from "../../src/jobs/reporter.ts";
import { openStorage } from "../../src/jobs/storage.ts";
import { Problem } from "../../src/problems/problems.ts";
import { allEvents, claimed, digestOf, eventTypes, newJob, until } from "./given.ts";

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

const listener = { status: () => {}, lost: () => {}, checkpointDone: () => {}, rowsDone: () => {}, meter: undefined };
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
  return { id, reports, reporter: new Reporter(watched, claim, listener, new AbortController().signal) };
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
  expect(reports.map(({ rows: written }) => written)).toEqual(Array.from({ length: step / 250 }, () => 250));
  expect(reports.filter(({ checkpoint }) => checkpoint !== undefined)).toEqual([reports.at(-1)]);
  expect(reports.at(-1)).toEqual({ rows: 250, checkpoint: step });
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

/** A storage that is full until it is told otherwise, and what the reporter says of rows. */
async function onFullStorage(impatience: AbortSignal) {
  const { id } = await storage.jobs.create(newJob());
  const claim = await claimed(storage.jobs, id);
  const disk = { isFull: true, trials: 0, arrived: 0 };
  const full: Storage = {
    ...storage,
    jobs: {
      ...storage.jobs,
      report: async (...report) => {
        disk.trials++;
        if (disk.isFull) throw new Problem("storage_full", "Full.", [], 1);
        return storage.jobs.report(...report);
      },
    },
  };
  const reporter = new Reporter(full, claim, { ...listener, rowsDone: (count) => (disk.arrived += count) }, impatience);
  const rows = Array.from({ length: 1_500 }, (_, at) => ({ step: at + 1, epoch: 1, loss: 1 }));
  reporter.take({ kind: "metrics", rows, progress: progressAt(1_500, 1) });
  return { id, disk, reporter };
}

test("rows have not arrived before they are written, however often that is tried", async () => {
  const { id, disk, reporter } = await onFullStorage(new AbortController().signal);
  await until(() => disk.trials >= 2);
  expect(disk.arrived).toBe(0);
  disk.isFull = false;
  await reporter.settled();
  expect(disk.arrived).toBe(1_500);
  expect((await storage.jobs.metrics(id, { after: 0, limit: 10_000 })).data).toHaveLength(1_500);
});

test("what cannot be written goes with the end when there is no time left", async () => {
  const impatience = new AbortController();
  const { disk, reporter } = await onFullStorage(impatience.signal);
  await until(() => disk.trials >= 1);
  impatience.abort();
  await reporter.settled();
  expect((await reporter.last()).metrics).toHaveLength(1_500);
});

test("progress and checkpoints are written however fast rows come", async () => {
  const { id, reports, reporter } = await reporting();
  const bytes = Uint8Array.from([1, 2, 3]);
  const weights = { digest: digestOf(bytes), bytes };
  for (let step = 500; step <= 5_000; step += 500) {
    const rows = Array.from({ length: 500 }, (_, at) => ({ step: step - 499 + at, epoch: 1, loss: 1 }));
    reporter.take({ kind: "metrics", rows, progress: progressAt(step, 1) });
    if (step === 500) reporter.take({ kind: "checkpoint", step, epoch: 1, metrics: {}, weights, state: null, best: false, final: false });
  }
  await reporter.settled();
  expect(reports.findIndex(({ checkpoint }) => checkpoint === 500)).toBe(1);
  expect((await allEvents(storage.jobs, id)).map(({ type }) => type)).toEqual(["created", "started", "progress", "checkpoint"]);
});
