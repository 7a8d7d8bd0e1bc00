// Folds of many numbers into one. All are folded as doubles, so that results of float32 round once.

import { double, clamped, lower, upper } from "./lanes.ts";
import { exp, expWithin } from "./math-exp.ts";
import * as codes from "./reduce-codes.ts";

/** Numbers of a run go to as many sums in turn, so that additions need not wait for one another. */
export const sums = 8;

export function identityOf(fold: i32): f64 {
  if (fold === codes.product) return 1;
  if (fold === codes.max) return -Infinity;
  return fold === codes.min ? Infinity : 0;
}

/** A way to fold: `fold` gives two totals, each with one more number. A class for each, so that each has loops of its own. */
@final
class Sum {
  // @inline
  fold<_T extends number>(total: v128, x: v128, _greatest: v128): v128 {
    return v128.add<f64>(total, x);
  }
}

/** What comes near 0 on the way becomes NaN, which is folded anew: a product that went through subnormal numbers has lost digits. */
@final
class Product {
  // @inline
  fold<_T extends number>(total: v128, x: v128, _greatest: v128): v128 {
    const product = v128.mul<f64>(total, x);
    return v128.or(product, v128.lt<f64>(v128.abs<f64>(product), double(codes.leastSound)));
  }
}

@final
class Max {
  // @inline
  fold<_T extends number>(total: v128, x: v128, _greatest: v128): v128 {
    return v128.max<f64>(total, x);
  }
}

@final
class Min {
  // @inline
  fold<_T extends number>(total: v128, x: v128, _greatest: v128): v128 {
    return v128.min<f64>(total, x);
  }
}

@final
class Squares {
  // @inline
  fold<_T extends number>(total: v128, x: v128, _greatest: v128): v128 {
    return v128.add<f64>(total, v128.mul<f64>(x, x));
  }
}

@final
class Magnitudes {
  // @inline
  fold<_T extends number>(total: v128, x: v128, _greatest: v128): v128 {
    return v128.add<f64>(total, v128.abs<f64>(x));
  }
}

/** Of the numbers less the greatest of them, which itself counts among the ties: beside its 1, small ones would lose their digits. */
@final
class Exponentials {
  // @inline
  fold<T extends number>(total: v128, x: v128, greatest: v128): v128 {
    const shifted = v128.sub<f64>(x, greatest);
    const exponential = sizeof<T>() === 4 ? expWithin<T>(clamped(shifted, -708, 708)) : exp<f64>(shifted);
    return v128.add<f64>(total, v128.andnot(exponential, v128.eq<f64>(x, greatest)));
  }
}

@final
class Ties {
  // @inline
  fold<_T extends number>(total: v128, x: v128, greatest: v128): v128 {
    return v128.add<f64>(total, v128.and(double(1), v128.eq<f64>(x, greatest)));
  }
}

// @inline
function folded<T extends number, F extends Sum>(total: v128, x: v128, greatest: v128): v128 {
  return changetype<F>(0).fold<T>(total, x, greatest);
}

/** Folds one number into the total that lies in memory. */
// @inline
function foldOne<T extends number, F extends Sum>(total: usize, from: usize, greatest: f64): void {
  store<f64>(total, f64x2.extract_lane(folded<T, F>(double(load<f64>(total)), double(<f64>load<T>(from)), double(greatest)), 0));
}

/** Folds a run into `sums` totals. */
// @inline
function foldRun<T extends number, F extends Sum>(totals: usize, from: usize, count: i32, greatest: f64): void {
  const shift = double(greatest);
  let a = v128.load(totals);
  let b = v128.load(totals, 16);
  let c = v128.load(totals, 32);
  let d = v128.load(totals, 48);
  for (; count >= sums; count -= sums) {
    if (sizeof<T>() === 4) {
      const first = v128.load(from);
      const second = v128.load(from, 16);
      a = folded<T, F>(a, lower(first), shift);
      b = folded<T, F>(b, upper(first), shift);
      c = folded<T, F>(c, lower(second), shift);
      d = folded<T, F>(d, upper(second), shift);
    } else {
      a = folded<T, F>(a, v128.load(from), shift);
      b = folded<T, F>(b, v128.load(from, 16), shift);
      c = folded<T, F>(c, v128.load(from, 32), shift);
      d = folded<T, F>(d, v128.load(from, 48), shift);
    }
    from += sums * sizeof<T>();
  }
  v128.store(totals, a);
  v128.store(totals, b, 16);
  v128.store(totals, c, 32);
  v128.store(totals, d, 48);
  for (; count > 0; count--, from += sizeof<T>(), totals += 8) foldOne<T, F>(totals, from, greatest);
}

/** Folds each number of a row into a total of its own. Exponentials have a greatest number for each. */
// @inline
function foldRow<T extends number, F extends Sum>(totals: usize, from: usize, count: i32, greatest: usize): void {
  for (; count >= 4; count -= 4) {
    const low = sizeof<T>() === 4 ? lower(v128.load(from)) : v128.load(from);
    const high = sizeof<T>() === 4 ? upper(v128.load(from)) : v128.load(from, 16);
    v128.store(totals, folded<T, F>(v128.load(totals), low, v128.load(greatest)));
    v128.store(totals, folded<T, F>(v128.load(totals, 16), high, v128.load(greatest, 16)), 16);
    from += 4 * sizeof<T>();
    totals += 32;
    greatest += 32;
  }
  for (; count > 0; count--, from += sizeof<T>(), totals += 8, greatest += 8) foldOne<T, F>(totals, from, load<f64>(greatest));
}

export function run<T extends number>(fold: i32, totals: usize, from: usize, count: i32, greatest: f64): void {
  if (fold === codes.product) foldRun<T, Product>(totals, from, count, greatest);
  else if (fold === codes.max) foldRun<T, Max>(totals, from, count, greatest);
  else if (fold === codes.min) foldRun<T, Min>(totals, from, count, greatest);
  else if (fold === codes.squares) foldRun<T, Squares>(totals, from, count, greatest);
  else if (fold === codes.magnitudes) foldRun<T, Magnitudes>(totals, from, count, greatest);
  else if (fold === codes.exponentials) foldRun<T, Exponentials>(totals, from, count, greatest);
  else if (fold === codes.ties) foldRun<T, Ties>(totals, from, count, greatest);
  else foldRun<T, Sum>(totals, from, count, greatest);
}

export function row<T extends number>(fold: i32, totals: usize, from: usize, count: i32, greatest: usize): void {
  if (fold === codes.product) foldRow<T, Product>(totals, from, count, greatest);
  else if (fold === codes.max) foldRow<T, Max>(totals, from, count, greatest);
  else if (fold === codes.min) foldRow<T, Min>(totals, from, count, greatest);
  else if (fold === codes.squares) foldRow<T, Squares>(totals, from, count, greatest);
  else if (fold === codes.magnitudes) foldRow<T, Magnitudes>(totals, from, count, greatest);
  else if (fold === codes.exponentials) foldRow<T, Exponentials>(totals, from, count, greatest);
  else if (fold === codes.ties) foldRow<T, Ties>(totals, from, count, greatest);
  else foldRow<T, Sum>(totals, from, count, greatest);
}

/** One total out of `sums`. */
export function gathered(fold: i32, totals: usize): f64 {
  if (fold === codes.product) return gather<Product>(totals);
  if (fold === codes.max) return gather<Max>(totals);
  return fold === codes.min ? gather<Min>(totals) : gather<Sum>(totals);
}

// @inline
function gather<F extends Sum>(totals: usize): f64 {
  const none = double(0);
  const even = folded<f64, F>(v128.load(totals), v128.load(totals, 32), none);
  const odd = folded<f64, F>(v128.load(totals, 16), v128.load(totals, 48), none);
  const two = folded<f64, F>(even, odd, none);
  return f64x2.extract_lane(folded<f64, F>(two, v128.shuffle<i64>(two, two, 1, 0), none), 0);
}
