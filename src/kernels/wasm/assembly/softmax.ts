// Softmax and its logarithm, in doubles that round once. Threads share the lines along the axis among them.

import { scratch } from "./base.ts";
import { SoftmaxBlock } from "./blocks.ts";
import { clamped, double, joined } from "./lanes.ts";
import { expSum, expWithin } from "./math-exp.ts";
import { log1p } from "./math-log.ts";

export function softmax_float32(block: SoftmaxBlock, part: i32, parts: i32): void {
  softmax<f32>(block, part, parts);
}

export function softmax_float64(block: SoftmaxBlock, part: i32, parts: i32): void {
  softmax<f64>(block, part, parts);
}

/** Lines that are computed side by side. */
const width: i32 = 4;

function softmax<T extends number>(block: SoftmaxBlock, part: i32, parts: i32): void {
  const x = block.x,
    out = block.out;
  const outer = block.outer,
    size = block.size,
    inner = block.inner,
    isLog = block.isLog !== 0;
  const groups = inner === 1 ? 1 : (inner + width - 1) / width;
  const jobs: i64 = <i64>outer * groups;
  const end = <i32>((jobs * (part + 1)) / parts);
  for (let job = <i32>((jobs * part) / parts); job < end; job++) {
    const line = (job % groups) * width;
    const offset = (<usize>(job / groups) * size * inner + line) * sizeof<T>();
    if (inner === 1) softmaxOfRow<T>(x + offset, out + offset, size, isLog);
    else softmaxOfLines<T>(x + offset, out + offset, size, inner, min(width, inner - line), isLog);
  }
}

/** The exponential of x - greatest, which was rounded to `shifted`: far from the greatest, what that lost would cost digits. */
// @inline
function exponential<T extends number>(shifted: v128, x: v128, greatest: v128): v128 {
  if (sizeof<T>() === 4) return expWithin<T>(clamped(shifted, -708, 708));
  const taken = v128.sub<f64>(shifted, x);
  const lost = v128.sub<f64>(v128.sub<f64>(x, v128.sub<f64>(shifted, taken)), v128.add<f64>(greatest, taken));
  // Beyond that there is nothing to lose, and infinities have no difference.
  const isNear = v128.gt<f64>(shifted, double(-750));
  return expSum(shifted, v128.and(lost, v128.andnot(isNear, v128.eq<f64>(shifted, double(0)))));
}

/** The first two of four numbers as doubles. */
// @inline
function first<T extends number>(from: usize): v128 {
  return sizeof<T>() === 4 ? f64x2.promote_low_f32x4(v128.load64_zero(from)) : v128.load(from);
}

/** The last two of four numbers as doubles. */
// @inline
function last<T extends number>(from: usize): v128 {
  return sizeof<T>() === 4 ? f64x2.promote_low_f32x4(v128.load64_zero(from, 8)) : v128.load(from, 16);
}

/** Writes four doubles as numbers. */
// @inline
function write<T extends number>(to: usize, low: v128, high: v128): void {
  if (sizeof<T>() === 4) v128.store(to, joined(low, high));
  else {
    v128.store(to, low);
    v128.store(to, high, 16);
  }
}

/** Whether a maximum passes NaN by does not matter: the exponential of NaN makes the sum NaN. */
function softmaxOfRow<T extends number>(x: usize, out: usize, size: i32, isLog: bool): void {
  const whole = size & ~3;
  const padded = scratch + <usize>((size + 3) & ~3) * 8;
  let greatest = double(-Infinity);
  let to = scratch;
  let from = x;
  for (let at = 0; at < whole; at += 4, from += 4 * sizeof<T>(), to += 32) {
    const low = first<T>(from);
    const high = last<T>(from);
    v128.store(to, low);
    v128.store(to, high, 16);
    greatest = v128.pmax<f64>(v128.pmax<f64>(greatest, low), high);
  }
  // Past the end come numbers whose exponentials are nothing.
  for (let at = whole; to < padded; at++, from += sizeof<T>(), to += 8) {
    const one = at < size ? <f64>load<T>(from) : -Infinity;
    store<f64>(to, one);
    greatest = v128.pmax<f64>(greatest, double(one));
  }
  greatest = someNumber(v128.pmax<f64>(greatest, v128.shuffle<i64>(greatest, greatest, 1, 0)));

  let sumLow = double(0);
  let sumHigh = double(0);
  let ties = double(0);
  for (to = scratch; to < padded; to += 32) {
    const low = below(v128.load(to), greatest);
    const high = below(v128.load(to, 16), greatest);
    const expLow = exponential<T>(low, v128.load(to), greatest);
    const expHigh = exponential<T>(high, v128.load(to, 16), greatest);
    if (isLog) {
      sumLow = v128.add<f64>(sumLow, others(expLow, low));
      sumHigh = v128.add<f64>(sumHigh, others(expHigh, high));
      ties = v128.add<f64>(ties, v128.add<f64>(tied(low), tied(high)));
    } else {
      sumLow = v128.add<f64>(sumLow, expLow);
      sumHigh = v128.add<f64>(sumHigh, expHigh);
    }
    v128.store(to, isLog ? low : expLow);
    v128.store(to, isLog ? high : expHigh, 16);
  }
  let sum = added(v128.add<f64>(sumLow, sumHigh));
  if (isLog) sum = logarithm(sum, added(ties));
  to = scratch;
  for (let at = 0; at < whole; at += 4, out += 4 * sizeof<T>(), to += 32) {
    write<T>(out, finished(v128.load(to), sum, isLog), finished(v128.load(to, 16), sum, isLog));
  }
  for (let at = whole; at < size; at++, out += sizeof<T>(), to += 8) {
    store<T>(out, <T>f64x2.extract_lane(finished(double(load<f64>(to)), sum, isLog), 0));
  }
}

/** NaN where every element is -∞: none of them is the greatest in the limit. */
// @inline
function someNumber(greatest: v128): v128 {
  return v128.or(greatest, v128.eq<f64>(greatest, double(-Infinity)));
}

/** How far x lies below the greatest element: not at all where it is that, and be it ∞. */
// @inline
function below(x: v128, greatest: v128): v128 {
  return v128.andnot(v128.sub<f64>(x, greatest), v128.eq<f64>(x, greatest));
}

/** The exponential, but nothing for the greatest element: beside its 1, those of small ones would lose their digits. */
// @inline
function others(exponential: v128, shifted: v128): v128 {
  return v128.andnot(exponential, v128.eq<f64>(shifted, double(0)));
}

/** 1 for the greatest element and what ties with it. */
// @inline
function tied(shifted: v128): v128 {
  return v128.and(double(1), v128.eq<f64>(shifted, double(0)));
}

/** The logarithm of the whole sum, where one of the ties is the 1 of log(1 + x). */
// @inline
function logarithm(sum: v128, ties: v128): v128 {
  return log1p<f64>(v128.add<f64>(sum, v128.sub<f64>(ties, double(1))));
}

/** The sum of both lanes, in both. */
// @inline
function added(x: v128): v128 {
  return v128.add<f64>(x, v128.shuffle<i64>(x, x, 1, 0));
}

// @inline
function finished(x: v128, sum: v128, isLog: bool): v128 {
  return isLog ? v128.sub<f64>(x, sum) : v128.div<f64>(x, sum);
}

/** Up to four lines side by side, whose elements lie `inner` apart. */
function softmaxOfLines<T extends number>(x: usize, out: usize, size: i32, inner: i32, lines: i32, isLog: bool): void {
  const step = <usize>inner * sizeof<T>();
  const end = scratch + <usize>size * 32;
  let low = double(-Infinity);
  let high = double(-Infinity);
  for (let to = scratch; to < end; to += 32, x += step) {
    if (lines === width) {
      v128.store(to, first<T>(x));
      v128.store(to, last<T>(x), 16);
    } else {
      for (let at = 0; at < lines; at++) store<f64>(to + <usize>at * 8, <f64>load<T>(x + <usize>at * sizeof<T>()));
    }
    low = v128.pmax<f64>(low, v128.load(to));
    high = v128.pmax<f64>(high, v128.load(to, 16));
  }
  low = someNumber(low);
  high = someNumber(high);
  let sumLow = double(0);
  let sumHigh = double(0);
  let tiesLow = double(0);
  let tiesHigh = double(0);
  for (let to = scratch; to < end; to += 32) {
    const lowShifted = below(v128.load(to), low);
    const highShifted = below(v128.load(to, 16), high);
    const expLow = exponential<T>(lowShifted, v128.load(to), low);
    const expHigh = exponential<T>(highShifted, v128.load(to, 16), high);
    if (isLog) {
      sumLow = v128.add<f64>(sumLow, others(expLow, lowShifted));
      sumHigh = v128.add<f64>(sumHigh, others(expHigh, highShifted));
      tiesLow = v128.add<f64>(tiesLow, tied(lowShifted));
      tiesHigh = v128.add<f64>(tiesHigh, tied(highShifted));
    } else {
      sumLow = v128.add<f64>(sumLow, expLow);
      sumHigh = v128.add<f64>(sumHigh, expHigh);
    }
    v128.store(to, isLog ? lowShifted : expLow);
    v128.store(to, isLog ? highShifted : expHigh, 16);
  }
  if (isLog) {
    sumLow = logarithm(sumLow, tiesLow);
    sumHigh = logarithm(sumHigh, tiesHigh);
  }
  for (let to = scratch; to < end; to += 32, out += step) {
    const lowResult = finished(v128.load(to), sumLow, isLog);
    const highResult = finished(v128.load(to, 16), sumHigh, isLog);
    if (lines === width) write<T>(out, lowResult, highResult);
    else {
      v128.store(to, lowResult);
      v128.store(to, highResult, 16);
      for (let at = 0; at < lines; at++) store<T>(out + <usize>at * sizeof<T>(), <T>load<f64>(to + <usize>at * 8));
    }
  }
}
