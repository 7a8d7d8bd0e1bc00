import { createHash, randomUUID } from "node:crypto";
import type { Claim, Job, JobEvent, JobStatus, JobStore, NewCheckpoint, NewJob, Storage } from "../../src/jobs/contract.ts";
import { Problem } from "../../src/problems/problems.ts";

export const digestOf = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** A job of nothing in particular. */
export function newJob(changes: Partial<NewJob> = {}): NewJob {
  return {
    id: `job-${randomUUID()}`,
    submission: digestOf("submission"),
    summary: { optimizer: { type: "SGD", lr: 0.1 }, name: 'θ, 权重 \u0000 "quoted"' },
    datasets: [],
    tags: [],
    webhook: null,
    client: "somebody",
    steps: 100,
    pause_at: null,
    traceparent: null,
    ...changes,
  };
}

export function checkpointAt(step: number, changes: Partial<NewCheckpoint> = {}): NewCheckpoint {
  const weights = digestOf(`weights ${step}`);
  const state = digestOf(`state ${step}`);
  return { step, epoch: 1, metrics: { loss: 1 / step }, weights, state, bytes: 10, best: false, final: false, ...changes };
}

/** Claims a job that must be there for the taking. */
export async function claimed(jobs: JobStore, id: string): Promise<Claim> {
  const claim = await jobs.claim(id);
  if (claim === null) throw new Error(`There is nothing to do for ${id}`);
  return claim;
}

/** A job with somebody at work on it. */
export async function running(jobs: JobStore, changes: Partial<NewJob> = {}): Promise<Job> {
  const { id } = await jobs.create(newJob(changes));
  await claimed(jobs, id);
  return jobs.get(id);
}

export async function allEvents(jobs: JobStore, id: string): Promise<readonly JobEvent[]> {
  const { data } = await jobs.events(id, { after: 0, limit: 10_000 });
  return data;
}

export const eventTypes = async (jobs: JobStore, id: string): Promise<string[]> => (await allEvents(jobs, id)).map(({ type }) => type);

/** Waits until something holds, which must happen in time. */
export async function until<T>(
  ask: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  patienceMs = 25_000,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== null && answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error("It did not come about in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const reached = (storage: Storage, id: string, status: JobStatus): Promise<Job> =>
  until(async () => {
    const job = await storage.jobs.get(id);
    return job.status === status && job;
  });

/** The problem that a call is refused with; any other outcome fails the test. */
export async function refusal(call: Promise<unknown>): Promise<Problem> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("It was not refused");
}
