/** What clients may ask of a job that exists. */
import { problem } from "../problems/problems.ts";
import { type Job, type JobStatus, isFinal } from "./contract.ts";
import { remember } from "./deleted.ts";
import { decideOnJob, event, holdJob, queueAgain, withdraw } from "./job-changes.ts";
import { checkpointToGoOnFrom, digestsOf, removeEvents, removeMetrics } from "./history.ts";
import type { Parts } from "./parts.ts";
import type { Connection, JobRow } from "./schema.ts";
import { inSlices } from "./slices.ts";

const conflict = (id: string, status: JobStatus, asked: string) =>
  problem("job_conflict", `Job ${id} is ${status}: it cannot be ${asked}.`);

/** A job that nobody works on is cancelled at once; another when whoever works on it has noticed. */
export function cancelJob(parts: Parts, id: string): Promise<Job> {
  return decideOnJob(parts, id, async (tx, row) => {
    if (row.status === "cancelling" || row.status === "cancelled") return null;
    if (isFinal(row.status)) throw conflict(id, row.status, "cancelled");
    if (row.status === "running" || row.status === "pausing") {
      return { changes: { status: "cancelling" }, events: [event("cancelling", "The job is asked to stop.")] };
    }
    const changes = { ...(await withdraw(parts.dispatcher, tx, row)), status: "cancelled" as const, finished_at: Date.now() };
    return { changes, events: [event("cancelled", `The job was cancelled while it was ${row.status}.`)] };
  });
}

export function pauseJob(parts: Parts, id: string): Promise<Job> {
  return decideOnJob(parts, id, async (tx, row) => {
    if (row.status === "pausing" || row.status === "paused") return null;
    if (row.status === "running") {
      return { changes: { status: "pausing" }, events: [event("pausing", "The job is asked to pause.")] };
    }
    if (row.status !== "queued") throw conflict(id, row.status, "paused");
    const changes = { ...(await withdraw(parts.dispatcher, tx, row)), status: "paused" as const };
    return { changes, events: [event("paused", "The job was paused while it was queued.")] };
  });
}

export function resumeJob(parts: Parts, id: string, pauseAfter?: number): Promise<Job> {
  return decideOnJob(parts, id, async (tx, row) => {
    if (row.status === "pausing" && pauseAfter === undefined) {
      return { changes: { status: "running", pause_at: null }, events: [event("resumed", "The job goes on: it had not paused yet.")] };
    }
    if (row.status !== "paused") throw conflict(id, row.status, "resumed");
    const pause_at = pauseAfter === undefined ? null : ((await checkpointToGoOnFrom(tx, id))?.step ?? 0) + pauseAfter;
    const changes = { ...(await queueAgain(parts.dispatcher, tx, row)), pause_at };
    return { changes, events: [event("requeued", "The job waits to go on.")] };
  });
}

/** Forgets a job that is over: its history bit by bit, since it may be long, and then the rest with its row. */
export async function deleteJob({ database, discard }: Parts, id: string): Promise<void> {
  await database.urgent((tx) => holdOver(tx, id));
  await inSlices(database, (tx) => removeMetrics(tx, id));
  await inSlices(database, (tx) => removeEvents(tx, [id]));
  const gone = await database.urgent(async (tx) => {
    const { submission, client, created_at } = await holdOver(tx, id);
    await remember(tx, [{ id, owner: client, created_at }]);
    const checkpoints = await tx.selectFrom("checkpoints").select(["weights", "state"]).where("job_id", "=", id).execute();
    await tx.deleteFrom("jobs").where("id", "=", id).execute();
    return [submission, ...digestsOf(checkpoints)];
  });
  await discard(gone);
}

async function holdOver(tx: Connection, id: string): Promise<JobRow> {
  const row = await holdJob(tx, id);
  if (!isFinal(row.status)) throw conflict(id, row.status, "deleted before it is over");
  return row;
}
