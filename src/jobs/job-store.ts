import type { Scope } from "../clients/client.ts";
import { Problem, problemAt } from "../problems/problems.ts";
import { claimJob, finishJob, reportOn } from "./attempts.ts";
import { cancelJob, deleteJob, pauseJob, resumeJob } from "./commands.ts";
import { type IdempotencyKey, type Job, type JobStore, type NewJob, type Predecessor, type Page } from "./contract.ts";
import { passOver } from "./damage.ts";
import { countQueued, readStats } from "./counts.ts";
import { madeAt } from "./deleted.ts";
import { breaksReference } from "./faults.ts";
import { inheritCheckpoints, pageOf, readCheckpoints, readEvents, readMetrics } from "./history.ts";
import { settleKey } from "./idempotency.ts";
import { event, unknownJob, writeEvents } from "./job-changes.ts";
import type { Caps, Parts } from "./parts.ts";
import { jobOf, rowOf } from "./rows.ts";
import type { Connection, JobRow } from "./schema.ts";

/** Seconds after which a place in the queue may have become free. */
const retryAfter = 10;

/** The store of jobs on either database. */
export function createJobStore(parts: Parts): JobStore {
  const { database, watchers } = parts;
  return {
    create: (job, key, from) => createJob(parts, job, key, from),
    get: (id) => database.query(async (db) => jobOf(await readJob(db, id))),
    requireWithin: (id, scope) => database.query((db) => requireWithin(db, id, scope)),
    list: (query) => database.query((db) => listJobs(db, query)),
    cancel: (id) => cancelJob(parts, id),
    pause: (id) => pauseJob(parts, id),
    resume: (id, pauseAfter) => resumeJob(parts, id, pauseAfter),
    delete: (id) => deleteJob(parts, id),

    claim: (id) => claimJob(parts, id),
    passOver: (id, attempt, lost) => passOver(parts, { id, attempt }, lost),
    report: (id, attempt, report, impatience) => reportOn(parts, { id, attempt, impatience }, report),
    finish: (id, attempt, outcome, report, impatience) => finishJob(parts, { id, attempt, impatience }, outcome, report),

    events: (id, query) => ofJob(parts, id, (db) => readEvents(db, id, query)),
    metrics: (id, query) => ofJob(parts, id, (db) => readMetrics(db, id, query)),
    checkpoints: (id) => ofJob(parts, id, (db) => readCheckpoints(db, id)),
    watch: (id, onChange) => watchers.watch(id, onChange),
    stats: () => database.query(readStats),
  };
}

async function createJob(parts: Parts, job: NewJob, key?: IdempotencyKey, from?: Predecessor): Promise<Job> {
  const { database, dispatcher, caps, watchers } = parts;
  const row = rowOf(job, Date.now());
  try {
    await database.transaction(async (tx) => {
      await requireRoom(tx, caps, job.client);
      row.dispatch = await dispatcher.send(tx, { id: job.id, isFirst: false, due: null });
      row.last_event = 1;
      await tx.insertInto("jobs").values(row).execute();
      await writeEvents({ watchers }, tx, job.id, 1, [event("created", "The job waits for its turn.")]);
      await refer(tx, job);
      if (from !== undefined && !(await inheritCheckpoints(tx, job.id, from))) throw unknownJob(from.id);
      if (key !== undefined) await settleKey(tx, key, job.id);
    });
  } catch (error) {
    if (breaksReference(error)) throw unknownDatasets(job);
    throw error;
  }
  dispatcher.wake();
  return jobOf(row);
}

/** Jobs that are created in the very same moment do not see each other: in a cluster a cap may be passed by as many. */
async function requireRoom(tx: Connection, caps: Caps, client: string): Promise<void> {
  const mostOwn = caps.limitsOf(client).queued_jobs ?? caps.queuedPerClient;
  const { all, own } = await countQueued(tx, client, mostOwn);
  if (own >= mostOwn) {
    throw new Problem("too_many_jobs", `${own} jobs of this client wait already, and it may have ${mostOwn} in the queue.`, [], retryAfter);
  }
  if (all >= caps.queued) throw new Problem("queue_full", `${all} jobs wait already, and ${caps.queued} may.`, [], retryAfter);
}

async function refer(tx: Connection, { id, datasets, tags }: NewJob): Promise<void> {
  const tagRows = [...new Set(tags)].map((tag) => ({ job_id: id, tag }));
  if (tagRows.length > 0) await tx.insertInto("job_tags").values(tagRows).execute();
  const datasetRows = [...new Set(datasets)].map((dataset) => ({ job_id: id, dataset_id: dataset }));
  if (datasetRows.length > 0) await tx.insertInto("job_datasets").values(datasetRows).execute();
}

const unknownDatasets = ({ datasets }: NewJob): Problem =>
  problemAt("unknown_dataset", "/data", `There is no such dataset, or not any more: ${datasets.join(", ")}.`);

async function readJob(db: Connection, id: string): Promise<JobRow> {
  const row = await db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw unknownJob(id);
  return row;
}

/** Another client's job is not found, as one that does not exist is not. */
async function requireWithin(db: Connection, id: string, scope: Scope): Promise<void> {
  const found = await db
    .selectFrom("jobs")
    .select("id")
    .where("id", "=", id)
    .$if(scope !== null, (query) => query.where("client", "=", scope ?? ""))
    .executeTakeFirst();
  if (found === undefined) throw unknownJob(id);
}

/** Reads what belongs to a job that must exist. */
function ofJob<T>({ database }: Parts, id: string, read: (db: Connection) => Promise<T>): Promise<T> {
  return database.query(async (db) => {
    await readJob(db, id);
    return read(db);
  });
}

/** When a job was made that is there or was until of late, and is the client's. */
async function placeOf(db: Connection, id: string, scope: Scope): Promise<number> {
  const deleted = await madeAt(db, id, scope);
  if (deleted !== null) return deleted;
  await requireWithin(db, id, scope);
  return (await readJob(db, id)).created_at;
}

async function listJobs(db: Connection, { scope, status, tag, after, limit }: Parameters<JobStore["list"]>[0]): Promise<Page<Job>> {
  let query = db.selectFrom("jobs").selectAll("jobs");
  if (scope !== null) query = query.where("client", "=", scope);
  if (status !== undefined) query = query.where("status", "=", status);
  if (tag !== undefined) {
    query = query.where((jobs) =>
      jobs.exists(jobs.selectFrom("job_tags").select("tag").where("tag", "=", tag).whereRef("job_id", "=", "jobs.id")),
    );
  }
  if (after !== undefined) {
    const createdAt = await placeOf(db, after, scope);
    query = query.where((jobs) => jobs(jobs.refTuple("created_at", "id"), "<", jobs.tuple(createdAt, after)));
  }
  const rows = await query
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return pageOf(rows, limit, jobOf);
}
