import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Job, isFinal, type JobStatus, type Storage } from "../../src/jobs/contract.ts";
import type { StorageOptions } from "../../src/jobs/storage-settings.ts";
import { openStorage } from "../../src/jobs/storage.ts";
import { budgetOf } from "../../src/memory/budget.ts";
import { startTrainers } from "../../src/threads.ts";
import { planJob, type Planned } from "../../src/training/tasks/submit.ts";
import { defaultLimits } from "../../src/request/limits.ts";
import { performed, sharedWithin } from "../support/tasks.ts";

const plan = performed(planJob, sharedWithin({}, 0));

/** What POST /v1/jobs makes of a request, without a service around it. */
export function submitted(request: object, datasets: Readonly<Record<string, string>> = {}): { facts: Planned; bytes: Uint8Array } {
  const { facts, body } = plan(request, { datasets });
  if (facts === undefined || typeof body === "string") throw new Error("the request was refused");
  return { facts, bytes: body };
}

/** A storage with a runner over it, as main.ts composes them. */
export async function openWorkshop({
  threads = 1,
  trainers = 1,
  folder,
  ...options
}: Partial<StorageOptions> & { threads?: number; trainers?: number; folder?: string } = {}) {
  const dataDir = folder ?? mkdtempSync(join(tmpdir(), "adjoint-jobs-"));
  const storage = await openStorage({ dataDir, onError: (error) => process.stderr.write(`${String(error)}\n`), ...options });
  const { runner, close } = await startTrainers({
    limits: defaultLimits,
    graphsFolder: join(dataDir, "graphs"),
    threads,
    budget: budgetOf(8 * 2 ** 30, { workers: 0, trainers, crew: threads }),
    storage,
    trainers,
    onTrouble: ({ trace }) => process.stderr.write(`${trace}\n`),
  });
  let count = 0;
  return {
    storage,
    runner,
    dataDir,
    post: async (request: object): Promise<string> => {
      const { facts, bytes } = submitted(request);
      const id = `job_${process.pid}_${++count}_${facts.digest.slice(0, 8)}`;
      await storage.blobs.put(facts.digest, bytes);
      await storage.jobs.create({
        ...facts,
        id,
        submission: facts.digest,
        summary: facts.summary as Job["summary"],
        client: "test",
        traceparent: null,
      });
      return id;
    },
    until: (id: string, is: (job: Job) => boolean): Promise<Job> => until(storage, id, is),
    over: (id: string): Promise<Job> => until(storage, id, ({ status }) => isFinal(status)),
    weights: (id: string): Promise<Buffer> => finalWeights(storage, id),
    [Symbol.asyncDispose]: async () => {
      await close();
      await storage[Symbol.asyncDispose]();
      if (folder === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function until(storage: Storage, id: string, is: (job: Job) => boolean): Promise<Job> {
  for (;;) {
    const changed = Promise.withResolvers<void>();
    const stop = storage.jobs.watch(id, changed.resolve);
    const timer = setTimeout(changed.resolve, 100);
    const job = await storage.jobs.get(id);
    if (is(job)) {
      stop();
      clearTimeout(timer);
      return job;
    }
    await changed.promise;
    clearTimeout(timer);
    stop();
  }
}

/** The bytes of the weights that a job ended with. */
export async function finalWeights(storage: Storage, id: string): Promise<Buffer> {
  const checkpoint = (await storage.jobs.checkpoints(id)).find(({ final }) => final);
  if (checkpoint === undefined) throw new Error(`${id} has no final weights`);
  return await storage.blobs.read(checkpoint.weights);
}

export type { JobStatus };
