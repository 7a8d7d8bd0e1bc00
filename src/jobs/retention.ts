/** What is kept for how long. */
import type { Swept } from "./contract.ts";
import type { Database } from "./database.ts";
import type { Connection } from "./schema.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Ages in milliseconds. */
export interface Retention {
  /** Events of jobs that are over. */
  readonly eventsMs: number;
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

export async function sweep(database: Database, { eventsMs, keysMs, blobsMs }: Retention, sweepBlobs: SweepBlobs): Promise<Swept> {
  const now = Date.now();
  return {
    events: await sweepEvents(database, now - eventsMs),
    keys: await sweepKeys(database, now - keysMs),
    blobs: await sweepBlobs(now - blobsMs, (digests) => unreferencedBlobs(database, digests)),
  };
}

async function sweepEvents(database: Database, before: number): Promise<number> {
  let removed = 0;
  for (;;) {
    const jobs = await database.query((db) => jobsWithEvents(db, before));
    if (jobs.length === 0) return removed;
    const { numDeletedRows } = await database.query((db) =>
      db.deleteFrom("job_events").where("job_id", "in", jobs).where("created_at", "<", before).executeTakeFirst(),
    );
    removed += Number(numDeletedRows);
  }
}

async function jobsWithEvents(db: Connection, before: number): Promise<string[]> {
  const rows = await db
    .selectFrom("jobs")
    .select("id")
    .where("finished_at", "is not", null)
    .where((jobs) =>
      jobs.exists(jobs.selectFrom("job_events").select("job_id").whereRef("job_id", "=", "jobs.id").where("created_at", "<", before)),
    )
    .limit(atOnce)
    .execute();
  return rows.map(({ id }) => id);
}

async function sweepKeys(database: Database, before: number): Promise<number> {
  const { numDeletedRows } = await database.query((db) =>
    db.deleteFrom("idempotency_keys").where("created_at", "<", before).executeTakeFirst(),
  );
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
