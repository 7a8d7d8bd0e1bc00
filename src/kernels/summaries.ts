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

const sumLoop: Loop = (data, start, places) => {
  let total = 0;
  for (let k = 0; k < places.length; k++) total += data[start + places[k]];
  return total;
};

export const sum = summary(sumLoop, codes.sum);

/** NaN for no elements. */
export const mean = summary((data, start, places) => sumLoop(data, start, places) / places.length, codes.sum, codes.mean);

export const product = summary((data, start, places) => {
  let total = 1;
  for (let k = 0; k < places.length; k++) total *= data[start + places[k]];
  return total;
}, codes.product);

const squaresLoop: Loop = (data, start, places) => {
  let total = 0;
  for (let k = 0; k < places.length; k++) total += data[start + places[k]] * data[start + places[k]];
  return total;
};

export const sumOfSquares = summary(squaresLoop, codes.squares);

export const sumOfMagnitudes = summary((data, start, places) => {
  let total = 0;
  for (let k = 0; k < places.length; k++) total += Math.abs(data[start + places[k]]);
  return total;
}, codes.magnitudes);

export const euclideanNorm = summary((data, start, places) => Math.sqrt(squaresLoop(data, start, places)), codes.squares, codes.root);

export const logOfSum = summary((data, start, places) => Math.log(sumLoop(data, start, places)), codes.sum, codes.logarithm);

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

/** The greatest element is taken out of the exponentials, so that none overflows. */
export const logOfSumOfExponentials = summary(
  (data, start, places) => {
    const greatest = maximum.loop(data, start, places);
    if (!Number.isFinite(greatest)) return greatest;
    let total = 0;
    for (let k = 0; k < places.length; k++) total += Math.exp(data[start + places[k]] - greatest);
    return greatest + Math.log(total);
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
