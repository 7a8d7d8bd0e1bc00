import type { CheckRequest } from "./request.ts";
import { presets } from "../tolerance.ts";
import { type Examination, type Compared, eachDirection, eachEntry, type Found } from "./examination.ts";
import type { Moved, Point } from "./point.ts";
import { type Pair, Jury } from "./verdict.ts";

/** The imaginary step: it may be as small as one likes, since nothing is subtracted, and this is one that float32 can hold too. */
export const imaginaryStep = 1e-20;

/** How far to each side of a point a kink is looked for by a method that stays at the point. */
const nearby = 1e-7;

export const stepOf = ({ step, preset }: CheckRequest): number => step ?? presets[preset].step;

/** Whether differences are taken along random directions. */
export const isAlongDirections = ({ along, preset }: CheckRequest): boolean =>
  along === undefined ? presets[preset].directions === "random" : along === "directions";

/** Entry by entry: (f(x + h) - f(x - h)) / 2h. */
export function differencesOfEntries(examination: Examination): Compared[] {
  const { point, request } = examination;
  return eachEntry(examination, (k, at) => central(point, (by) => point.withEntry(k, at, by), stepOf(request)));
}

/** The same along random directions through all variables. */
export function differencesAlong(examination: Examination): Pair[] {
  const { point, request } = examination;
  return eachDirection(examination, (direction) => central(point, (by) => point.along(direction, by), stepOf(request)));
}

/** Differences are taken per element and only then summed: the sum would lose digits. */
function central(point: Point, move: (by: number) => Moved, step: number): Found {
  const upper = move(step);
  const lower = move(-step);
  const kink = upper.kink === undefined ? lower.kink : upper.kink;
  return { numerical: point.weighDifference(upper.objective, lower.objective) / (2 * step), kink };
}

/** Entry by entry: Im f(x + ih) / h. At a kink it is the slope of one side, so kinks are looked for where it disagrees. */
export function complexSteps(examination: Examination): Compared[] {
  const { point } = examination;
  const parts = point.stillDirection();
  const compared = eachEntry(examination, (k, at) => {
    parts[k][at] = imaginaryStep;
    const numerical = point.weigh(point.imaginary(parts)) / imaginaryStep;
    parts[k][at] = 0;
    return { numerical, kink: undefined };
  });
  const jury = new Jury(compared.flatMap(({ comparisons }) => comparisons));
  return compared.map(({ comparisons, entries, variable }, k) => ({
    variable,
    entries,
    comparisons: comparisons.map((one, at) => (jury.excess(one) > 1 ? { ...one, kink: kinkNear(point, k, entries[at]) } : one)),
  }));
}

function kinkNear(point: Point, variable: number, entry: number): string | null | undefined {
  for (const by of [nearby, -nearby]) {
    const { kink } = point.withEntry(variable, entry, by);
    if (kink !== undefined) return kink;
  }
  return undefined;
}
