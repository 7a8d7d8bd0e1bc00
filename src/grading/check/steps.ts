import type { Tolerance } from "../tolerance.ts";
import type { Moved, Point } from "./point.ts";

/** What a difference quotient says. */
export interface Quotient {
  readonly numerical: number;
  readonly kink: string | null | undefined;
  readonly step: number;
  /** Whether it says nothing of the slope: the numbers did not move, left the domain, or moved by no more than rounding. */
  readonly isUnproven: boolean;
}

/** A move of numbers, and of about which size they are. */
export interface Move {
  readonly by: (step: number) => Moved;
  readonly size: number;
}

/** Rounding leaves a few units in the last place of the objective, divided by the step, of a difference quotient. */
export const roundingUnits = 8;

export const noiseOf = (point: Point, step: number): number => (roundingUnits * point.epsilon * point.scale) / step;

/** How large the numbers are that a step is chosen for: those around 1, and 0, take the step as it is. */
const ordinary = 1e3;

export const stepFor = (step: number, size: number): number => {
  const isOrdinary = size === 0 || !Number.isFinite(size) || (size <= ordinary && size >= 1 / ordinary);
  return isOrdinary ? step : step * size;
};

/** More steps are not tried. */
const mostTries = 14;

/** A claim is wrong when it is off by more than so many times what the quotient may be off by itself. */
const beyondDoubt = 4;

/**
 * The slope along a move, by (f(x + h) - f(x - h)) / 2h. Where it is not what is claimed, either the claim is wrong or the step: then other
 * steps are tried, from parts of the size of the numbers to parts of 1, and the quotient is believed that differs least from that of the next
 * step. If it confirms the claim, it was the step. A convention's own step is not given up for another: with it, nothing is proved.
 */
export function slopeAlong(
  point: Point,
  move: Move,
  claimed: number,
  tolerance: Tolerance,
  given: number | undefined,
  usual: number,
): Quotient {
  const first = quotient(point, move, given ?? stepFor(usual, move.size));
  const isNumber = Number.isFinite(first.numerical);
  const isNothing = saysNothing(point, first.numerical, claimed);
  if (first.kink !== undefined || isRight(claimed, first.numerical, tolerance)) return first;
  if (!Number.isFinite(claimed)) return { ...first, isUnproven: isNothing };
  // Numbers that are judged as one are not wrong one by one.
  if (isNumber && tolerance.over === "tensor") return first;
  const tried = isNumber ? [first] : [];
  for (const step of steps(move.size, usual)) {
    // What differs by little is no second opinion.
    if (Math.abs(Math.log10(step / first.step)) < 0.5) continue;
    const next = quotient(point, move, step);
    if (next.kink === undefined && Number.isFinite(next.numerical)) tried.push(next);
  }
  const best = surestOf(point, tried);
  if (best === undefined) return { ...first, isUnproven: isNumber || isNothing };
  const isConfirmed = isRight(claimed, best.quotient.numerical, tolerance);
  if (given === undefined && isConfirmed) return best.quotient;
  const isWrong = !isConfirmed && Math.abs(claimed - best.quotient.numerical) > beyondDoubt * best.error;
  if (!isWrong) return { ...first, isUnproven: true };
  return given === undefined || !isNumber ? best.quotient : first;
}

/**
 * Whether a slope by numbers says nothing of the one that is claimed: infinity less infinity, and what lies outside of the domain. A NaN
 * at the point itself is wrong whatever is claimed.
 */
export const saysNothing = (point: Point, numerical: number, claimed: number): boolean =>
  Number.isNaN(numerical) && !Number.isNaN(claimed) && !point.objective.some(Number.isNaN);

/** The quotient that differs least from that of the next smaller step, what rounding does to it included, and by how much. */
function surestOf(point: Point, tried: readonly Quotient[]): { quotient: Quotient; error: number } | undefined {
  const ordered = tried.toSorted((a, b) => b.step - a.step);
  let best: { quotient: Quotient; error: number } | undefined;
  for (const [at, one] of ordered.entries()) {
    const next = ordered[at + 1];
    if (next === undefined) break;
    // Over many periods of a sine, what changed does not grow with the step: its quotients are small, near to each other, and no slope.
    const isSettled = Math.abs(one.numerical - next.numerical) <= Math.max(Math.abs(one.numerical), noiseOf(point, next.step));
    if (!isSettled) continue;
    const error = Math.abs(one.numerical - next.numerical) + noiseOf(point, one.step);
    if (best === undefined || error < best.error) best = { quotient: one, error };
  }
  return best;
}

function quotient(point: Point, { by }: Move, step: number): Quotient {
  const upper = by(step);
  const lower = by(-step);
  const kink = upper.kink === undefined ? lower.kink : upper.kink;
  const distance = upper.by - lower.by;
  // What the numbers moved by is twice the step, unless they are too coarse for it.
  const width = Math.abs(distance / (2 * step) - 1) < 1e-6 ? 2 * step : distance;
  const numerical = distance === 0 ? Number.NaN : point.weighDifference(upper.objective, lower.objective) / width;
  return { numerical, kink, step, isUnproven: false };
}

export function isRight(claimed: number, numerical: number, tolerance: Tolerance): boolean {
  if (claimed === numerical) return true;
  if (tolerance.over === "elements") return tolerance.error(claimed, numerical) <= tolerance.bound;
  return Math.abs(claimed - numerical) <= tolerance.bound * (Math.abs(claimed) + Math.abs(numerical));
}

/** Steps to try: from a millionth of the size of the numbers to a thousand of such, and down from 1 likewise, evenly by their exponents. */
function steps(size: number, usual: number): number[] {
  const sizes = size > 0 && Number.isFinite(size) ? [size, 1] : [1];
  const least = Math.max(Math.log10(Math.min(...sizes) * usual) - 3, -320);
  const most = Math.min(Math.log10(Math.max(...sizes) * usual) + 4, 305);
  const count = Math.min(mostTries, Math.ceil(most - least) + 1);
  return Array.from({ length: count }, (_, at) => 10 ** (most - ((most - least) * at) / (count - 1)));
}
