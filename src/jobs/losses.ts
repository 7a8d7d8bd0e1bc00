/** What becomes of jobs whose work was lost: the process or the thread that did it has ended. */
import type { NewEvent } from "./contract.ts";
import { type Changes, event, queueAgain, withdraw } from "./job-changes.ts";
import type { Parts } from "./parts.ts";
import { toText } from "./rows.ts";
import type { Connection, JobRow } from "./schema.ts";

interface Consequence {
  readonly changes: Changes;
  readonly events: readonly NewEvent[];
}

/** What is known where a process ended and left no word. */
export const processEnded = "the process that worked on it ended, most often for want of memory or since it was killed";

/** Milliseconds before a job is tried again: it may be what ends threads, or be too large for a machine that is busy. */
const leastPauseMs = 1_000;
const mostPauseMs = 10_000;

/**
 * A job goes behind those that wait, and rests a while, longer each time; one that was lost too often without a newer checkpoint fails.
 * Its attempts are counted when they begin.
 */
export async function afterLoss({ dispatcher, caps }: Parts, tx: Connection, row: JobRow, cause: string): Promise<Consequence> {
  const failure = tooOften({ ...row, lost_cause: cause }, caps.attempts);
  if (failure !== null) return { ...failure, changes: { ...(await withdraw(dispatcher, tx, row)), ...failure.changes, lost_cause: cause } };
  const pause = Math.min(mostPauseMs, leastPauseMs * 2 ** Math.max(0, row.tries - 1));
  return {
    changes: { ...(await queueAgain(dispatcher, tx, row, Date.now() + pause)), lost_cause: cause },
    events: [event("requeued", `The work was lost: ${cause}. The job waits for another trial.`)],
  };
}

/** How a job ends that was tried so often without getting to a newer checkpoint; null: it may be tried again. */
export function tooOften({ tries, lost_cause }: JobRow, attempts: number): Consequence | null {
  if (tries < attempts) return null;
  const times = tries === 1 ? "once" : `${tries} times`;
  const message = `The work was lost ${times} without a newer checkpoint, the last time because ${lost_cause ?? processEnded}.`;
  const error = { code: "worker_lost" as const, message, param: null };
  return { changes: { status: "failed", finished_at: Date.now(), error: toText(error) }, events: [event("failed", message, { error })] };
}
