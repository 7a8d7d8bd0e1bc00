import type { Data } from "../tensor/dtype.ts";

/** One number from the elements of `data` that lie at `start` plus each of `places`. */
export type Summary = (data: Data, start: number, places: Int32Array) => number;

export const sum: Summary = (data, start, places) => {
  let total = 0;
  for (let k = 0; k < places.length; k++) total += data[start + places[k]];
  return total;
};

/** NaN for no elements. */
export const mean: Summary = (data, start, places) => sum(data, start, places) / places.length;

export const product: Summary = (data, start, places) => {
  let total = 1;
  for (let k = 0; k < places.length; k++) total *= data[start + places[k]];
  return total;
};

export const sumOfSquares: Summary = (data, start, places) => {
  let total = 0;
  for (let k = 0; k < places.length; k++) total += data[start + places[k]] * data[start + places[k]];
  return total;
};

export const sumOfMagnitudes: Summary = (data, start, places) => {
  let total = 0;
  for (let k = 0; k < places.length; k++) total += Math.abs(data[start + places[k]]);
  return total;
};

export const euclideanNorm: Summary = (data, start, places) => Math.sqrt(sumOfSquares(data, start, places));

export const logOfSum: Summary = (data, start, places) => Math.log(sum(data, start, places));

/** The greatest element, or `least` when there is none; NaN when any is. */
export const maximumOr =
  (least: number): Summary =>
  (data, start, places) => {
    let greatest = least;
    for (let k = 0; k < places.length; k++) greatest = Math.max(greatest, data[start + places[k]]);
    return greatest;
  };

/** The smallest element, or `greatest` when there is none; NaN when any is. */
export const minimumOr =
  (greatest: number): Summary =>
  (data, start, places) => {
    let least = greatest;
    for (let k = 0; k < places.length; k++) least = Math.min(least, data[start + places[k]]);
    return least;
  };

const maximum = maximumOr(Number.NEGATIVE_INFINITY);

/** The greatest element is taken out of the exponentials, so that none overflows. */
export const logOfSumOfExponentials: Summary = (data, start, places) => {
  const greatest = maximum(data, start, places);
  if (!Number.isFinite(greatest)) return greatest;
  let total = 0;
  for (let k = 0; k < places.length; k++) total += Math.exp(data[start + places[k]] - greatest);
  return greatest + Math.log(total);
};

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
