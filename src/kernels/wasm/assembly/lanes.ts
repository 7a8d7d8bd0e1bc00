// Pairs of doubles, in which all functions are computed: those of float32 for twice two lanes, which then round once.

import { madd } from "./base.ts";

/** The first two lanes as doubles. */
// @inline
export function lower(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

/** The last two lanes as doubles. */
// @inline
export function upper(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1));
}

/** Two pairs of doubles, rounded to four lanes. */
// @inline
export function joined(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

// @inline
export function double(x: f64): v128 {
  return f64x2.splat(x);
}

/** A number of a table. Loading it costs less than making it, which the compiler would do for every vector. */
// @inline
export function constant(table: usize, index: usize): v128 {
  return v128.load64_splat(table + index * 8);
}

/** p · x + the number of a table: a step of Horner's rule. */
// @inline
export function horner(p: v128, x: v128, table: usize, index: usize): v128 {
  return madd<f64>(p, x, constant(table, index));
}

/** x between two bounds; NaN stays NaN. */
// @inline
export function clamped(x: v128, least: f64, greatest: f64): v128 {
  return v128.pmin<f64>(v128.pmax<f64>(x, double(least)), double(greatest));
}
