// How far the functions of math-*.ts are off at most, in units in the last place of the exact result: in float64 at 40,000 random places
// each, against 45 digits; in float32 at a million, half of them any bits at all, against float64. test/kernels/math.test.ts holds them to
// the bounds. Where float64 results are below the smallest normal number, exp and pow round twice and reach 1.
//
// | function | float64 | bound | float32 | bound |
// |----------|---------|-------|---------|-------|
// | exp      | 1.00    | 1     | 0.502   | 0.51  |
// | expm1    | 1.86    | 2     | 0.508   | 0.52  |
// | log      | 0.75    | 0.9   | 0.501   | 0.51  |
// | log1p    | 0.80    | 0.9   | 0.501   | 0.51  |
// | tanh     | 1.85    | 2     | 0.506   | 0.52  |
// | sigmoid  | 1.68    | 2     | 0.502   | 0.51  |
// | softplus | 1.46    | 2     | 0.502   | 0.51  |
// | erf      | 1.13    | 1.2   | 0.558   | 0.57  |
// | pow      | 1.00    | 1     | 0.503   | 0.51  |

// Exponential functions over pairs of doubles, as exactly as the element type T of the results asks for. x is n · ln 2 + r with
// |r| ≤ ln 2 / 2, and exp(x) is 2ⁿ (1 + (exp(r) - 1)).

import { madd } from "./base.ts";
import { clamped, constant, double, horner, joined, lower, upper } from "./lanes.ts";

/**
 * First 1 / ln 2; a number that rounds to an integer when it is added, which then stands in the low bits; ln 2 negated, its last bits
 * cleared so that multiples are exact, and those bits. Then (exp(r) - 1 - r) / r², highest power first, for float64 (with one half as it
 * is) and for float32.
 */
const table = memory.data<f64>([
  1.4426950408889634, 6755399441055744.0, -0.6931471803691238, -1.9082149292705877e-10, 2.5100472505694996e-8, 2.7620201591031547e-7,
  2.7557268276905696e-6, 2.4801521057868204e-5, 0.00019841269863171557, 0.0013888888917367081, 0.008333333333330039, 0.041666666666623824,
  0.16666666666666669, 0.5, 0.00019891080463998843, 0.0013933730715792083, 0.008333310844647862, 0.04166646419740569, 0.16666666681704215,
  0.500000001353873,
]);

/** n, still with the rounding number added. */
// @inline
export function multiple(x: v128): v128 {
  return madd<f64>(x, constant(table, 0), constant(table, 1));
}

/** 2ⁿ for -1023 < n < 1024. */
// @inline
export function powerOfTwo(multiple: v128): v128 {
  return v128.add<i64>(v128.shl<i64>(multiple, 52), double(1));
}

/** exp(r + extra) - 1, where `extra` is far smaller than r. */
// @inline
export function remainder<T extends number>(x: v128, multiple: v128, extra: v128): v128 {
  const n = v128.sub<f64>(multiple, constant(table, 1));
  const high = madd<f64>(n, constant(table, 2), x);
  const low = madd<f64>(n, constant(table, 3), extra);
  const r = v128.add<f64>(high, low);
  if (sizeof<T>() === 4) {
    let p = horner(constant(table, 14), r, table, 15);
    p = horner(p, r, table, 16);
    p = horner(p, r, table, 17);
    p = horner(p, r, table, 18);
    p = horner(p, r, table, 19);
    return madd<f64>(v128.mul<f64>(r, r), p, r);
  }
  let p = horner(constant(table, 4), r, table, 5);
  p = horner(p, r, table, 6);
  p = horner(p, r, table, 7);
  p = horner(p, r, table, 8);
  p = horner(p, r, table, 9);
  p = horner(p, r, table, 10);
  p = horner(p, r, table, 11);
  p = horner(p, r, table, 12);
  p = horner(p, r, table, 13);
  // What r lost when it was rounded comes back at the end.
  const lost = v128.add<f64>(v128.sub<f64>(high, r), low);
  return v128.add<f64>(r, madd<f64>(v128.mul<f64>(r, r), p, lost));
}

/** exp(x) for |x| ≤ 708. */
// @inline
export function expWithin<T extends number>(x: v128): v128 {
  const n = multiple(x);
  const scale = powerOfTwo(n);
  return madd<f64>(scale, remainder<T>(x, n, double(0)), scale);
}

/** exp(x) - 1 for |x| ≤ 708. */
// @inline
export function expm1Within<T extends number>(x: v128): v128 {
  const n = multiple(x);
  const scale = powerOfTwo(n);
  return madd<f64>(scale, remainder<T>(x, n, double(0)), v128.sub<f64>(scale, double(1)));
}

/** exp(x + extra) for any x: half of the power of two is multiplied last, since the whole of it may not be a number of its own. */
function expBeyond(x: v128, extra: v128): v128 {
  const within = clamped(x, -746, 711);
  const n = multiple(within);
  const offset = v128.sub<i64>(n, constant(table, 1));
  const half = v128.shr<i64>(offset, 1);
  const first = powerOfTwo(half);
  const second = powerOfTwo(v128.sub<i64>(offset, half));
  return v128.mul<f64>(madd<f64>(first, remainder<f64>(within, n, extra), first), second);
}

/** exp(x + extra) for float64, where `extra` is far smaller than x. */
// @inline
export function expSum(x: v128, extra: v128): v128 {
  const size = v128.abs<f64>(x);
  const n = multiple(clamped(x, -708, 708));
  const scale = powerOfTwo(n);
  const within = madd<f64>(scale, remainder<f64>(x, n, extra), scale);
  const isBeyond = v128.gt<f64>(size, double(708));
  if (!v128.any_true(isBeyond)) return within;
  return v128.bitselect(expBeyond(x, v128.and(extra, v128.lt<f64>(size, double(750)))), within, isBeyond);
}

// @inline
export function exp<T extends number>(x: v128): v128 {
  if (sizeof<T>() === 4) return joined(expWithin<T>(clamped(lower(x), -105, 90)), expWithin<T>(clamped(upper(x), -105, 90)));
  return expSum(x, double(0));
}

/** exp(x) - 1 has the sign of x, and that of a zero too. */
// @inline
export function expm1<T extends number>(x: v128): v128 {
  const sign = v128.and(x, v128.splat<T>(<T>-0.0));
  if (sizeof<T>() === 4) {
    return v128.or(joined(expm1Within<T>(clamped(lower(x), -40, 90)), expm1Within<T>(clamped(upper(x), -40, 90))), sign);
  }
  const isBeyond = v128.gt<f64>(x, double(708));
  const within = v128.or(expm1Within<T>(clamped(x, -60, 708)), sign);
  if (!v128.any_true(isBeyond)) return within;
  return v128.bitselect(expBeyond(x, double(0)), within, isBeyond);
}

/** 1 / (1 + exp(-x)). In float64, only exponentials of negative numbers, which do not overflow. */
// @inline
export function sigmoid<T extends number>(x: v128): v128 {
  if (sizeof<T>() === 4) return joined(sigmoidWithin(lower(x)), sigmoidWithin(upper(x)));
  const e = exp<f64>(v128.neg<f64>(v128.abs<f64>(x)));
  const isBelow = v128.lt<f64>(x, double(0));
  const d = v128.add<f64>(double(1), e);
  const lost = v128.sub<f64>(e, v128.sub<f64>(d, double(1)));
  const q = v128.div<f64>(v128.bitselect(e, double(1), isBelow), d);
  // The quotient is 1 / d, or 1 less that.
  const inverse = v128.bitselect(v128.sub<f64>(double(1), q), q, isBelow);
  return withLost(q, lost, inverse);
}

/** A quotient q by d, whose divisor was d + lost. */
// @inline
function withLost(q: v128, lost: v128, inverseOfD: v128): v128 {
  return v128.sub<f64>(q, v128.mul<f64>(q, v128.mul<f64>(lost, inverseOfD)));
}

// @inline
function sigmoidWithin(x: v128): v128 {
  const e = expWithin<f32>(clamped(v128.neg<f64>(x), -90, 105));
  return v128.div<f64>(double(1), v128.add<f64>(double(1), e));
}

// @inline
export function tanh<T extends number>(x: v128): v128 {
  const sign = v128.and(x, v128.splat<T>(<T>-0.0));
  const size = v128.abs<T>(x);
  if (sizeof<T>() === 4) return v128.or(joined(tanhWithin<T>(lower(size)), tanhWithin<T>(upper(size))), sign);
  return v128.or(tanhWithin<T>(size), sign);
}

/** For x ≥ 0: from 20 on it is 1. */
// @inline
function tanhWithin<T extends number>(x: v128): v128 {
  const twice = v128.pmin<f64>(v128.add<f64>(x, x), double(40));
  const e = expm1Within<T>(twice);
  const d = v128.add<f64>(e, double(2));
  const q = v128.div<f64>(e, d);
  if (sizeof<T>() === 4) return q;
  // The quotient is 1 - 2 / d.
  const inverse = v128.mul<f64>(double(0.5), v128.sub<f64>(double(1), q));
  const lost = v128.sub<f64>(v128.pmin<f64>(e, double(2)), v128.sub<f64>(d, v128.pmax<f64>(e, double(2))));
  return withLost(q, lost, inverse);
}
