import { type Job as BossJob, type PgBoss, fromKysely } from "pg-boss";
import { isActive } from "./attempts.ts";
import { type Dispatching, type JobStatus, LostJob } from "./contract.ts";
import type { Database } from "./database.ts";
import type { DispatchOptions } from "./dispatch-options.ts";
import type { Dispatcher, QueuedJob } from "./parts.ts";
import type { Connection } from "./schema.ts";

const queue = "training";

/** What pg-boss carries: which job, and nothing else. */
interface Payload {
  readonly id: string;
}

const hourSeconds = 3_600;
const yearSeconds = 365 * 24 * hourSeconds;

/** A dispatch is to end after this long, well before pg-boss would take it for hung at `expireInSeconds`. */
const usualSegmentSeconds = 12 * hourSeconds;

const queueOptions = Object.freeze({
  expireInSeconds: 24 * hourSeconds,
  // A worker that is gone is missed after this long, which is the least that pg-boss allows.
  heartbeatSeconds: 10,
  // How often a job is tried is the store's to say: pg-boss never gives up, and forgets nothing that waits.
  retryLimit: 1_000_000,
  retryDelay: 1,
  retentionSeconds: 10 * yearSeconds,
  deleteAfterSeconds: hourSeconds,
  notify: true,
});

const workOptions = Object.freeze({
  heartbeatRefreshSeconds: 1,
  pollingIntervalSeconds: 1,
  // Retries are not notified of.
  notifyPollingIntervalSeconds: 1,
});

type Work = (id: string, signal: AbortSignal) => Promise<void>;

/**
 * Hands jobs to any number of processes through pg-boss. A job's row names the one dispatch that stands for it; both change in one
 * transaction, so there is never a second dispatch of the same job, nor one without its job.
 */
export class BossDispatcher implements Dispatcher {
  readonly #boss: PgBoss;
  readonly #database: Database;
  readonly #release: DispatchOptions["release"];
  readonly #onError: DispatchOptions["onError"];

  constructor(boss: PgBoss, { database, release, onError }: DispatchOptions) {
    this.#boss = boss;
    this.#database = database;
    this.#release = release;
    this.#onError = onError;
  }

  async open(): Promise<void> {
    await this.#boss.createQueue(queue, queueOptions);
    // One that an older version has made.
    await this.#boss.updateQueue(queue, queueOptions);
  }

  async send(tx: Connection, { id, isFirst, due }: QueuedJob): Promise<string> {
    const payload: Payload = { id };
    const rest = due === null ? {} : { startAfter: new Date(due) };
    const dispatch = await this.#boss.send(queue, payload, { db: fromKysely(tx), priority: isFirst ? 1 : 0, ...rest });
    if (dispatch === null) throw new Error(`Job ${id} could not be dispatched.`);
    return dispatch;
  }

  async settle(tx: Connection, dispatch: string): Promise<void> {
    await this.#boss.deleteJob(queue, dispatch, { db: fromKysely(tx) });
  }

  wake(): void {}

  async start(work: Work, concurrency: number, segmentSeconds: number | null): Promise<Dispatching> {
    const workers = await Promise.all(Array.from({ length: concurrency }, () => this.#addWorker(work)));
    return {
      segmentSeconds: segmentSeconds ?? usualSegmentSeconds,
      stop: async () => {
        await Promise.all(workers.map((id) => this.#boss.offWork(queue, { id, wait: true })));
      },
    };
  }

  async #addWorker(work: Work): Promise<string> {
    const worker = await this.#boss.work<Payload>(queue, workOptions, async ([dispatch]) => {
      try {
        await this.#serve(work, dispatch);
      } finally {
        // Look for the next one at once.
        this.#boss.notifyWorker(worker);
      }
    });
    return worker;
  }

  /** Rejects when the job is to be tried again: pg-boss then dispatches it anew. */
  async #serve(work: Work, { id: dispatch, data, signal }: BossJob<Payload>): Promise<void> {
    const before = await this.#statusFor(dispatch, data.id);
    if (before === null) return;
    // Whoever worked on it is gone: it goes behind the others, with a dispatch of its own.
    if (isActive(before)) return this.#release(data.id);
    try {
      await work(data.id, signal);
    } catch (error) {
      if (error instanceof LostJob) return;
      this.#onError(error);
      throw error;
    }
    const status = await this.#statusFor(dispatch, data.id);
    if (status !== null && (status === "queued" || isActive(status))) throw new Error(`Job ${data.id} was left ${status}.`);
  }

  /** The status of a job that this dispatch stands for; null when it stands for none any more. */
  async #statusFor(dispatch: string, id: string): Promise<JobStatus | null> {
    const row = await this.#database.query((db) =>
      db.selectFrom("jobs").select("status").where("id", "=", id).where("dispatch", "=", dispatch).executeTakeFirst(),
    );
    return row?.status ?? null;
  }
}
