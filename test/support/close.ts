import { expect } from "vitest";
import { formatShape, sameShape, stridesOf } from "../../src/tensor/shape.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

export interface Tolerance {
  /** Allowed difference as a fraction of the expected number. */
  readonly relative?: number;
  /** Allowed difference beside it. */
  readonly absolute?: number;
}

/**
 * What is wrong with `actual`, in one line that shows the worst element; null when it is close to `expected`: the same shape, and every
 * |actual - expected| ≤ absolute + relative·|expected|. NaN is close to NaN only, an infinity to that infinity only. Element types are
 * not compared: numbers of one precision are often judged by numbers of another.
 */
export function difference(actual: Tensor, expected: Tensor, { relative = 0, absolute = 0 }: Tolerance = {}): string | null {
  if (!sameShape(actual.shape, expected.shape)) return `shape ${formatShape(actual.shape)} instead of ${formatShape(expected.shape)}`;
  if (actual.data.length !== expected.data.length) return `${actual.data.length} elements instead of ${expected.data.length}`;
  let worst = -1;
  let excess = 1;
  let wrong = 0;
  for (let at = 0; at < expected.data.length; at++) {
    const found = actual.data[at];
    const wanted = expected.data[at];
    if (found === wanted || (Number.isNaN(found) && Number.isNaN(wanted))) continue;
    // The distance in units of what is allowed. A NaN or an infinity that is not matched is further off than anything.
    const distance = Math.abs(found - wanted) / (absolute + relative * Math.abs(wanted));
    const units = Number.isFinite(found) && Number.isFinite(wanted) ? distance : Number.POSITIVE_INFINITY;
    if (units <= 1) continue;
    wrong++;
    if (worst < 0 || units > excess) {
      worst = at;
      excess = units;
    }
  }
  if (worst < 0) return null;
  const place = formatShape(stridesOf(expected.shape).map((stride, axis) => Math.floor(worst / stride) % expected.shape[axis]));
  const off = Math.abs(actual.data[worst] - expected.data[worst]).toExponential(2);
  return `${wrong} of ${expected.data.length} elements differ, worst at ${place}: ${actual.data[worst]} instead of ${expected.data[worst]} (off by ${off})`;
}

declare module "vitest" {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** The same shape and numbers within the tolerance (none unless told); see `difference`. */
    toBeNear(expected: Tensor, tolerance?: Tolerance): R;
  }
}

expect.extend({
  toBeNear(actual: Tensor, expected: Tensor, tolerance: Tolerance = {}) {
    const wrong = difference(actual, expected, tolerance);
    return {
      pass: wrong === null,
      message: () => wrong ?? "the tensors are near each other, and should not be",
      actual: Array.from(actual.data),
      expected: Array.from(expected.data),
    };
  },
});
