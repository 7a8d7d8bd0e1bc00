import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { expect } from "vitest";
import type { JobsOptions } from "../../../src/doors/http/app.ts";
import { JobMeter } from "../../../src/doors/http/plugins/job-metrics.ts";
import type { JobStore } from "../../../src/jobs/contract.ts";
import type { RunnerTrouble } from "../../../src/jobs/run.ts";
import type { StorageOptions } from "../../../src/jobs/storage-settings.ts";
import { openStorage } from "../../../src/jobs/storage.ts";
import { budgetOf } from "../../../src/memory/budget.ts";
import { startTrainers } from "../../../src/threads.ts";
import { defaultLimits } from "../../../src/request/limits.ts";
import { ProblemDocument } from "../../../src/problems/document.ts";
import { type ServiceOptions, startService } from "../../support/service.ts";

export interface JobServiceOptions extends ServiceOptions {
  /** Jobs that are trained at once; none: the test does by hand what a runner would. */
  readonly trainers?: number;
  readonly caps?: StorageOptions["caps"];
  readonly retention?: StorageOptions["retention"];
  readonly listeners?: JobsOptions["listeners"];
}

/** The service over a real storage, and over a real socket. */
export async function startJobService({ trainers = 0, caps, retention, listeners, ...options }: JobServiceOptions = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), "adjoint-jobs-"));
  const storage = await openStorage({
    dataDir,
    onError: (error) => process.stderr.write(`${String(error)}\n`),
    ...(caps && { caps }),
    ...(retention && { retention }),
  });
  const watching = countWatchers(storage.jobs);
  const meter = new JobMeter();
  const settings = {
    limits: defaultLimits,
    graphsFolder: join(dataDir, "graphs"),
    threads: 1,
    budget: budgetOf(8 * 2 ** 30, { workers: 0, trainers, crew: 1 }),
  };
  const onTrouble = ({ trace }: RunnerTrouble): unknown => process.stderr.write(`${trace}\n`);
  const training = trainers === 0 ? undefined : await startTrainers({ ...settings, storage, meter, trainers, onTrouble });
  const { blobs, datasets } = storage;
  const uploads = { blobs, datasets, uploadsFolder: join(dataDir, "uploads"), maxDatasetBytes: 2 ** 22 };
  const service = await startService({
    workers: 1,
    datasets: uploads,
    ...options,
    jobs: { storage, meter, ...(listeners && { listeners }) },
  });
  await service.app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = service.app.server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    ...service,
    storage,
    jobs: storage.jobs,
    meter,
    /** Whether some request watches a job. */
    watched: (id: string): boolean => (watching.get(id) ?? 0) > 0,
    /** Counts from now on how many events of a job are read. */
    countReads: (id: string): (() => number) => countEvents(storage.jobs, id),
    origin,
    port,
    get: (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(origin + path, { headers }),
    send: (path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(origin + path, {
        method: "POST",
        ...(body === undefined ? { headers } : { headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) }),
      }),
    [Symbol.asyncDispose]: async () => {
      await service.app.close();
      await training?.close();
      await service[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Has the store count who watches which job. */
function countWatchers(jobs: JobStore): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const watch = jobs.watch.bind(jobs);
  jobs.watch = (id, onChange) => {
    const stop = watch(id, onChange);
    counts.set(id, (counts.get(id) ?? 0) + 1);
    return () => {
      stop();
      counts.set(id, (counts.get(id) ?? 0) - 1);
    };
  };
  return counts;
}

function countEvents(jobs: JobStore, watched: string): () => number {
  const events = jobs.events.bind(jobs);
  let count = 0;
  jobs.events = async (id, query) => {
    const page = await events(id, query);
    if (id === watched) count += page.data.length;
    return page;
  };
  return () => count;
}

/** The problem document that an answer must be. */
export async function problemFrom(answer: Response, code: string): Promise<ProblemDocument> {
  const found = ProblemDocument.parse(await answer.json());
  expect(found.code, found.detail).toBe(code);
  expect(found.status).toBe(answer.status);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  return found;
}

export type JobService = Awaited<ReturnType<typeof startJobService>>;
