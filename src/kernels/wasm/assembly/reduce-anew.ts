// Folds of one result's numbers one by one, with scaled numbers or twice the digits, where the fast ones have lost digits.

import { offsetAt } from "./axes.ts";
import { double } from "./lanes.ts";
import { log, log1p } from "./math-log.ts";
import * as codes from "./reduce-codes.ts";

// The walk over the numbers: runs of neighbours.
let axes: usize = 0;
let axisCount: i32 = 0;
let runs: i32 = 0;
let width: i32 = 0;

export function setWalk(reduced: usize, reducedAxes: i32, count: i32, neighbours: i32): void {
  axes = reduced;
  axisCount = reducedAxes;
  runs = count;
  width = neighbours;
}

// @inline
function numberAt<T extends number>(from: usize, at: i32): f64 {
  return <f64>load<T>(from + (offsetAt(axes, axisCount, at / width) + <usize>(at % width)) * sizeof<T>());
}

export function logarithm(x: f64): f64 {
  return f64x2.extract_lane(log<f64>(double(x)), 0);
}

/** The exponent of a power of two near x, by which numbers up to x may be scaled: for a double, and with room for squares and sums. */
function exponentNear(x: f64): i32 {
  const exponent = <i32>((reinterpret<u64>(x) >> 52) & 0x7ff) - 1023;
  return max(-1000, min(1000, exponent));
}

// @inline
function powerOfTwo(exponent: i32): f64 {
  return reinterpret<f64>((<u64>(exponent + 1023)) << 52);
}

/** The sum divided by `divisor`, where it overflowed. */
export function scaledSum<T extends number>(from: usize, divisor: f64): f64 {
  let total: f64 = 0;
  for (let at = 0; at < runs * width; at++) total += numberAt<T>(from, at) * codes.sumScale;
  return (total / divisor) * (1 / codes.sumScale);
}

/** With the digits that the sum loses, which a sum near 1 needs. */
export function logarithmOfSum<T extends number>(from: usize): f64 {
  let total: f64 = 0;
  let lost: f64 = 0;
  for (let at = 0; at < runs * width; at++) {
    const x = numberAt<T>(from, at);
    const sum = total + x;
    const part = sum - total;
    lost += total - (sum - part) + (x - part);
    total = sum;
  }
  if (!isFinite(total)) return logarithm(scaledSum<T>(from, 1 / codes.sumScale)) + 64 * Math.LN2;
  // One of the two is not rounded: the sum is at least half of 1.
  const beyond = total - 1 + lost;
  return f64x2.extract_lane(log1p<f64>(double(beyond)), 0);
}

/** The sum of squares, or the root of it or of its mean. */
export function scaledSquares<T extends number>(finish: i32, from: usize): f64 {
  let most: f64 = 0;
  for (let at = 0; at < runs * width; at++) {
    const size = Math.abs(numberAt<T>(from, at));
    if (isNaN(size)) return size;
    most = max(most, size);
  }
  if (!isFinite(most)) return most;
  const exponent = exponentNear(most);
  const scale = powerOfTwo(-exponent);
  const back = powerOfTwo(exponent);
  let total: f64 = 0;
  for (let at = 0; at < runs * width; at++) {
    const x = numberAt<T>(from, at) * scale;
    total += x * x;
  }
  if (finish === codes.nothing) return total * back * back;
  return Math.sqrt(finish === codes.root ? total : total / <f64>(runs * width)) * back;
}

/** The product, its exponent kept apart. */
export function scaledProduct<T extends number>(from: usize): f64 {
  let total: f64 = 1;
  let exponent: i64 = 0;
  for (let at = 0; at < runs * width; at++) {
    const x = numberAt<T>(from, at);
    total *= x * powerOfTwo(-exponentNear(x));
    if (x === 0 || !isFinite(x)) continue;
    exponent += exponentNear(x) + exponentNear(total);
    total *= powerOfTwo(-exponentNear(total));
  }
  return scaled(total, exponent);
}

/** x · 2^exponent, where x is near 1, rounded once. */
function scaled(x: f64, exponent: i64): f64 {
  const whole = <i32>max<i64>(-2200, min<i64>(2200, exponent));
  const half = max(-1000, min(1000, whole));
  const rest = whole - half;
  return x * powerOfTwo(half) * powerOfTwo(max(-1000, min(1000, rest)));
}
