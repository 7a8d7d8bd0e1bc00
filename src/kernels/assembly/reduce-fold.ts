// Folds of many numbers into one. All are folded as doubles, so that results of float32 round once.

import { double, clamped, lower, upper } from "./lanes";
import { expWithin } from "./math-exp";
import * as codes from "./reduce-codes";

/** Numbers of a run go to as many sums in turn, so that additions need not wait for one another. */
export const sums = 8;

export function identityOf(fold: i32): f64 {
  if (fold == codes.product) return 1;
  if (fold == codes.max) return -Infinity;
  return fold == codes.min ? Infinity : 0;
}

/** Two totals, each with one more number. `greatest` is of use to exponentials alone. */
// @ts-ignore: decorator
@inline
function folded<T>(fold: i32, total: v128, x: v128, greatest: v128): v128 {
  if (fold == codes.product) return v128.mul<f64>(total, x);
  if (fold == codes.max) return v128.max<f64>(total, x);
  if (fold == codes.min) return v128.min<f64>(total, x);
  if (fold == codes.squares) return v128.add<f64>(total, v128.mul<f64>(x, x));
  if (fold == codes.magnitudes) return v128.add<f64>(total, v128.abs<f64>(x));
  if (fold == codes.exponentials) return v128.add<f64>(total, expWithin<T>(clamped(v128.sub<f64>(x, greatest), -708, 708)));
  return v128.add<f64>(total, x);
}

/** Folds one number into the total that lies in memory. */
// @ts-ignore: decorator
@inline
function foldOne<T>(fold: i32, total: usize, from: usize, greatest: f64): void {
  store<f64>(total, f64x2.extract_lane(folded<T>(fold, double(load<f64>(total)), double(<f64>load<T>(from)), double(greatest)), 0));
}

/** Folds a run into `sums` totals. */
// @ts-ignore: decorator
@inline
function foldRun<T>(fold: i32, totals: usize, from: usize, count: i32, greatest: f64): void {
  const shift = double(greatest);
  let a = v128.load(totals);
  let b = v128.load(totals, 16);
  let c = v128.load(totals, 32);
  let d = v128.load(totals, 48);
  for (; count >= sums; count -= sums) {
    if (sizeof<T>() == 4) {
      const first = v128.load(from);
      const second = v128.load(from, 16);
      a = folded<T>(fold, a, lower(first), shift);
      b = folded<T>(fold, b, upper(first), shift);
      c = folded<T>(fold, c, lower(second), shift);
      d = folded<T>(fold, d, upper(second), shift);
    } else {
      a = folded<T>(fold, a, v128.load(from), shift);
      b = folded<T>(fold, b, v128.load(from, 16), shift);
      c = folded<T>(fold, c, v128.load(from, 32), shift);
      d = folded<T>(fold, d, v128.load(from, 48), shift);
    }
    from += sums * sizeof<T>();
  }
  v128.store(totals, a);
  v128.store(totals, b, 16);
  v128.store(totals, c, 32);
  v128.store(totals, d, 48);
  for (; count > 0; count--, from += sizeof<T>(), totals += 8) foldOne<T>(fold, totals, from, greatest);
}

/** Folds each number of a row into a total of its own. Exponentials have a greatest number for each. */
// @ts-ignore: decorator
@inline
function foldRow<T>(fold: i32, totals: usize, from: usize, count: i32, greatest: usize): void {
  for (; count >= 4; count -= 4) {
    const low = sizeof<T>() == 4 ? lower(v128.load(from)) : v128.load(from);
    const high = sizeof<T>() == 4 ? upper(v128.load(from)) : v128.load(from, 16);
    v128.store(totals, folded<T>(fold, v128.load(totals), low, v128.load(greatest)));
    v128.store(totals, folded<T>(fold, v128.load(totals, 16), high, v128.load(greatest, 16)), 16);
    from += 4 * sizeof<T>();
    totals += 32;
    greatest += 32;
  }
  for (; count > 0; count--, from += sizeof<T>(), totals += 8, greatest += 8) foldOne<T>(fold, totals, from, load<f64>(greatest));
}

export function run<T>(fold: i32, totals: usize, from: usize, count: i32, greatest: f64): void {
  if (fold == codes.product) foldRun<T>(codes.product, totals, from, count, greatest);
  else if (fold == codes.max) foldRun<T>(codes.max, totals, from, count, greatest);
  else if (fold == codes.min) foldRun<T>(codes.min, totals, from, count, greatest);
  else if (fold == codes.squares) foldRun<T>(codes.squares, totals, from, count, greatest);
  else if (fold == codes.magnitudes) foldRun<T>(codes.magnitudes, totals, from, count, greatest);
  else if (fold == codes.exponentials) foldRun<T>(codes.exponentials, totals, from, count, greatest);
  else foldRun<T>(codes.sum, totals, from, count, greatest);
}

export function row<T>(fold: i32, totals: usize, from: usize, count: i32, greatest: usize): void {
  if (fold == codes.product) foldRow<T>(codes.product, totals, from, count, greatest);
  else if (fold == codes.max) foldRow<T>(codes.max, totals, from, count, greatest);
  else if (fold == codes.min) foldRow<T>(codes.min, totals, from, count, greatest);
  else if (fold == codes.squares) foldRow<T>(codes.squares, totals, from, count, greatest);
  else if (fold == codes.magnitudes) foldRow<T>(codes.magnitudes, totals, from, count, greatest);
  else if (fold == codes.exponentials) foldRow<T>(codes.exponentials, totals, from, count, greatest);
  else foldRow<T>(codes.sum, totals, from, count, greatest);
}

/** One total out of `sums`. */
export function gathered(fold: i32, totals: usize): f64 {
  if (fold == codes.exponentials || fold == codes.squares || fold == codes.magnitudes) fold = codes.sum;
  for (let width = sums / 2; width > 0; width >>= 1) {
    run<f64>(fold, totals, totals + <usize>width * 8, width, 0);
  }
  return load<f64>(totals);
}
