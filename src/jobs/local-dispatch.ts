import { setTimeout as sleep } from "node:timers/promises";
import { isActive } from "./attempts.ts";
import { type Dispatching, LostJob } from "./contract.ts";
import type { DispatchOptions } from "./dispatch-options.ts";
import { counted, JobTurns, type WaitingJob } from "./job-turns.ts";
import type { Dispatcher } from "./parts.ts";

/** A job that could not be worked on is not taken up again at once, in milliseconds. */
const pauseMs = 1_000;

type Work = (id: string, signal: AbortSignal) => Promise<void>;

/**
 * Hands queued jobs to work in this process, of one client after another. The table of jobs is the queue.
 */
export class LocalDispatcher implements Dispatcher {
  readonly #options: DispatchOptions;
  readonly #turns: JobTurns;
  readonly #inHand = new Map<string, { readonly client: string; readonly served: Promise<void> }>();
  readonly #stopping = new AbortController();
  #work: Work | null = null;
  #concurrency = 0;
  #filling: Promise<void> | null = null;
  #isStale = false;
  #alarm: NodeJS.Timeout | undefined;

  constructor(options: DispatchOptions) {
    this.#options = options;
    this.#turns = new JobTurns(options.database, options.limitsOf);
  }

  async send(): Promise<null> {
    return null;
  }

  async settle(): Promise<void> {}

  wake(): void {
    this.#isStale = true;
    if (this.#work === null || this.#stopping.signal.aborted) return;
    this.#filling ??= this.#fill(this.#work).finally(() => {
      this.#filling = null;
      // Something may have been queued between the last look and here.
      if (this.#isStale) this.wake();
    });
  }

  start(work: Work, concurrency: number, segmentSeconds: number | null): Dispatching {
    this.#work = work;
    this.#concurrency = concurrency;
    this.wake();
    return { segmentSeconds: segmentSeconds ?? Infinity, stop: () => this.stop() };
  }

  /** Takes no more jobs, and waits for those under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#alarm);
    await this.#filling;
    await Promise.all([...this.#inHand.values()].map(({ served }) => served));
  }

  /** Takes jobs until there is none, or no room. */
  async #fill(work: Work): Promise<void> {
    while (this.#isStale && !this.#stopping.signal.aborted) {
      this.#isStale = false;
      while (this.#inHand.size < this.#concurrency) {
        const job = await this.#next();
        if (job === null) break;
        if (this.#stopping.signal.aborted) return;
        this.#take(work, job);
      }
    }
  }

  #take(work: Work, { id, client }: WaitingJob): void {
    this.#turns.took(client);
    const served = this.#serve(work, id).finally(() => {
      this.#inHand.delete(id);
      this.wake();
    });
    this.#inHand.set(id, { client, served });
  }

  /** The job whose turn it is; null when there is none that may be begun. */
  async #next(): Promise<WaitingJob | null> {
    const inHand = [...this.#inHand.keys()];
    const now = Date.now();
    try {
      for (const client of await this.#turns.order(counted([...this.#inHand.values()].map((each) => each.client)))) {
        const job = await this.#turns.first(client, inHand);
        if (job === undefined) continue;
        if (job.due_at === null || job.due_at <= now) return job;
        this.#wakeIn(Math.min(pauseMs, job.due_at - now));
      }
    } catch (error) {
      this.#options.onError(error);
      this.#wakeIn(pauseMs);
    }
    return null;
  }

  #wakeIn(milliseconds: number): void {
    clearTimeout(this.#alarm);
    this.#alarm = setTimeout(() => this.wake(), milliseconds).unref();
  }

  /** Never rejects. Whatever happens, the job is over, paused or queued afterwards: nobody else would take it up. */
  async #serve(work: Work, id: string): Promise<void> {
    try {
      await work(id, new AbortController().signal);
    } catch (error) {
      if (!(error instanceof LostJob)) {
        this.#options.onError(error);
        await this.#rest();
      }
    }
    while (!(await this.#released(id))) await this.#rest();
  }

  async #released(id: string): Promise<boolean> {
    try {
      const row = await this.#options.database.query((db) =>
        db.selectFrom("jobs").select("status").where("id", "=", id).executeTakeFirst(),
      );
      if (row !== undefined && isActive(row.status)) await this.#options.release(id);
      return true;
    } catch (error) {
      this.#options.onError(error);
      return this.#stopping.signal.aborted;
    }
  }

  async #rest(): Promise<void> {
    await sleep(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
