/**
 * What those who work on jobs write. Each write begins with an update of the job's row that only the current attempt passes, so that
 * whoever has lost a job, and does not know it yet, writes nothing.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { addCheckpoint, checkpointToGoOnFrom, forgetMetricsAfter, thinMetrics, writeMetrics } from "./history.ts";
import { type Claim, type JobStatus, LostJob, type NewEvent, type JobOutcome, type Report, isFinal } from "./contract.ts";
import { isPassing } from "./faults.ts";
import { type Changes, changeJob, decideOnJob, event, holdJob, queueAgain, withdraw, writeEvents } from "./job-changes.ts";
import { afterLoss, processEnded, tooOften } from "./losses.ts";
import type { Parts } from "./parts.ts";
import { checkpointOf, jobOf, toText } from "./rows.ts";
import type { CheckpointRow, Connection, JobRow } from "./schema.ts";
import { isThinned, loggingOf } from "./thinning.ts";

/** Statuses in which somebody works on a job. */
export const activeStatuses: readonly JobStatus[] = ["running", "pausing", "cancelling"];

export const isActive = (status: JobStatus): boolean => activeStatuses.includes(status);

/** Milliseconds between two trials to write while the storage does not answer. */
const retryMs = 250;

/** See JobStore.claim. */
export async function claimJob(parts: Parts, id: string): Promise<Claim | null> {
  const claim = await parts.database.transaction(async (tx) => {
    const row = await holdJob(tx, id);
    const ending = endBeforeWork(row, parts.caps.attempts);
    if (ending !== null) {
      await changeJob(parts, tx, row, { ...(await withdraw(parts.dispatcher, tx, row)), ...ending.changes }, ending.events);
      return null;
    }
    if (row.status !== "queued" && row.status !== "running") return null;
    const checkpoint = await checkpointToGoOnFrom(tx, id);
    await forgetMetricsAfter(tx, id, checkpoint?.step ?? -1);
    const changes = {
      status: "running" as const,
      attempt: row.attempt + 1,
      tries: row.tries + 1,
      started_at: row.started_at ?? Date.now(),
    };
    const claimed = await changeJob(parts, tx, row, changes, beginning(row, checkpoint));
    return {
      job: jobOf(claimed),
      attempt: claimed.attempt,
      checkpoint: checkpoint === undefined ? null : checkpointOf(checkpoint),
    };
  });
  parts.watchers.changed(id);
  return claim;
}

/** How a job ends without more work: somebody asked for it while nobody worked on it, or it was tried too often. null: it goes on. */
function endBeforeWork(row: JobRow, attempts: number): { readonly changes: Changes; readonly events: readonly NewEvent[] } | null {
  if (row.status === "cancelling") {
    return { changes: { status: "cancelled", finished_at: Date.now() }, events: [event("cancelled", "The job was cancelled.")] };
  }
  if (row.status === "pausing") return { changes: { status: "paused" }, events: [event("paused", "The job is paused.")] };
  return row.status === "queued" || row.status === "running" ? tooOften(row, attempts) : null;
}

function beginning(row: JobRow, checkpoint: CheckpointRow | undefined): NewEvent[] {
  const attempt = row.attempt + 1;
  const lost = row.status === "running" ? [event("requeued", "Whoever worked on the job was lost: another takes it.")] : [];
  const where = checkpoint === undefined ? "from the beginning" : `after step ${checkpoint.step}`;
  const begun =
    attempt === 1
      ? event("started", checkpoint === undefined ? "The training starts." : `The training starts ${where}.`, { attempt })
      : event("resumed", `The training goes on ${where}.`, { attempt, step: checkpoint?.step ?? 0 });
  return [...lost, begun];
}

/** Puts a job back into the queue that nobody works on any more, though its row says so; one that was to stop or to pause does. */
export async function releaseJob(parts: Parts, id: string): Promise<void> {
  await decideOnJob(parts, id, async (tx, row) => {
    if (!isActive(row.status)) return null;
    if (row.status === "running") return afterLoss(parts, tx, row, processEnded);
    const end = endBeforeWork(row, parts.caps.attempts);
    return end && { ...end, changes: { ...(await withdraw(parts.dispatcher, tx, row)), ...end.changes } };
  });
}

/** Whose write it is, and what says that it is not tried again. */
export interface Writer {
  readonly id: string;
  readonly attempt: number;
  readonly impatience?: AbortSignal | undefined;
}

/** See JobStore.report. */
export async function reportOn(parts: Parts, writer: Writer, report: Report): Promise<{ status: JobStatus }> {
  const { id } = writer;
  let gone: string[] = [];
  const status = await insist(parts, writer, (write) =>
    parts.database.transaction(async (tx) => {
      const events = report.events ?? [];
      const row = await holdAttempt(tx, writer, write, report, events.length);
      gone = await writeReport(parts, tx, row, report);
      await writeEvents(parts, tx, id, row.last_event, events);
      return row.status;
    }),
  );
  if (report.events !== undefined && report.events.length > 0) parts.watchers.changed(id);
  // Before more is told: a job makes checkpoints no faster than old ones go.
  await parts.discard(gone);
  return { status };
}

/** See JobStore.finish. */
export async function finishJob(parts: Parts, writer: Writer, outcome: JobOutcome, report: Report = {}): Promise<void> {
  const { id } = writer;
  let gone: string[] = [];
  const status = await insist(parts, writer, (write) =>
    parts.database.urgent(async (tx) => {
      const row = await holdAttempt(tx, writer, write, report, 0);
      gone = await writeReport(parts, tx, row, report);
      await thinMetrics(tx, id, loggingOf(jobOf(row)), parts.caps.historyRows);
      const { changes, events } = await ending(parts, tx, row, outcome);
      const changed = await changeJob(parts, tx, row, changes, [...(report.events ?? []), ...events]);
      return changed.status;
    }),
  );
  parts.watchers.changed(id);
  await parts.discard(gone);
  if (status === "queued") parts.dispatcher.wake();
}

/** The fence: holds the row of a job for its current attempt, whose progress it takes. Throws LostJob. */
export async function holdAttempt(
  tx: Connection,
  { id, attempt }: Writer,
  write: string,
  { progress, checkpoint }: Report,
  events: number,
): Promise<JobRow> {
  const row = await tx
    .updateTable("jobs")
    .set((jobs) => ({
      last_write: write,
      last_event: jobs("last_event", "+", events),
      ...(progress === undefined ? {} : { progress: toText({ ...progress }) }),
      ...(typeof checkpoint?.state === "string" ? { tries: 0 } : {}),
    }))
    .where("id", "=", id)
    .where("attempt", "=", attempt)
    .where("status", "in", activeStatuses)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw new LostJob(`Attempt ${attempt} has lost job ${id}.`);
  return row;
}

/** Answers the digests of checkpoints that have gone. */
async function writeReport({ caps }: Parts, tx: Connection, row: JobRow, { metrics, checkpoint, keep }: Report): Promise<string[]> {
  if (metrics !== undefined && metrics.length > 0) {
    await writeMetrics(tx, row.id, metrics);
    const steps = metrics.map(({ step }) => step);
    const logging = loggingOf(jobOf(row));
    if (isThinned(Math.min(...steps), Math.max(...steps), logging, caps.historyRows))
      await thinMetrics(tx, row.id, logging, caps.historyRows);
  }
  return checkpoint === undefined ? [] : addCheckpoint(tx, row.id, checkpoint, keep);
}

/** What an outcome does to the row. What clients asked for in the meantime counts: see `settled`. */
async function ending(
  parts: Parts,
  tx: Connection,
  row: JobRow,
  outcome: JobOutcome,
): Promise<{ readonly changes: Changes; readonly events: readonly NewEvent[] }> {
  const status = settled(row, outcome);
  if (status === "queued" && outcome.lost !== undefined) return afterLoss(parts, tx, row, outcome.lost);
  const message = status === outcome.status ? outcome.message : `The job is ${status}.`;
  if (status === "queued") {
    return { changes: { ...(await queueAgain(parts.dispatcher, tx, row)), tries: 0 }, events: [event("requeued", message)] };
  }
  const changes = {
    ...(await withdraw(parts.dispatcher, tx, row)),
    status,
    tries: 0,
    ...(isFinal(status) ? { finished_at: Date.now() } : {}),
    ...(outcome.result === undefined ? {} : { result: toText(outcome.result) }),
    ...(outcome.error === undefined ? {} : { error: toText({ ...outcome.error }) }),
  };
  const told = {
    ...(outcome.step === undefined ? {} : { step: outcome.step }),
    ...(outcome.error === undefined ? {} : { error: { ...outcome.error } }),
  };
  return { changes, events: [event(status, message, told)] };
}

/** A job that was given back or paused just when a client cancelled, paused or resumed it does as the client said. */
function settled({ status, pause_at }: JobRow, outcome: JobOutcome): JobOutcome["status"] {
  if (outcome.status !== "queued" && outcome.status !== "paused") return outcome.status;
  if (status === "cancelling") return "cancelled";
  return status === "pausing" || (pause_at !== null && outcome.step === pause_at) ? "paused" : "queued";
}

/**
 * Writes, and tries again for a while when the storage does not answer, since training has gone on meanwhile. A trial whose answer was lost may
 * have been written: its mark in the row tells, and then it is not written twice.
 */
async function insist(parts: Parts, { id, impatience }: Writer, write: (mark: string) => Promise<JobStatus>): Promise<JobStatus> {
  const mark = randomUUID();
  const deadline = performance.now() + parts.patienceMs;
  for (let trial = 1; ; trial++) {
    try {
      const written = trial === 1 ? undefined : await writtenWith(parts, id, mark);
      return written ?? (await write(mark));
    } catch (error) {
      if (!isPassing(error) || performance.now() > deadline || impatience?.aborted === true) throw error;
      await sleep(retryMs, undefined, { signal: impatience }).catch(() => undefined);
    }
  }
}

async function writtenWith({ database }: Parts, id: string, mark: string): Promise<JobStatus | undefined> {
  const row = await database.query((db) =>
    db.selectFrom("jobs").select("status").where("id", "=", id).where("last_write", "=", mark).executeTakeFirst(),
  );
  return row?.status;
}
