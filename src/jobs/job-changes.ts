/** How a job changes: its row first, which orders all changes of it, then its events, numbered after the last. */
import { problem } from "../problems/problems.ts";
import { type Job, type NewEvent, isFinal } from "./contract.ts";
import type { Dispatcher, Parts, Watchers } from "./parts.ts";
import { jobOf, toText } from "./rows.ts";
import type { Connection, JobRow } from "./schema.ts";
import { oweWebhook } from "./webhook-store.ts";

/** Events of one job that stay: the first ones, and the last ones. They are counted each time that so many have come. */
const firstEvents = 1_000;
const lastEvents = 9_000;
const countedEvents = 500;

/** What a change sets of a row; the number of the last event counts by itself. */
export type Changes = Partial<Omit<JobRow, "id" | "last_event">>;

export const unknownJob = (id: string) => problem("unknown_job", `There is no job ${id}.`);

export const event = (type: string, message: string, data: NewEvent["data"] = {}): NewEvent => ({ type, message, data });

/** Reads a job's row so that nobody else changes it before this transaction is over. Throws Problem unknown_job. */
export async function holdJob(tx: Connection, id: string): Promise<JobRow> {
  const row = await tx
    .updateTable("jobs")
    .set((jobs) => ({ last_event: jobs.ref("last_event") }))
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw unknownJob(id);
  return row;
}

/** Changes a row that is held, and writes what happened. Answers the row as it is then. */
export async function changeJob(
  { watchers }: { readonly watchers: Watchers },
  tx: Connection,
  row: JobRow,
  changes: Changes,
  events: readonly NewEvent[],
): Promise<JobRow> {
  const changed = { ...row, ...changes, last_event: row.last_event + events.length };
  await tx
    .updateTable("jobs")
    .set({ ...changes, last_event: changed.last_event })
    .where("id", "=", row.id)
    .execute();
  await writeEvents({ watchers }, tx, row.id, changed.last_event, events);
  if (isFinal(changed.status) && changed.webhook !== null) await oweWebhook(tx, row.id);
  return changed;
}

/** Writes events, the last of which has the given number. */
export async function writeEvents(
  { watchers }: { readonly watchers: Watchers },
  tx: Connection,
  id: string,
  last: number,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const first = last - events.length + 1;
  const now = Date.now();
  const rows = events.map(({ type, message, data }, at) => ({
    job_id: id,
    id: first + at,
    type,
    created_at: now,
    // PostgreSQL's text has no such character, and a job must be able to end whatever it has to say.
    message: message.replaceAll("\0", ""),
    data: toText(data),
  }));
  await tx.insertInto("job_events").values(rows).execute();
  if (Math.floor(last / countedEvents) > Math.floor((first - 1) / countedEvents) && last > firstEvents + lastEvents) {
    await tx
      .deleteFrom("job_events")
      .where("job_id", "=", id)
      .where("id", ">", firstEvents)
      .where("id", "<=", last - lastEvents)
      .execute();
  }
  await watchers.announce(tx, id);
}

/** What brings a job back into the queue: its changes, and its dispatch with them. One whose work was lost is not `due` before a time. */
export async function queueAgain(dispatcher: Dispatcher, tx: Connection, row: JobRow, due: number | null = null): Promise<Changes> {
  if (row.dispatch !== null) await dispatcher.settle(tx, row.dispatch);
  const dispatch = await dispatcher.send(tx, { id: row.id, isFirst: row.attempt > 0 && due === null, due });
  return { status: "queued", queued_at: Date.now(), due_at: due, dispatch };
}

/** What takes a job out of the queue and away from whoever works on it. */
export async function withdraw(dispatcher: Dispatcher, tx: Connection, row: JobRow): Promise<Changes> {
  if (row.dispatch !== null) await dispatcher.settle(tx, row.dispatch);
  return { dispatch: null };
}

/**
 * Changes a job as `decide` says, in one transaction, and tells those who watch it. null: nothing is to change. Answers the job as it is
 * then. Throws Problem unknown_job and whatever `decide` throws.
 */
export async function decideOnJob(
  parts: Parts,
  id: string,
  decide: (tx: Connection, row: JobRow) => Promise<{ readonly changes: Changes; readonly events: readonly NewEvent[] } | null>,
): Promise<Job> {
  const row = await parts.database.urgent(async (tx) => {
    const held = await holdJob(tx, id);
    const decision = await decide(tx, held);
    return decision === null ? held : changeJob(parts, tx, held, decision.changes, decision.events);
  });
  parts.watchers.changed(id);
  if (row.status === "queued") parts.dispatcher.wake();
  return jobOf(row);
}
