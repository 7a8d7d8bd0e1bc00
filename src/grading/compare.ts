import { indexAt, sameShape, type Shape } from "../tensor/shape.ts";
import type { Tolerance } from "./tolerance.ts";

/** Numbers in a shape, of whatever element type. */
export interface Numbers {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

export const isFinite = ({ data }: Numbers): boolean => Array.prototype.every.call(data, Number.isFinite);

export interface WorstEntry {
  readonly index: readonly number[];
  readonly expected: number;
  readonly submitted: number;
}

export interface Comparison {
  readonly passed: boolean;
  /** Elements that are not within the tolerance. */
  readonly wrong: number;
  /** The worst of them first, at most three. */
  readonly worst: readonly WorstEntry[];
}

const mostWorst = 3;

/** Compares tensors of one shape. NaN equals NaN alone, an infinity that infinity alone. */
export function compare(submitted: Numbers, expected: Numbers, tolerance: Tolerance): Comparison {
  const { data: a } = submitted;
  const { data: n } = expected;
  const whole = tolerance.over === "tensor" ? normRatio(a, n) : null;
  const worst: Wrong[] = [];
  let greatest = 0;
  let wrong = 0;
  for (let at = 0; at < n.length; at++) {
    if (same(a[at], n[at])) continue;
    const finite = Number.isFinite(a[at]) && Number.isFinite(n[at]);
    const error = !finite ? Infinity : tolerance.over === "elements" ? tolerance.error(a[at], n[at]) : Math.abs(a[at] - n[at]);
    if (tolerance.over === "elements") {
      greatest = Math.max(greatest, error);
      if (error <= tolerance.bound) continue;
    } else if (whole !== null && whole <= tolerance.bound) continue;
    wrong++;
    const own = { at, error, distance: finite ? Math.abs(a[at] - n[at]) : Infinity };
    if (worst.length === mostWorst && byError(own, worst[mostWorst - 1]) >= 0) continue;
    worst.push(own);
    worst.sort(byError);
    if (worst.length > mostWorst) worst.pop();
  }
  return {
    passed: (whole ?? greatest) <= tolerance.bound,
    wrong,
    worst: worst.map(({ at }) => ({ index: indexAt(at, expected.shape), expected: n[at], submitted: a[at] })),
  };
}

interface Wrong {
  readonly at: number;
  readonly error: number;
  readonly distance: number;
}

/** Where nothing is allowed every error is infinite, and the distance decides. */
function byError(a: Wrong, b: Wrong): number {
  if (a.error !== b.error) return a.error > b.error ? -1 : 1;
  return a.distance === b.distance ? a.at - b.at : b.distance - a.distance;
}

const same = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

/** norm(a - b) / (norm(a) + norm(b)): 0 for equal tensors, 1 for opposite ones; Infinity where a NaN or an infinity is not matched. */
export function normRatio(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const plain = ratioAt(a, b, 1);
  if (plain !== null) return plain;
  // Squares vanished or overflowed.
  let largest = 0;
  for (let at = 0; at < b.length; at++) {
    if (Number.isFinite(a[at]) && Number.isFinite(b[at])) largest = Math.max(largest, Math.abs(a[at]), Math.abs(b[at]));
  }
  return ratioAt(a, b, largest) ?? 0;
}

/** The ratio with all numbers divided by `scale`; null where their squares say nothing of it. */
function ratioAt(a: ArrayLike<number>, b: ArrayLike<number>, scale: number): number | null {
  let difference = 0;
  let left = 0;
  let right = 0;
  let differs = false;
  for (let at = 0; at < b.length; at++) {
    const x = a[at];
    const y = b[at];
    if (same(x, y)) {
      if (!Number.isFinite(x)) continue;
    } else if (!Number.isFinite(x) || !Number.isFinite(y)) return Infinity;
    else {
      differs = true;
      // Divided first: the difference of numbers that are finite may not be.
      difference += (x / scale - y / scale) ** 2;
    }
    left += (x / scale) ** 2;
    right += (y / scale) ** 2;
  }
  if (!differs) return 0;
  if (difference === 0 || !Number.isFinite(difference + left + right)) return null;
  return Math.sqrt(difference) / (Math.sqrt(left) + Math.sqrt(right));
}

/** The Euclidean norm, scaled so that no square vanishes or overflows. */
export function norm(a: ArrayLike<number>): number {
  let largest = 0;
  for (let at = 0; at < a.length; at++) largest = Math.max(largest, Math.abs(a[at]));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] / largest) ** 2;
  return largest * Math.sqrt(sum);
}

export const sameNumbers = (a: Numbers, b: Numbers): boolean =>
  sameShape(a.shape, b.shape) && Array.prototype.every.call(a.data, (x: number, at: number) => same(x, b.data[at]));
