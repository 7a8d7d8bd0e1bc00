import { setTimeout as sleep } from "node:timers/promises";
import { isActive } from "./attempts.ts";
import { type Dispatching, LostJob } from "./contract.ts";
import type { Database } from "./database.ts";
import type { Dispatcher } from "./parts.ts";

/** A job that could not be worked on is not taken up again at once, in milliseconds. */
const pauseMs = 1_000;

/** What a dispatcher needs of the store, beside the queue. */
export interface LocalDispatchOptions {
  readonly database: Database;
  /** Puts a job that nobody works on any more back into the queue. */
  readonly release: (id: string) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

type Work = (id: string, signal: AbortSignal) => Promise<void>;

/** Hands queued jobs to work in this process: those that had begun first, then the oldest. The table of jobs is the queue. */
export class LocalDispatcher implements Dispatcher {
  readonly #options: LocalDispatchOptions;
  readonly #inHand = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  #work: Work | null = null;
  #concurrency = 0;
  #filling: Promise<void> | null = null;
  #isStale = false;

  constructor(options: LocalDispatchOptions) {
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
    try {
      const rows = await this.#options.database.query((db) =>
        db
          .selectFrom("jobs")
          .select("id")
          .where("status", "=", "queued")
          .$if(inHand.length > 0, (query) => query.where("id", "not in", inHand))
          .orderBy((jobs) => jobs("attempt", "=", 0))
          .orderBy("created_at")
          .orderBy("id")
          .limit(count)
          .execute(),
      );
      return rows.map(({ id }) => id);
    } catch (error) {
      this.#options.onError(error);
      setTimeout(() => this.wake(), pauseMs).unref();
      return [];
    }
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
