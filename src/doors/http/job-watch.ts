import type { FastifyRequest } from "fastify";
import { type Job, type JobStore, isFinal } from "../../jobs/contract.ts";

/** What wakes a request that waits for news of a job: new events, the departure of its client, and the end of the service. */
export class JobWatch implements Disposable {
  readonly #departure: FastifyRequest["departure"];
  readonly #stopping: AbortSignal;
  readonly #unwatch: () => void;
  readonly #ring = (): void => this.#bell.resolve(true);
  #bell = Promise.withResolvers<true>();

  /** Watches from now on: what is read afterwards, and what is told, together miss nothing. */
  constructor(jobs: JobStore, id: string, { departure, server }: Pick<FastifyRequest, "departure" | "server">) {
    this.#departure = departure;
    this.#stopping = server.stopping;
    this.#unwatch = jobs.watch(id, this.#ring);
    departure.addEventListener("abort", this.#ring);
    this.#stopping.addEventListener("abort", this.#ring);
  }

  /** Whether there is nobody left to tell, or no time left to do so. */
  get isOver(): boolean {
    return this.#stopping.aborted || this.#departure.reason !== undefined;
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
    this.#departure.removeEventListener("abort", this.#ring);
    this.#stopping.removeEventListener("abort", this.#ring);
  }
}

/** Waits until a job is over, for so many seconds at the most, and answers the job as it is then. */
export async function untilOver(jobs: JobStore, id: string, request: FastifyRequest, seconds: number): Promise<Job> {
  const deadline = performance.now() + 1000 * seconds;
  using watch = new JobWatch(jobs, id, request);
  for (;;) {
    const job = await jobs.get(id);
    const left = deadline - performance.now();
    if (isFinal(job.status) || watch.isOver || left <= 0) return job;
    await watch.news(left);
  }
}
