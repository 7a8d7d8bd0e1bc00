import { setTimeout as sleep } from "node:timers/promises";
import { isActive } from "./attempts.ts";
import { type Dispatching, LostJob } from "./contract.ts";
import type { DispatchOptions } from "./dispatch-options.ts";
import type { Dispatcher } from "./parts.ts";

/** A job that could not be worked on is not taken up again at once, in milliseconds. */
const pauseMs = 1_000;

type Work = (id: string, signal: AbortSignal) => Promise<void>;

/**
 * Hands queued jobs to work in this process: those that were given back first, then the ones that have waited longest, among which are those
 * whose work was lost, when they have rested. The table of jobs is the queue.
 */
export class LocalDispatcher implements Dispatcher {
  readonly #options: DispatchOptions;
  readonly #inHand = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  #work: Work | null = null;
  #concurrency = 0;
  #filling: Promise<void> | null = null;
  #isStale = false;
  #alarm: NodeJS.Timeout | undefined;

  constructor(options: DispatchOptions) {
    this.#options = options;
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
    await Promise.all(this.#inHand.values());
  }

  /** Takes jobs until there is none, or no room. */
  async #fill(work: Work): Promise<void> {
    while (this.#isStale && !this.#stopping.signal.aborted) {
      this.#isStale = false;
      const room = this.#concurrency - this.#inHand.size;
      if (room <= 0) return;
      for (const id of await this.#next(room)) {
        if (this.#stopping.signal.aborted) return;
        this.#inHand.set(
          id,
          this.#serve(work, id).finally(() => {
            this.#inHand.delete(id);
            this.wake();
          }),
        );
      }
    }
  }

  async #next(count: number): Promise<string[]> {
    const inHand = [...this.#inHand.keys()];
    const now = Date.now();
    try {
      const rows = await this.#options.database.query((db) =>
        db
          .selectFrom("jobs")
          .select(["id", "due_at"])
          .where("status", "=", "queued")
          .$if(inHand.length > 0, (query) => query.where("id", "not in", inHand))
          // Those that rest come last: one among so many tells when to look again.
          .orderBy((jobs) => jobs(jobs.fn.coalesce("due_at", jobs.lit(0)), ">", now))
          .orderBy((jobs) => jobs.or([jobs("attempt", "=", 0), jobs("due_at", "is not", null)]))
          .orderBy("queued_at")
          .orderBy("id")
          .limit(count)
          .execute(),
      );
      const resting = rows.find(({ due_at }) => due_at !== null && due_at > now);
      if (resting !== undefined) this.#wakeIn(Math.min(pauseMs, (resting.due_at ?? now) - now));
      return rows.filter(({ due_at }) => due_at === null || due_at <= now).map(({ id }) => id);
    } catch (error) {
      this.#options.onError(error);
      this.#wakeIn(pauseMs);
      return [];
    }
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
