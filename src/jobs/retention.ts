/** What is kept for how long. */
import { forgetUnclaimed } from "./datasets.ts";
import type { Swept } from "./contract.ts";
import type { Database } from "./database.ts";
import { forgetDeleted } from "./deleted.ts";
import { removeEvents } from "./history.ts";
import type { Connection } from "./schema.ts";
import { inSlices, rowsAtOnce } from "./slices.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Ages in milliseconds. */
export interface Retention {
  /** Events of jobs that are over. */
  readonly eventsMs: number;
  /** Of idempotency keys, and of the places in lists of what was deleted. */
  readonly keysMs: number;
  /** Blobs that nothing refers to: they are kept before what refers to them is. */
  readonly blobsMs: number;
  /** Between two sweeps. */
  readonly everyMs: number;
}

/** A run that keeps checkpoints of 100 MB every second leaves 100 MB a second behind: they go within a quarter of an hour. */
export const defaultRetention: Retention = Object.freeze({
  eventsMs: 30 * dayMs,
  keysMs: dayMs,
  blobsMs: 10 * minuteMs,
  everyMs: 5 * minuteMs,
});

/** How many jobs lose their events, and how many blobs are looked up, in one statement: nothing else waits for long. */
const atOnce = 200;

/** Says which of some blobs nothing refers to. */
export type Unreferenced = (digests: readonly string[]) => Promise<readonly string[]>;

/** Blobs that were kept before a time and that nothing refers to are removed; answers how many. */
export type SweepBlobs = (before: number, unreferenced: Unreferenced) => Promise<number>;

/** Sweeps a database; it remembers how far it has come. */
export class Sweeper {
  readonly #database: Database;
  readonly #retention: Retention;
  /** The jobs up to this one, in the order of their ends, have no events any more. */
  #last = { finished_at: -1, id: "" };

  constructor(database: Database, retention: Retention) {
    this.#database = database;
    this.#retention = retention;
  }

  async sweep(sweepBlobs: SweepBlobs): Promise<Swept> {
    const { eventsMs, keysMs, blobsMs } = this.#retention;
    const now = Date.now();
    await forgetUnclaimed(this.#database);
    await inSlices(this.#database, (db) => forgetDeleted(db, now - keysMs));
    await this.#database.query((db) => db.deleteFrom("tickets").where("expires_at", "<=", now).execute());
    return {
      events: await this.#sweepEvents(now - eventsMs),
      keys: await inSlices(this.#database, (db) => removeKeys(db, now - keysMs)),
      blobs: await sweepBlobs(now - blobsMs, (digests) => unreferencedBlobs(this.#database, digests)),
    };
  }

  /** Of a job that ended before a time, all events are from before it. */
  async #sweepEvents(before: number): Promise<number> {
    let removed = 0;
    for (;;) {
      const jobs = await this.#database.query((db) => this.#endedBefore(db, before));
      if (jobs.length === 0) return removed;
      const ids = jobs.map(({ id }) => id);
      removed += await inSlices(this.#database, (db) => removeEvents(db, ids));
      this.#last = jobs[jobs.length - 1];
    }
  }

  async #endedBefore(db: Connection, before: number): Promise<{ readonly id: string; readonly finished_at: number }[]> {
    const { finished_at, id } = this.#last;
    return await db
      .selectFrom("jobs")
      .select(["id", "finished_at"])
      .$narrowType<{ finished_at: number }>()
      .where("finished_at", "<", before)
      .where((jobs) => jobs(jobs.refTuple("finished_at", "id"), ">", jobs.tuple(finished_at, id)))
      .orderBy("finished_at")
      .orderBy("id")
      .limit(atOnce)
      .execute();
  }
}

/** Removes a slice of the keys from before a time; answers how many. */
async function removeKeys(db: Connection, before: number): Promise<number> {
  const some = db.selectFrom("idempotency_keys").select(["scope", "key"]).where("created_at", "<", before).limit(rowsAtOnce);
  const { numDeletedRows } = await db
    .deleteFrom("idempotency_keys")
    .where((keys) => keys(keys.refTuple("scope", "key"), "in", some.$asTuple("scope", "key")))
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** Those of the digests that no job, checkpoint or dataset names. */
export async function unreferencedBlobs(database: Database, digests: readonly string[]): Promise<string[]> {
  const left = new Set(digests);
  for (let at = 0; at < digests.length; at += atOnce) {
    const some = digests.slice(at, at + atOnce);
    const named = await database.query((db) =>
      db
        .selectFrom("jobs")
        .select("submission as digest")
        .where("submission", "in", some)
        .union(db.selectFrom("checkpoints").select("weights as digest").where("weights", "in", some))
        .union(db.selectFrom("checkpoints").select("state as digest").where("state", "in", some).$narrowType<{ digest: string }>())
        .union(db.selectFrom("datasets").select("digest").where("digest", "in", some))
        .execute(),
    );
    for (const { digest } of named) left.delete(digest);
  }
  return [...left];
}

/** Sweeps again and again; answers how to stop, which waits for a sweep under way. Failures are told and do no harm: the next sweep comes. */
export function sweepRegularly(sweepOnce: () => Promise<Swept>, everyMs: number, onError: (error: unknown) => void): () => Promise<void> {
  let underWay: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    underWay = sweepOnce().catch(onError);
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await underWay;
  };
}
