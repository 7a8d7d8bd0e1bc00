/** What has become of a job so far: events, metrics, checkpoints. */
import type { Checkpoint, JobEvent, Predecessor, MetricsRow, NewCheckpoint, Page } from "./contract.ts";
import { checkpointOf, eventOf, metricsOf, toText } from "./rows.ts";
import type { CheckpointRow, Connection } from "./schema.ts";
import { rowsAtOnce } from "./slices.ts";
import { isLong, type Logging, stays } from "./thinning.ts";

/** Rows of one INSERT: databases bound the number of parameters of a statement. */
const rowsOfInsert = 2_000;

/** One row more than a page holds tells whether there is another page. */
export function pageOf<Row, T>(rows: readonly Row[], limit: number, convert: (row: Row) => T): Page<T> {
  return { data: rows.slice(0, limit).map(convert), has_more: rows.length > limit };
}

export interface After {
  readonly after: number;
  readonly limit: number;
}

export async function readEvents(db: Connection, id: string, { after, limit }: After): Promise<Page<JobEvent>> {
  const rows = await db
    .selectFrom("job_events")
    .selectAll()
    .where("job_id", "=", id)
    .where("id", ">", after)
    .orderBy("id")
    .limit(limit + 1)
    .execute();
  return pageOf(rows, limit, eventOf);
}

/** Rows of steps beyond `after`, in order. */
export async function readMetrics(db: Connection, id: string, { after, limit }: After): Promise<Page<MetricsRow>> {
  const rows = await db
    .selectFrom("job_metrics")
    .select("data")
    .where("job_id", "=", id)
    .where("step", ">", after)
    .orderBy("step")
    .limit(limit + 1)
    .execute();
  return pageOf(rows, limit, metricsOf);
}

/** A step has one row: a later one of the same step takes its place. */
export async function writeMetrics(tx: Connection, id: string, metrics: readonly MetricsRow[]): Promise<void> {
  const rows = [...new Map(metrics.map((row) => [row.step, { job_id: id, step: row.step, data: toText(row) }])).values()];
  for (let at = 0; at < rows.length; at += rowsOfInsert) {
    await tx
      .insertInto("job_metrics")
      .values(rows.slice(at, at + rowsOfInsert))
      .onConflict((conflict) => conflict.columns(["job_id", "step"]).doUpdateSet((row) => ({ data: row.ref("excluded.data") })))
      .execute();
  }
}

/** Takes the rows out of a history that are too many. */
export async function thinMetrics(tx: Connection, id: string, logging: Logging, mostRows: number): Promise<void> {
  const newest = await tx
    .selectFrom("job_metrics")
    .select("step")
    .where("job_id", "=", id)
    .orderBy("step", "desc")
    .limit(1)
    .executeTakeFirst();
  const last = newest?.step ?? 0;
  if (!isLong(last, logging, mostRows)) return;
  const rows = await tx.selectFrom("job_metrics").select("step").where("job_id", "=", id).execute();
  const steps = rows.filter(({ step }) => !stays(step, last, logging, mostRows)).map(({ step }) => step);
  for (let at = 0; at < steps.length; at += rowsOfInsert) {
    await tx
      .deleteFrom("job_metrics")
      .where("job_id", "=", id)
      .where("step", "in", steps.slice(at, at + rowsAtOnce))
      .execute();
  }
}

/** What an attempt wrote beyond the checkpoint that the next one goes on from will be written again. */
export async function forgetMetricsAfter(tx: Connection, id: string, step: number): Promise<void> {
  await tx.deleteFrom("job_metrics").where("job_id", "=", id).where("step", ">", step).execute();
}

/** Removes a slice of a job's metrics; answers of how many rows. */
export async function removeMetrics(db: Connection, id: string): Promise<number> {
  const some = db.selectFrom("job_metrics").select("step").where("job_id", "=", id).orderBy("step").limit(rowsAtOnce);
  const { numDeletedRows } = await db.deleteFrom("job_metrics").where("job_id", "=", id).where("step", "in", some).executeTakeFirst();
  return Number(numDeletedRows);
}

/** Removes a slice of some jobs' events; answers of how many. */
export async function removeEvents(db: Connection, ids: readonly string[]): Promise<number> {
  const some = db.selectFrom("job_events").select(["job_id", "id"]).where("job_id", "in", ids).limit(rowsAtOnce);
  const { numDeletedRows } = await db
    .deleteFrom("job_events")
    .where((events) => events(events.refTuple("job_id", "id"), "in", some.$asTuple("job_id", "id")))
    .executeTakeFirst();
  return Number(numDeletedRows);
}

export async function readCheckpoints(db: Connection, id: string): Promise<Checkpoint[]> {
  const rows = await db.selectFrom("checkpoints").selectAll().where("job_id", "=", id).orderBy("step", "desc").execute();
  return rows.map(checkpointOf);
}

/** The newest checkpoint that holds all that resuming needs. */
export function checkpointToGoOnFrom(tx: Connection, id: string): Promise<CheckpointRow | undefined> {
  return tx
    .selectFrom("checkpoints")
    .selectAll()
    .where("job_id", "=", id)
    .where("state", "is not", null)
    .orderBy("step", "desc")
    .limit(1)
    .executeTakeFirst();
}

/**
 * Adds a checkpoint; one of the same step gives way. With `keep`, older ones without marks go beyond that many. Answers the digests of what
 * has gone.
 */
export async function addCheckpoint(tx: Connection, id: string, checkpoint: NewCheckpoint, keep?: number): Promise<string[]> {
  const { step, epoch, weights, state, bytes } = checkpoint;
  const marks = { best: Number(checkpoint.best), final: Number(checkpoint.final) };
  const row = { job_id: id, step, epoch, metrics: toText(checkpoint.metrics), weights, state, bytes, ...marks, created_at: Date.now() };
  if (checkpoint.best) await tx.updateTable("checkpoints").set({ best: 0 }).where("job_id", "=", id).execute();
  const former = await removeCheckpoints(tx, id, [step]);
  await tx.insertInto("checkpoints").values(row).execute();
  return keep === undefined ? former : [...former, ...(await pruneCheckpoints(tx, id, keep))];
}

/** Gives a new job what another had at a step, to go on from, and its best weights; whether there was something to go on from. */
export async function inheritCheckpoints(tx: Connection, id: string, from: Predecessor): Promise<boolean> {
  const rows = await tx
    .selectFrom("checkpoints")
    .selectAll()
    .where("job_id", "=", from.id)
    .where((checkpoint) => checkpoint.or([checkpoint("step", "=", from.step), checkpoint("best", "=", 1)]))
    .execute();
  const [own, best] = [rows.find(({ step, state }) => step === from.step && state !== null), rows.find((row) => row.best === 1)];
  if (own === undefined) return false;
  const inherited = best === undefined || best.step >= own.step ? [own] : [own, { ...best, state: null }];
  await tx
    .insertInto("checkpoints")
    .values(inherited.map((row) => ({ ...row, job_id: id, final: 0 })))
    .execute();
  return true;
}

/** What the next attempt would go on from stays whatever is kept. */
async function pruneCheckpoints(tx: Connection, id: string, keep: number): Promise<string[]> {
  const needed = await checkpointToGoOnFrom(tx, id);
  const unmarked = await tx
    .selectFrom("checkpoints")
    .select("step")
    .where("job_id", "=", id)
    .where("best", "=", 0)
    .where("final", "=", 0)
    .orderBy("step", "desc")
    .execute();
  const steps = unmarked
    .slice(keep)
    .map(({ step }) => step)
    .filter((step) => step !== needed?.step);
  return removeCheckpoints(tx, id, steps);
}

/** Removes the checkpoints of some steps; answers the digests of what they named. */
export async function removeCheckpoints(tx: Connection, id: string, steps: readonly number[]): Promise<string[]> {
  if (steps.length === 0) return [];
  const removed = await tx
    .deleteFrom("checkpoints")
    .where("job_id", "=", id)
    .where("step", "in", steps)
    .returning(["weights", "state"])
    .execute();
  return digestsOf(removed);
}

export const digestsOf = (checkpoints: readonly Pick<CheckpointRow, "weights" | "state">[]): string[] =>
  checkpoints.flatMap(({ weights, state }) => (state === null ? [weights] : [weights, state]));
