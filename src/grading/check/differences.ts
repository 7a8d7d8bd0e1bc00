import type { CheckRequest } from "./request.ts";
import { presets } from "../tolerance.ts";
import { type Examination, type Compared, eachDirection, eachEntry } from "./examination.ts";
import type { Point } from "./point.ts";
import { saysNothing, slopeAlong } from "./steps.ts";
import { type Pair, Jury } from "./verdict.ts";

/** The imaginary step: it may be as small as one likes, since nothing is subtracted, and this is one that float32 can hold too. */
export const imaginaryStep = 1e-20;

/** The size of numbers below which the step is not made smaller: the type could not hold it. */
const leastImaginary = 1e-280;
const leastImaginarySingle = 1e-17;

/** How far to each side of a point a kink is looked for by a method that stays at the point. */
const nearby = 1e-7;

export const stepOf = ({ step, preset }: CheckRequest): number => step ?? presets[preset].step;

/** A step that is held to, whatever the size of the numbers: the request's own, or that of a convention other than the default. */
const givenStep = ({ step, preset }: CheckRequest): number | undefined => step ?? (preset === "torch" ? undefined : presets[preset].step);

/** Whether differences are taken along random directions. */
export const isAlongDirections = ({ along, preset }: CheckRequest): boolean =>
  along === undefined ? presets[preset].directions === "random" : along === "directions";

/** Entry by entry: (f(x + h) - f(x - h)) / 2h. */
export function differencesOfEntries(examination: Examination): Compared[] {
  const { point, request } = examination;
  return eachEntry(examination, (k, at, claimed, tolerance) => {
    const move = { by: (by: number) => point.withEntry(k, at, by), size: point.sizeAt(k, at) };
    return slopeAlong(point, move, claimed, tolerance, givenStep(request), stepOf(request));
  });
}

/** The same along random directions through all variables. */
export function differencesAlong(examination: Examination): Pair[] {
  const { point, request } = examination;
  return eachDirection(examination, (direction, claimed, tolerance) => {
    const move = { by: (by: number) => point.along(direction, by), size: point.sizeAlong(direction) };
    return slopeAlong(point, move, claimed, tolerance, givenStep(request), stepOf(request));
  });
}

/** Entry by entry: Im f(x + ih) / h. At a kink it is the slope of one side, so kinks are looked for where it disagrees. */
export function complexSteps(examination: Examination): Compared[] {
  const { point } = examination;
  const parts = point.stillDirection();
  const compared = eachEntry(examination, (k, at, claimed) => {
    // Far smaller than the number itself, whose square it must not outweigh.
    const size = point.sizeAt(k, at);
    const least = point.subject.variables[k].value.dtype === "float32" ? leastImaginarySingle : leastImaginary;
    const step = size > least && size < 1 ? imaginaryStep * size : imaginaryStep;
    parts[k][at] = step;
    const numerical = point.weigh(point.imaginary(parts)) / step;
    parts[k][at] = 0;
    return { numerical, kink: undefined, step: imaginaryStep, isUnproven: saysNothing(point, numerical, claimed) };
  });
  const jury = new Jury(compared.flatMap(({ comparisons }) => comparisons));
  return compared.map(({ comparisons, entries, variable }, k) => ({
    variable,
    entries,
    comparisons: comparisons.map((one, at) =>
      !one.isUnproven && jury.excess(one) > 1 ? { ...one, kink: kinkNear(point, k, entries[at]) } : one,
    ),
  }));
}

function kinkNear(point: Point, variable: number, entry: number): string | null | undefined {
  for (const by of [nearby, -nearby]) {
    const { kink } = point.withEntry(variable, entry, by);
    if (kink !== undefined) return kink;
  }
  return undefined;
}
