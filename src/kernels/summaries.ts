import type { Data } from "../tensor/dtype.ts";
import * as codes from "./wasm/assembly/reduce-codes.ts";

/** One number from the elements of `data` that lie at `start` plus each of `places`. */
type Loop = (data: Data, start: number, places: Int32Array) => number;

/** A loop, and how the SIMD kernel folds floating-point numbers into the same: see the codes. */
export interface Summary {
  readonly loop: Loop;
  readonly fold: number;
  readonly finish: number;
}

const summary = (loop: Loop, fold: number, finish: number = codes.nothing): Summary => ({ loop, fold, finish });

/** The sum divided by a number. What overflows on the way is added up again, scaled. */
const dividedSum = (data: Data, start: number, places: Int32Array, divisor: number): number => {
  let total = 0;
  for (let k = 0; k < places.length; k++) total += data[start + places[k]];
  if (Number.isFinite(total)) return total / divisor;
  total = 0;
  for (let k = 0; k < places.length; k++) total += data[start + places[k]] * codes.sumScale;
  return (total / divisor) * (1 / codes.sumScale);
};

export const sum = summary((data, start, places) => dividedSum(data, start, places, 1), codes.sum);

/** NaN for no elements. */
export const mean = summary((data, start, places) => dividedSum(data, start, places, places.length), codes.sum, codes.mean);

/** The exponent is kept apart once factors lead near the bounds of doubles, whatever comes later. */
export const product = summary((data, start, places) => {
  let total = 1;
  let exponent = 0;
  for (let k = 0; k < places.length; k++) {
    const x = data[start + places[k]];
    const size = Math.abs(total * x);
    if (size >= codes.leastSound && size <= 1 / codes.leastSound) total *= x;
    else {
      const [ofTotal, ofX] = [exponentNear(Math.abs(total)), exponentNear(Math.abs(x))];
      total = total * 2 ** -ofTotal * (x * 2 ** -ofX);
      exponent += ofTotal + ofX;
    }
  }
  const half = within(exponent, 1000);
  return total * 2 ** half * 2 ** within(exponent - half, 1000);
}, codes.product);

const within = (x: number, bound: number): number => Math.max(-bound, Math.min(bound, x));

/** The exponent of a power of two near x, by which numbers up to x may be scaled: for a double, and with room for squares and sums. */
const exponentNear = (x: number): number => (x > 0 ? within(Math.floor(Math.log2(x)), 1000) : 0);

/** The sum of squares by `finish`. Numbers whose squares would vanish or overflow are scaled first. */
const squares =
  (finish: (total: number, count: number) => number, degree: 1 | 2): Loop =>
  (data, start, places) => {
    let total = 0;
    for (let k = 0; k < places.length; k++) total += data[start + places[k]] ** 2;
    if (total >= codes.leastSound && Number.isFinite(total)) return finish(total, places.length);
    let most = 0;
    for (let k = 0; k < places.length; k++) most = Math.max(most, Math.abs(data[start + places[k]]));
    if (!Number.isFinite(most) || most === 0) return places.length === 0 ? finish(0, 0) : most;
    const exponent = exponentNear(most);
    total = 0;
    for (let k = 0; k < places.length; k++) total += (data[start + places[k]] * 2 ** -exponent) ** 2;
    const scaled = finish(total, places.length) * 2 ** exponent;
    return degree === 2 ? scaled * 2 ** exponent : scaled;
  };

export const sumOfSquares = summary(
  squares((total) => total, 2),
  codes.squares,
);

export const sumOfMagnitudes = summary((data, start, places) => {
  let total = 0;
  for (let k = 0; k < places.length; k++) total += Math.abs(data[start + places[k]]);
  return total;
}, codes.magnitudes);

export const euclideanNorm = summary(squares(Math.sqrt, 1), codes.squares, codes.root);

/** NaN for no elements. */
export const rootMeanSquare = summary(
  squares((total, count) => Math.sqrt(total / count), 1),
  codes.squares,
  codes.rootMean,
);

/** A sum near 1 is taken with the digits that it loses, and log(1 + x) of what it is beyond 1. */
export const logOfSum = summary(
  (data, start, places) => {
    let total = 0;
    let lost = 0;
    for (let k = 0; k < places.length; k++) {
      const x = data[start + places[k]];
      const next = total + x;
      const part = next - total;
      lost += total - (next - part) + (x - part);
      total = next;
    }
    if (!Number.isFinite(total)) return Math.log(dividedSum(data, start, places, 1 / codes.sumScale)) + 64 * Math.LN2;
    return total > 0.5 && total < 2 ? Math.log1p(total - 1 + lost) : Math.log(total);
  },
  codes.sum,
  codes.logarithm,
);

/** The greatest element, or `least` when there is none; NaN when any is. */
export const maximumOr = (least: number): Summary =>
  summary((data, start, places) => {
    let greatest = least;
    for (let k = 0; k < places.length; k++) greatest = Math.max(greatest, data[start + places[k]]);
    return greatest;
  }, codes.max);

/** The smallest element, or `greatest` when there is none; NaN when any is. */
export const minimumOr = (greatest: number): Summary =>
  summary((data, start, places) => {
    let least = greatest;
    for (let k = 0; k < places.length; k++) least = Math.min(least, data[start + places[k]]);
    return least;
  }, codes.min);

const maximum = maximumOr(Number.NEGATIVE_INFINITY);

/** The greatest element is taken out of the exponentials, so that none overflows, and out of their sum, so that small ones keep their digits. */
export const logOfSumOfExponentials = summary(
  (data, start, places) => {
    const greatest = maximum.loop(data, start, places);
    if (!Number.isFinite(greatest)) return greatest;
    let ties = 0;
    let total = 0;
    for (let k = 0; k < places.length; k++) {
      const x = data[start + places[k]];
      if (x === greatest) ties++;
      else total += Math.exp(x - greatest);
    }
    return greatest + Math.log1p(total + (ties - 1));
  },
  codes.exponentials,
  codes.shiftedLogarithm,
);

/** Rounds numbers towards zero in place, as storing them as 64-bit integers does; what is no number becomes 0. */
export function truncateToInt64(data: Data): void {
  for (let i = 0; i < data.length; i++) {
    const whole = Math.trunc(data[i]);
    data[i] = Number.isNaN(whole) ? 0 : Math.min(Math.max(whole, leastInt64), greatestInt64);
  }
}

export const leastInt64 = -(2 ** 63);
/** The greatest 64-bit integer that a double holds. */
export const greatestInt64 = 2 ** 63 - 1024;
