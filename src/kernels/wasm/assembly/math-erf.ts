// The error function over pairs of doubles, as exactly as the element type T of the results asks for.

import { madd } from "./base.ts";
import { constant, double, horner, joined, lower, upper } from "./lanes.ts";
import { expWithin } from "./math-exp.ts";

/** erf(x) / x - 1 for |x| ≤ 1 in powers of x², highest first: for float64 and for float32. */
const near = memory.data<f64>([
  5.957176147748911e-11, -1.1372848856791674e-9, 1.4659775274047436e-8, -1.6350312701054695e-7, 1.6461000484121368e-6,
  -1.4925595266831182e-5, 0.0001205533111164271, -0.000854832698083379, 0.0052239776248180145, -0.026866170645076792, 0.11283791670954879,
  -0.3761263890318375, 0.1283791670955126, 7.875875062685488e-5, -0.000801686428716587, 0.005189087423433974, -0.026854212010626412,
  0.11283594715160218, -0.37612626666720334, 0.12837916584835093,
]);

/** erfc(x) exp(x²) for x ≥ 1 in powers of (x - 3) / (x + 3), highest first: for float64, and up to x = 4 for float32. */
const far = memory.data<f64>([
  -2.5925894581233316e-8, -2.389387463474792e-7, -2.7269500546476834e-7, 1.2598817267482604e-6, 2.1169509641489688e-6,
  -7.979817704348727e-6, -1.2860318447907675e-5, 6.405673342206844e-5, 4.5255298034073955e-5, -0.0005970619586158305, 0.0007077464385177353,
  0.004269136333148302, -0.024392499318655416, 0.07166583719797347, -0.15011593650077742, 0.2456038017123309, -0.3262335600430372,
  0.17900115118138996, 0.002742749070858971, -0.02507963778089453, 0.07160350390773605, -0.15009834297159, 0.24560599224302346,
  -0.32623367423291655, 0.17900114450585103,
]);

/** erf(x) for 0 ≤ x ≤ 1. */
// @inline
export function erfNear<T extends number>(x: v128): v128 {
  const z = v128.mul<f64>(x, x);
  if (sizeof<T>() === 4) {
    let p = horner(constant(near, 13), z, near, 14);
    p = horner(p, z, near, 15);
    p = horner(p, z, near, 16);
    p = horner(p, z, near, 17);
    p = horner(p, z, near, 18);
    p = horner(p, z, near, 19);
    return madd<f64>(x, p, x);
  } else {
    let p = horner(constant(near, 0), z, near, 1);
    p = horner(p, z, near, 2);
    p = horner(p, z, near, 3);
    p = horner(p, z, near, 4);
    p = horner(p, z, near, 5);
    p = horner(p, z, near, 6);
    p = horner(p, z, near, 7);
    p = horner(p, z, near, 8);
    p = horner(p, z, near, 9);
    p = horner(p, z, near, 10);
    p = horner(p, z, near, 11);
    p = horner(p, z, near, 12);
    return madd<f64>(x, p, x);
  }
}

/** erf(x) for x ≥ 1: from 6 on, or 4 for float32, it is 1. */
// @inline
function erfFar<T extends number>(size: v128): v128 {
  const x = v128.pmin<f64>(size, double(sizeof<T>() === 4 ? 4 : 6));
  const t = v128.div<f64>(v128.sub<f64>(x, double(3)), v128.add<f64>(x, double(3)));
  const e = expWithin<T>(v128.neg<f64>(v128.mul<f64>(x, x)));
  if (sizeof<T>() === 4) {
    let p = horner(constant(far, 18), t, far, 19);
    p = horner(p, t, far, 20);
    p = horner(p, t, far, 21);
    p = horner(p, t, far, 22);
    p = horner(p, t, far, 23);
    p = horner(p, t, far, 24);
    return v128.sub<f64>(double(1), v128.mul<f64>(e, p));
  } else {
    let p = horner(constant(far, 0), t, far, 1);
    p = horner(p, t, far, 2);
    p = horner(p, t, far, 3);
    p = horner(p, t, far, 4);
    p = horner(p, t, far, 5);
    p = horner(p, t, far, 6);
    p = horner(p, t, far, 7);
    p = horner(p, t, far, 8);
    p = horner(p, t, far, 9);
    p = horner(p, t, far, 10);
    p = horner(p, t, far, 11);
    p = horner(p, t, far, 12);
    p = horner(p, t, far, 13);
    p = horner(p, t, far, 14);
    p = horner(p, t, far, 15);
    p = horner(p, t, far, 16);
    p = horner(p, t, far, 17);
    return v128.sub<f64>(double(1), v128.mul<f64>(e, p));
  }
}

// @inline
function erfOf<T extends number>(size: v128): v128 {
  const isNear = v128.le<f64>(size, double(1));
  if (v128.all_true<i64>(isNear)) return erfNear<T>(size);
  return v128.bitselect(erfNear<T>(size), erfFar<T>(size), isNear);
}

// @inline
export function erf<T extends number>(x: v128): v128 {
  const sign = v128.and(x, v128.splat<T>(<T>-0.0));
  const size = v128.abs<T>(x);
  if (sizeof<T>() === 4) return v128.or(joined(erfOf<T>(lower(size)), erfOf<T>(upper(size))), sign);
  return v128.or(erfOf<T>(size), sign);
}
