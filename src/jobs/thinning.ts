/**
 * Which rows of a long history stay. Every row near the beginning and near the end does; farther from both only every tenth of those that were
 * logged, then every hundredth, and so on. Rows of steps and rows of epochs are counted apart. What stays at a step is a matter of the steps alone, and what went
 * once would go later, too: however often a job was broken off, and whenever its history was thinned, the same rows are left.
 */
import type { NewJob } from "./contract.ts";

/** Of what may stay, a share that is kept near either end: with all the sparser rows, and with steps and epochs, no more than that come about. */
const nearShare = 40;

/** A history grows by this share of what may stay before it is thinned again. */
const sliceShare = 8;

/** About so many rows a job logs unless told. */
const usualRows = 1000;

/** How often a job logs: updates from one row to the next, and of an epoch, whose last update has a row, too. */
export interface Logging {
  readonly every: number;
  /** null where every update is an epoch, or none is. */
  readonly stepsPerEpoch: number | null;
}

export function loggingOf({ steps, summary }: Pick<NewJob, "steps" | "summary">): Logging {
  const { log_every: told, epochs } = summary;
  const every = typeof told === "number" ? told : Math.max(1, Math.floor((steps ?? 0) / usualRows));
  const stepsPerEpoch = typeof epochs === "number" && epochs > 0 && steps !== null ? Math.round(steps / epochs) : 1;
  return { every, stepsPerEpoch: stepsPerEpoch > 1 ? stepsPerEpoch : null };
}

/** How many rows have been logged up to a step. */
function rowsUntil(step: number, { every, stepsPerEpoch }: Logging): number {
  if (step < 1) return 0;
  return Math.floor((step - 1) / every) + 1 + (stepsPerEpoch === null ? 0 : Math.floor(step / stepsPerEpoch));
}

/** Whether a history that has come to a step has more rows than may stay. */
export const isLong = (last: number, logging: Logging, mostRows: number): boolean => rowsUntil(last, logging) > mostRows;

/** Whether a history with rows of the steps from `first` to `last` has come to where it is thinned. */
export function isThinned(first: number, last: number, logging: Logging, mostRows: number): boolean {
  const slice = Math.max(1, Math.floor(mostRows / sliceShare));
  return (
    isLong(last, logging, mostRows) && Math.floor(rowsUntil(last, logging) / slice) > Math.floor(rowsUntil(first - 1, logging) / slice)
  );
}

/** Whether the row of a step stays in a history that has come to the step `last`. */
export function stays(step: number, last: number, logging: Logging, mostRows: number): boolean {
  if (!isLong(last, logging, mostRows)) return true;
  const { every, stepsPerEpoch } = logging;
  const near = Math.max(1, Math.floor(mostRows / nearShare));
  const end = Math.floor((last - 1) / every);
  const at = (step - 1) / every;
  const isEpoch = stepsPerEpoch !== null && step % stepsPerEpoch === 0;
  if (isEpoch && isKept(step / stepsPerEpoch - 1, Math.floor(last / stepsPerEpoch) - 1, near)) return true;
  if (Number.isInteger(at)) return isKept(at, end, near);
  return !isEpoch && Math.min(at, end - at) < near;
}

/** Whether the row of a number, counted from 0, stays among those up to the number `end`. */
function isKept(number: number, end: number, near: number): boolean {
  let reach = near;
  const distance = Math.min(number, end - number);
  for (let rest = number; distance >= reach; rest /= 10, reach *= 10) if (rest % 10 !== 0) return false;
  return true;
}
