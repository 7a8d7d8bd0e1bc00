import { largest } from "./vectors.ts";

/** A point on the line of a search. */
export interface LinePoint {
  /** How far along the direction. */
  at: number;
  loss: number;
  /** The derivative of the loss along the direction. */
  slope: number;
  readonly gradient: Float64Array;
}

export const linePointOf = (size: number): LinePoint => ({ at: 0, loss: 0, slope: 0, gradient: new Float64Array(size) });

export interface SearchLine {
  /** Where the search begins, at 0. */
  readonly start: LinePoint;
  readonly direction: Float64Array;
  /** Fills in loss, slope and gradient of a trial for the place where it is. */
  readonly evaluate: (trial: LinePoint) => void;
  /** Trials after the first, at most. */
  readonly rounds: number;
  /** The least width of a bracket. */
  readonly tolerance: number;
  /** What the trials are kept in. */
  readonly memory: readonly [LinePoint, LinePoint, LinePoint];
}

interface Search {
  /** Two points that a minimum lies between, in the order in which they were found. */
  readonly bracket: [LinePoint, LinePoint];
  /** Trials that are not in use. */
  readonly free: LinePoint[];
  /** Which of the bracket fits, if one does. */
  isDone: boolean;
  rounds: number;
}

/** The loss must fall by this share of what the slope at the start promises. */
const decrease = 1e-4;
/** The slope must flatten to this share. */
const curvature = 0.9;

/**
 * Looks for a point of the line that keeps the strong Wolfe conditions, first at `first`, then by cubic interpolation, as torch's LBFGS does.
 * Answers the best point found, a trial of the line's memory or the start, and how often it evaluated.
 */
export function strongWolfe(line: SearchLine, first: number): { readonly found: LinePoint; readonly evaluations: number } {
  const search = bracketed(line, first);
  const found = narrowed(line, search);
  return { found, evaluations: 1 + search.rounds };
}

// Comparisons stand so that a loss that is not a number fails them as it does in torch.
const isTooHigh = ({ start }: SearchLine, { at, loss }: LinePoint): boolean => loss > start.loss + decrease * at * start.slope;
const isFlat = ({ start }: SearchLine, { slope }: LinePoint): boolean => Math.abs(slope) <= -curvature * start.slope;

function tried(line: SearchLine, free: LinePoint[], at: number): LinePoint {
  // The memory suffices: at most two trials are in use when another is made.
  const trial = free.pop() as LinePoint;
  trial.at = at;
  line.evaluate(trial);
  return trial;
}

/** Goes further and further, until a point fits or a minimum must lie between the last two. */
function bracketed(line: SearchLine, first: number): Search {
  const free = [...line.memory];
  let previous = line.start;
  let trial = tried(line, free, first);
  let rounds = 0;
  for (; rounds < line.rounds; rounds++) {
    const rises = isTooHigh(line, trial) || (rounds > 1 && trial.loss >= previous.loss);
    if (!rises && isFlat(line, trial)) return { bracket: [trial, trial], free, isDone: true, rounds };
    if (rises || trial.slope >= 0) return { bracket: [previous, trial], free, isDone: false, rounds };
    const at = interpolated(previous, trial, trial.at + 0.01 * (trial.at - previous.at), trial.at * 10);
    const next = tried(line, free, at);
    if (previous !== line.start) free.push(previous);
    previous = trial;
    trial = next;
  }
  return { bracket: [line.start, trial], free, isDone: false, rounds };
}

/** Narrows the bracket until its lower end fits, and answers that end. */
function narrowed(line: SearchLine, search: Search): LinePoint {
  const { bracket, free } = search;
  const reach = largest(line.direction);
  let low = lowerOf(bracket);
  let isNearEnd = false;
  while (!search.isDone && search.rounds < line.rounds) {
    if (Math.abs(bracket[1].at - bracket[0].at) * reach < line.tolerance) break;
    const place = withinBracket(bracket, isNearEnd);
    isNearEnd = place.isNearEnd;
    const trial = tried(line, free, place.at);
    search.rounds++;
    const high = 1 - low;
    let dropped = bracket[high];
    if (isTooHigh(line, trial) || trial.loss >= bracket[low].loss) {
      bracket[high] = trial;
      low = lowerOf(bracket);
    } else {
      if (isFlat(line, trial)) search.isDone = true;
      // The minimum lies on the other side of the lower end.
      if (!search.isDone && trial.slope * (bracket[high].at - bracket[low].at) >= 0) bracket[high] = bracket[low];
      else dropped = bracket[low];
      bracket[low] = trial;
    }
    if (dropped !== line.start) free.push(dropped);
  }
  return bracket[low];
}

const lowerOf = ([first, second]: Search["bracket"]): 0 | 1 => (first.loss <= second.loss ? 0 : 1);

/** Where to look next. Twice in a row near an end of the bracket, or at one, would get nowhere: then a tenth of the width inside it. */
function withinBracket(bracket: Search["bracket"], wasNearEnd: boolean): { readonly at: number; readonly isNearEnd: boolean } {
  const least = Math.min(bracket[0].at, bracket[1].at);
  const most = Math.max(bracket[0].at, bracket[1].at);
  const at = interpolated(bracket[0], bracket[1], least, most);
  const margin = 0.1 * (most - least);
  if (!(Math.min(most - at, at - least) < margin)) return { at, isNearEnd: false };
  if (!wasNearEnd && at < most && at > least) return { at, isNearEnd: true };
  return { at: Math.abs(at - most) < Math.abs(at - least) ? most - margin : least + margin, isNearEnd: false };
}

/** The minimum of the cubic with the losses and slopes of two points, within bounds; the middle of these where it has none. */
function interpolated(a: LinePoint, b: LinePoint, least: number, most: number): number {
  const [left, right] = a.at <= b.at ? [a, b] : [b, a];
  const bend = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.at - b.at);
  const square = bend * bend - a.slope * b.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const root = Math.sqrt(square);
  const minimum = right.at - (right.at - left.at) * ((right.slope + root - bend) / (right.slope - left.slope + 2 * root));
  return Math.min(Math.max(minimum, least), most);
}
