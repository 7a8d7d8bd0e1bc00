import { indexAt, sameShape, type Shape } from "../tensor/shape.ts";
import type { Tolerance } from "./presets.ts";

/** Numbers in a shape, of whatever element type. */
export interface Numbers {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

export interface WorstEntry {
  readonly index: readonly number[];
  readonly expected: number;
  readonly submitted: number;
  readonly error: number;
}

export interface Comparison {
  readonly passed: boolean;
  /** The greatest error by the tolerance's own measure; Infinity where a NaN or an infinity is not matched. */
  readonly error: number;
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
  const worst: { at: number; error: number }[] = [];
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
    if (worst.length < mostWorst || error > worst[worst.length - 1].error) {
      worst.push({ at, error });
      worst.sort((x, y) => y.error - x.error);
      if (worst.length > mostWorst) worst.pop();
    }
  }
  const error = whole ?? greatest;
  return {
    passed: error <= tolerance.bound,
    error,
    wrong,
    worst: worst.map(({ at, error: own }) => ({ index: indexAt(at, expected.shape), expected: n[at], submitted: a[at], error: own })),
  };
}

const same = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

/** norm(a - b) / (norm(a) + norm(b)): 0 for equal tensors, 1 for opposite ones; Infinity where a NaN or an infinity is not matched. */
export function normRatio(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let left = 0;
  let right = 0;
  for (let at = 0; at < b.length; at++) {
    if (same(a[at], b[at])) {
      if (!Number.isFinite(a[at])) continue;
    } else if (!Number.isFinite(a[at]) || !Number.isFinite(b[at])) return Infinity;
    else difference += (a[at] - b[at]) ** 2;
    left += a[at] ** 2;
    right += b[at] ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference) / (Math.sqrt(left) + Math.sqrt(right));
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
