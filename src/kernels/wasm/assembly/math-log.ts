// Logarithms over pairs of doubles, as exactly as the element type T of the results asks for. x is 2ᵏ (1 + f) with 1 + f between √½ and √2,
// and log(1 + f) is 2 artanh(s) with s = f / (2 + f).

import { madd } from "./base.ts";
import { clamped, constant, double, horner, joined, lower, upper } from "./lanes.ts";
import { exp, expWithin } from "./math-exp.ts";

/** First ln 2 with its last bits cleared, and those bits. Then (log(1 + f) - 2s) / s³ in powers of s², highest first, for float64 and for float32. */
const table = memory.data<f64>([
  0.6931471803691238, 1.9082149292705877e-10, 0.14617807153417325, 0.15331611722055008, 0.1818289243253687, 0.22222211089379496,
  0.28571428626253836, 0.3999999999989889, 0.666666666666667, 0.23331614471843498, 0.28550778633191964, 0.4000012221181065,
  0.6666666655404201,
]);

/** The bits of 1 less those of √½: added to the bits of x, they carry into the exponent where 1 + f would be √2 or more. */
const carry: i64 = 0x3ff0000000000000 - 0x3fe6a09e667f3bcd;

/** The exponent k of a positive normal number. */
// @inline
export function exponentOf(x: v128): v128 {
  const biased = v128.shr<u64>(v128.add<i64>(x, i64x2.splat(carry)), 52);
  // The bits of 2⁵² and an integer below that are the number 2⁵² + the integer.
  return v128.sub<f64>(v128.or(biased, double(4503599627370496)), double(4503599627370496 + 1023));
}

/** 1 + f. */
// @inline
export function significandOf(x: v128): v128 {
  const mantissa = v128.and(v128.add<i64>(x, i64x2.splat(carry)), i64x2.splat(0x000fffffffffffff));
  return v128.add<i64>(mantissa, i64x2.splat(0x3fe6a09e667f3bcd));
}

/** log(x · 2^-below) + extra for a positive normal x, where `extra` is far smaller. */
// @inline
export function logWithin<T extends number>(x: v128, below: v128, extra: v128): v128 {
  const k = v128.sub<f64>(exponentOf(x), below);
  const f = v128.sub<f64>(significandOf(x), double(1));
  const s = v128.div<f64>(f, v128.add<f64>(f, double(2)));
  const z = v128.mul<f64>(s, s);
  const half = v128.mul<f64>(double(0.5), v128.mul<f64>(f, f));
  let p: v128;
  if (sizeof<T>() === 4) {
    p = horner(constant(table, 9), z, table, 10);
    p = horner(p, z, table, 11);
    p = horner(p, z, table, 12);
  } else {
    p = horner(constant(table, 2), z, table, 3);
    p = horner(p, z, table, 4);
    p = horner(p, z, table, 5);
    p = horner(p, z, table, 6);
    p = horner(p, z, table, 7);
    p = horner(p, z, table, 8);
  }
  // 2s is f - f s, and f s is f²/2 - s f²/2: so the exact f comes first, and what is rounded is small beside it.
  const low = madd<f64>(k, constant(table, 1), extra);
  const small = madd<f64>(s, madd<f64>(z, p, half), low);
  return madd<f64>(k, constant(table, 0), v128.sub<f64>(f, v128.sub<f64>(half, small)));
}

/** The limits of a logarithm: `within` where x is positive and finite, -∞ at 0, ∞ at ∞, and NaN elsewhere. */
// @inline
export function logBeyond(x: v128, within: v128): v128 {
  const isOrdinary = v128.and(v128.gt<f64>(x, double(0)), v128.lt<f64>(x, double(Infinity)));
  if (v128.all_true<i64>(isOrdinary)) return within;
  const limit = v128.bitselect(double(-Infinity), v128.sqrt<f64>(x), v128.eq<f64>(x, double(0)));
  return v128.bitselect(within, limit, isOrdinary);
}

// @inline
export function log<T extends number>(x: v128): v128 {
  if (sizeof<T>() === 4) return joined(logOfSingles(lower(x)), logOfSingles(upper(x)));
  // Numbers below the normal ones become normal.
  const isTiny = v128.lt<f64>(x, double(2.2250738585072014e-308));
  const normal = v128.bitselect(v128.mul<f64>(x, double(18014398509481984)), x, isTiny);
  return logBeyond(x, logWithin<T>(normal, v128.and(isTiny, double(54)), double(0)));
}

/** Numbers of float32 are normal doubles, all but 0. */
// @inline
function logOfSingles(x: v128): v128 {
  return logBeyond(x, logWithin<f32>(x, double(0), double(0)));
}

/** log(1 + x) has the sign of x, and that of a zero too. */
// @inline
export function log1p<T extends number>(x: v128): v128 {
  const sign = v128.and(x, v128.splat<T>(<T>-0.0));
  if (sizeof<T>() === 4) return v128.or(joined(log1pBeyond<T>(lower(x)), log1pBeyond<T>(upper(x))), sign);
  return v128.or(log1pBeyond<T>(x), sign);
}

// @inline
function log1pBeyond<T extends number>(x: v128): v128 {
  return logBeyond(v128.add<f64>(x, double(1)), log1pWithin<T>(x));
}

/** log(1 + x) for x above -1 and below ∞. What 1 + x loses when it is rounded is added as its quotient by 1 + x. */
// @inline
function log1pWithin<T extends number>(x: v128): v128 {
  const sum = v128.add<f64>(x, double(1));
  const part = v128.sub<f64>(sum, double(1));
  const lost = v128.add<f64>(v128.sub<f64>(double(1), v128.sub<f64>(sum, part)), v128.sub<f64>(x, part));
  return logWithin<T>(sum, double(0), v128.div<f64>(lost, sum));
}

/** log(1 + exp(x)), by way of an exponential that does not overflow. */
// @inline
export function softplus<T extends number>(x: v128): v128 {
  if (sizeof<T>() === 4)
    return joined(softplusWithin<T>(clamped(lower(x), -105, Infinity)), softplusWithin<T>(clamped(upper(x), -105, Infinity)));
  return softplusWithin<T>(x);
}

// @inline
function softplusWithin<T extends number>(x: v128): v128 {
  const below = v128.neg<f64>(v128.abs<f64>(x));
  const e = sizeof<T>() === 4 ? expWithin<T>(v128.pmax<f64>(below, double(-708))) : exp<f64>(below);
  return v128.add<f64>(v128.pmax<f64>(x, double(0)), log1pWithin<T>(e));
}
