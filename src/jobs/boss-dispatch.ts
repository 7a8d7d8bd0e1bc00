import { type Job as BossJob, type PgBoss, fromKysely } from "pg-boss";
import { sql } from "kysely";
import { activeStatuses, isActive } from "./attempts.ts";
import { type Dispatching, LostJob } from "./contract.ts";
import type { Database } from "./database.ts";
import type { DispatchOptions } from "./dispatch-options.ts";
import type { Dispatcher, QueuedJob } from "./parts.ts";
import { counted, JobTurns, type WaitingJob } from "./job-turns.ts";
import type { Connection, JobRow } from "./schema.ts";

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
  readonly #turns: JobTurns;
  /** The jobs that this process works on, and whose they are. */
  readonly #inHand = new Map<string, string>();
  #deciding: Promise<void> = Promise.resolve();
  readonly #release: DispatchOptions["release"];
  readonly #onError: DispatchOptions["onError"];

  constructor(boss: PgBoss, { database, release, limitsOf, onError }: DispatchOptions) {
    this.#turns = new JobTurns(database, limitsOf);
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
  async #serve(work: Work, { id: dispatch, signal }: BossJob<Payload>): Promise<void> {
    const own = await this.#jobOf(dispatch);
    if (own === undefined) return;
    // Whoever worked on it is gone: it goes behind the others, with a dispatch of its own.
    if (isActive(own.status)) return this.#release(own.id);
    // One after another, so that each sees what the one before has begun.
    const deciding = this.#deciding.then(() => this.#inTurn(own, dispatch));
    this.#deciding = deciding.then(noMatter, noMatter);
    const id = await deciding;
    try {
      await work(id, signal);
    } catch (error) {
      if (error instanceof LostJob) return;
      this.#onError(error);
      throw error;
    } finally {
      this.#inHand.delete(id);
    }
    const left = await this.#jobOf(dispatch);
    if (left !== undefined && (left.status === "queued" || isActive(left.status)))
      throw new Error(`Job ${left.id} was left ${left.status}.`);
  }

  /**
   * The job that this dispatch is used for. pg-boss knows no clients and hands out what has come first: a dispatch is a turn, and where it is
   * another client's, the two jobs change their dispatches. Rejects when no client with jobs in the queue may have more of them under way.
   * Processes that decide in the very same moment do not see each other: a client may then have one more under way than its limit.
   */
  async #inTurn(own: QueuedRow, dispatch: string): Promise<string> {
    const underWay = await this.#database.query((db) =>
      db.selectFrom("jobs").select(["id", "client"]).where("status", "in", activeStatuses).execute(),
    );
    const clients = new Map([...underWay.map(({ id, client }) => [id, client] as const), ...this.#inHand]);
    const order = await this.#turns.order(counted(clients.values()));
    if (own.attempt > 0 && order.includes(own.client)) return this.#begin(own);
    for (const client of order) {
      const next = await this.#turns.first(client, [...this.#inHand.keys()]);
      if (next === undefined || (next.due_at ?? 0) > Date.now()) continue;
      if (next.id === own.id || (await this.#exchange({ ...own, dispatch }, next))) return this.#begin(next);
      // Somebody is about to begin with that one.
      if (client === own.client) return this.#begin(own);
    }
    throw new Error(`Job ${own.id} waits until others of its client are over.`);
  }

  #begin({ id, client }: WaitingJob): string {
    this.#turns.took(client);
    this.#inHand.set(id, client);
    return id;
  }

  /** Gives two jobs that wait each other's dispatch, unless somebody has that of the second in hand already. */
  #exchange(own: WaitingJob, other: WaitingJob): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      const pair = [own, other].toSorted((a, b) => (a.id < b.id ? -1 : 1));
      for (const { id, dispatch } of pair) {
        const { numUpdatedRows } = await tx
          .updateTable("jobs")
          .set({ dispatch })
          .where("id", "=", id)
          .where("status", "=", "queued")
          .where("dispatch", "=", dispatch)
          .executeTakeFirst();
        if (numUpdatedRows !== 1n) return false;
      }
      const { rows } = await sql`
        select id from pgboss.job where name = ${queue} and id = ${other.dispatch}::uuid
        and state in ('created', 'retry') and start_after <= now() for update skip locked`.execute(tx);
      if (rows.length !== 1) return false;
      await tx.updateTable("jobs").set({ dispatch: other.dispatch }).where("id", "=", own.id).execute();
      await tx.updateTable("jobs").set({ dispatch: own.dispatch }).where("id", "=", other.id).execute();
      return true;
    });
  }

  /** The job that a dispatch stands for; none when it stands for none any more. */
  #jobOf(dispatch: string): Promise<QueuedRow | undefined> {
    return this.#database.query((db) =>
      db
        .selectFrom("jobs")
        .select(["id", "client", "status", "attempt", "due_at", "dispatch"])
        .where("dispatch", "=", dispatch)
        .executeTakeFirst(),
    );
  }
}

const noMatter = (): void => {};

type QueuedRow = WaitingJob & Pick<JobRow, "status" | "attempt">;
