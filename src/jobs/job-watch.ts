import type { StopSignal } from "../workers/pool.ts";
import { type Job, type JobStore, isFinal } from "./contract.ts";

/** What wakes those who wait for news of a job: new events, and whatever says that they need not wait any more. */
export class JobWatch implements Disposable {
  readonly #ends: readonly StopSignal[];
  readonly #unwatch: () => void;
  readonly #ring = (): void => this.#bell.resolve(true);
  #bell = Promise.withResolvers<true>();

  /** Watches from now on: what is read afterwards, and what is told, together miss nothing. */
  constructor(jobs: JobStore, id: string, ends: readonly StopSignal[]) {
    this.#ends = ends;
    this.#unwatch = jobs.watch(id, this.#ring);
    for (const end of ends) end.addEventListener("abort", this.#ring);
  }

  /** Whether there is nobody left to tell, or no time left to do so. */
  get isOver(): boolean {
    return this.#ends.some(({ reason }) => reason !== undefined);
  }

  /** Waits until there may be something new, or for so many milliseconds. Answers whether there may be. */
  async news(milliseconds: number): Promise<boolean> {
    const late = Promise.withResolvers<false>();
    const timer = setTimeout(late.resolve, milliseconds, false);
    const isNew = this.isOver || (await Promise.race([this.#bell.promise, late.promise]));
    clearTimeout(timer);
    if (isNew) this.#bell = Promise.withResolvers();
    return isNew;
  }

  [Symbol.dispose](): void {
    this.#unwatch();
    for (const end of this.#ends) end.removeEventListener("abort", this.#ring);
  }
}

/** Waits until a job is over, for so many seconds at the most, and answers the job as it is then. */
export async function untilOver(jobs: JobStore, id: string, seconds: number, ends: readonly StopSignal[]): Promise<Job> {
  const deadline = performance.now() + 1000 * seconds;
  using watch = new JobWatch(jobs, id, ends);
  for (;;) {
    const job = await jobs.get(id);
    const left = deadline - performance.now();
    if (isFinal(job.status) || watch.isOver || left <= 0) return job;
    await watch.news(left);
  }
}
