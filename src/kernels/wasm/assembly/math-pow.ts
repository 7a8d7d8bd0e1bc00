// Powers over pairs of doubles: exp(y log x). For float64 the logarithm is the sum of two doubles, since up to ten bits of its head stand
// before the point of y log x.

import { madd } from "./base.ts";
import { clamped, constant, double, horner, joined, lower, upper } from "./lanes.ts";
import { expSum, expWithin } from "./math-exp.ts";
import { exponentOf, logWithin, significandOf } from "./math-log.ts";

/** First ln 2 with its last bits cleared, and those bits; 2/3 in two parts. Then (artanh(s) / s - 1 - s²/3) / s⁴ · 2 in powers of s², highest first. */
const table = memory.data<f64>([
  0.6931471805598903, 5.497923018708371e-14, 0.6666666666666666, 3.700743415417188e-17, 0.11724327060846747, 0.11706126464563398,
  0.1333480879881234, 0.1538459488700718, 0.18181818336099848, 0.22222222221652765, 0.2857142857142937, 0.4,
]);

/** What the product a · b lost when it was rounded. */
// @inline
export function lostBy(a: v128, b: v128, product: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return madd<f64>(a, b, v128.neg<f64>(product));
  const aHigh = headOf(a);
  const bHigh = headOf(b);
  const aLow = v128.sub<f64>(a, aHigh);
  const bLow = v128.sub<f64>(b, bHigh);
  const rest = v128.sub<f64>(v128.mul<f64>(aHigh, bHigh), product);
  const crossed = v128.add<f64>(v128.mul<f64>(aHigh, bLow), v128.mul<f64>(aLow, bHigh));
  return v128.add<f64>(v128.add<f64>(rest, crossed), v128.mul<f64>(aLow, bLow));
}

/** The upper half of the bits of a, which is below 2⁹⁰⁰. */
// @inline
function headOf(a: v128): v128 {
  const shifted = v128.mul<f64>(a, double(134217729));
  return v128.sub<f64>(shifted, v128.sub<f64>(shifted, a));
}

/** An exponent within 2⁶⁵, beyond which it brings every base but 1 to 0 or infinity all the same. */
// @inline
function bounded(y: v128): v128 {
  return clamped(y, -3.6893488147419103e19, 3.6893488147419103e19);
}

/** x to the power of y for x ≥ 0, as if x were neither 0 nor infinite. */
// @inline
function powerOfSize(x: v128, y: v128): v128 {
  const isTiny = v128.lt<f64>(x, double(2.2250738585072014e-308));
  const normal = v128.bitselect(v128.mul<f64>(x, double(18014398509481984)), x, isTiny);
  const k = v128.sub<f64>(exponentOf(normal), v128.and(isTiny, double(54)));
  const f = v128.sub<f64>(significandOf(normal), double(1));

  // s + sLow = f / (2 + f)
  const d = v128.add<f64>(f, double(2));
  const dLow = v128.sub<f64>(f, v128.sub<f64>(d, double(2)));
  const s = v128.div<f64>(f, d);
  const sd = v128.mul<f64>(s, d);
  const rest = v128.sub<f64>(v128.sub<f64>(v128.sub<f64>(f, sd), lostBy(s, d, sd)), v128.mul<f64>(s, dLow));
  const sLow = v128.div<f64>(rest, d);

  // l + lLow = 2/3 + 2/5 s² + …
  const z = v128.mul<f64>(s, s);
  const zLow = v128.add<f64>(lostBy(s, s, z), v128.mul<f64>(v128.add<f64>(s, s), sLow));
  let p = horner(constant(table, 4), z, table, 5);
  p = horner(p, z, table, 6);
  p = horner(p, z, table, 7);
  p = horner(p, z, table, 8);
  p = horner(p, z, table, 9);
  p = horner(p, z, table, 10);
  p = horner(p, z, table, 11);
  const t = v128.mul<f64>(z, p);
  const l = v128.add<f64>(constant(table, 2), t);
  const lLow = v128.add<f64>(v128.add<f64>(v128.sub<f64>(constant(table, 2), l), t), constant(table, 3));

  // c + cLow = s³ (l + lLow)
  const w = v128.mul<f64>(z, l);
  const wLow = v128.add<f64>(lostBy(z, l, w), madd<f64>(z, lLow, v128.mul<f64>(zLow, l)));
  const c = v128.mul<f64>(s, w);
  const cLow = v128.add<f64>(lostBy(s, w, c), madd<f64>(s, wLow, v128.mul<f64>(sLow, w)));

  // log x = k ln 2 + 2s + c, the larger first.
  const twice = v128.add<f64>(s, s);
  const m = v128.add<f64>(twice, c);
  const mLow = v128.add<f64>(v128.sub<f64>(c, v128.sub<f64>(m, twice)), v128.add<f64>(v128.add<f64>(sLow, sLow), cLow));
  const whole = v128.mul<f64>(k, constant(table, 0));
  const sum = v128.add<f64>(whole, m);
  const sumLow = v128.add<f64>(v128.sub<f64>(m, v128.sub<f64>(sum, whole)), madd<f64>(k, constant(table, 1), mLow));
  const log = v128.add<f64>(sum, sumLow);
  const logLow = v128.sub<f64>(sumLow, v128.sub<f64>(log, sum));

  const exponent = bounded(y);
  const product = v128.mul<f64>(exponent, log);
  const productLow = madd<f64>(exponent, logLow, lostBy(exponent, log, product));
  return expSum(product, productLow);
}

/** The same for results of float32, which need less of the logarithm. */
// @inline
function singlePowerOfSize(x: v128, y: v128): v128 {
  return expWithin<f32>(clamped(v128.mul<f64>(bounded(y), logWithin<f64>(x, double(0), double(0))), -200, 200));
}

/** The power where something out of the ordinary is among the operands; `within` is that of |x| as if it were neither 0 nor infinite. */
function powerBeyond(x: v128, y: v128, within: v128): v128 {
  const zero = double(0);
  const infinity = double(Infinity);
  const size = v128.abs<f64>(x);
  const isZero = v128.eq<f64>(size, zero);
  const isInfinite = v128.eq<f64>(size, infinity);
  const limit = v128.bitselect(zero, infinity, v128.xor(isZero, v128.lt<f64>(y, zero)));
  let power = v128.bitselect(limit, within, v128.or(isZero, isInfinite));

  const half = v128.mul<f64>(y, double(0.5));
  const isWhole = v128.eq<f64>(v128.trunc<f64>(y), y);
  const isOdd = v128.and(isWhole, v128.ne<f64>(v128.trunc<f64>(half), half));
  power = v128.or(power, v128.and(v128.and(x, double(-0.0)), isOdd));

  const isRoot = v128.andnot(v128.andnot(v128.lt<f64>(x, zero), isInfinite), isWhole);
  const isNaN = v128.or(v128.ne<f64>(x, x), v128.ne<f64>(y, y));
  power = v128.bitselect(double(NaN), power, v128.or(isRoot, isNaN));
  const isOne = v128.or(v128.eq<f64>(y, zero), v128.eq<f64>(x, double(1)));
  power = v128.bitselect(double(1), power, isOne);
  return v128.bitselect(v128.mul<f64>(x, x), power, v128.eq<f64>(y, double(2)));
}

// @inline
function powerOf<T extends number>(x: v128, y: v128): v128 {
  const size = v128.abs<f64>(x);
  const within = sizeof<T>() === 4 ? singlePowerOfSize(size, y) : powerOfSize(size, y);
  const isPositive = v128.and(v128.gt<f64>(x, double(0)), v128.lt<f64>(x, double(Infinity)));
  const isUsual = v128.and(v128.lt<f64>(v128.abs<f64>(y), double(Infinity)), v128.ne<f64>(y, double(2)));
  if (v128.all_true<i64>(v128.and(isPositive, isUsual))) return within;
  return powerBeyond(x, y, within);
}

/** xʸ as in C: 1 to any power is 1, and so is -1 to an infinite one; the square is x · x. */
// @inline
export function pow<T extends number>(x: v128, y: v128): v128 {
  if (sizeof<T>() === 4) return joined(powerOf<T>(lower(x), lower(y)), powerOf<T>(upper(x), upper(y)));
  return powerOf<T>(x, y);
}
