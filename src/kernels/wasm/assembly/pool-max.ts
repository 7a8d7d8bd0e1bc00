// The largest element of every window and its place in the whole tensor. A NaN is the largest of all; the first of equals is taken.

import { MaxPoolBlock } from "./blocks.ts";
import { shareOf } from "./gemm-share.ts";
import { lanes } from "./gemm-tile.ts";
import {
  endInner,
  firstInner,
  goToRow,
  loadStrided,
  inner,
  middle,
  outer,
  rowStart,
  setAxes,
  startOf,
  tapFrom,
  tapList,
  tapRow,
  taps0,
  taps1,
} from "./pool-axis.ts";

export function max_pool_float32(block: MaxPoolBlock, part: i32, parts: i32): void {
  maxPool<f32>(block, part, parts);
}

export function max_pool_float64(block: MaxPoolBlock, part: i32, parts: i32): void {
  maxPool<f64>(block, part, parts);
}

function maxPool<T extends number>(block: MaxPoolBlock, part: i32, parts: i32): void {
  setAxes(block.outer, block.middle, block.inner);
  const planes = block.planes;
  const outs0 = outer.outs,
    outs1 = middle.outs,
    outs2 = inner.outs;
  const c = inner,
    stride2 = c.stride;
  const first = firstInner(c);
  const last = endInner(c) - lanes<T>();
  const size = outer.size * middle.size * inner.size;
  const windows = outs0 * outs1 * outs2;
  const end = shareOf(planes, 1, part + 1, parts);
  for (let at = shareOf(planes, 1, part, parts); at < end; at++) {
    const plane = block.x + <usize>(at * size) * sizeof<T>();
    const base = <f64>at * <f64>size;
    for (let i = 0; i < outs0; i++) {
      for (let j = 0; j < outs1; j++) {
        const listed = goToRow(i, j);
        const row = at * windows + (i * outs1 + j) * outs2;
        const values = block.y + <usize>row * sizeof<T>();
        const places = block.indices + <usize>row * 8;
        let o = 0;
        if (first <= last && listed > 0) {
          for (; o < first; o++) single<T>(plane, base, o, values, places);
          if (stride2 === 1) severalAt<T>(1, listed, plane, base, first, last, values, places);
          else if (stride2 === 2) severalAt<T>(2, listed, plane, base, first, last, values, places);
          else severalAt<T>(stride2, listed, plane, base, first, last, values, places);
          o = last + lanes<T>();
        }
        for (; o < outs2; o++) single<T>(plane, base, o, values, places);
      }
    }
  }
}

/**
 * Windows that lie wholly within the image along the last axis, as many at a time as a vector has lanes, which start from `first` up to
 * `last`: the last ones may be computed again.
 */
// @inline
function severalAt<T extends number>(
  stride: i32,
  listed: i32,
  plane: usize,
  base: f64,
  first: i32,
  last: i32,
  values: usize,
  places: usize,
): void {
  const end = tapList() + <usize>listed * 4;
  // Places within the plane: integers beside float32 and doubles beside float64, so that one mask selects both.
  const steps = sizeof<T>() === 4 ? i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(stride)) : f64x2(0, <f64>stride);
  const start = rowStart() - inner.begin;
  const bases = f64x2.splat(base);
  for (let o = first; o < last + lanes<T>(); o += lanes<T>()) {
    const window = min(o, last);
    const element = start + window * stride;
    const own = sizeof<T>() === 4 ? i32x4.add(steps, i32x4.splat(element)) : f64x2.add(steps, f64x2.splat(<f64>element));
    const from = plane + <usize>element * sizeof<T>();
    let tap = load<i32>(tapList());
    let largest = loadStrided<T>(from + <usize>tap * sizeof<T>(), stride);
    let place = sizeof<T>() === 4 ? i32x4.splat(tap) : f64x2.splat(<f64>tap);
    for (let at = tapList() + 4; at < end; at += 4) {
      tap = load<i32>(at);
      const value = loadStrided<T>(from + <usize>tap * sizeof<T>(), stride);
      // Kept where the largest so far is a NaN or the value is at most that: a NaN is not.
      const kept = v128.or(v128.le<T>(value, largest), v128.ne<T>(largest, largest));
      largest = v128.bitselect(largest, value, kept);
      place = v128.bitselect(place, sizeof<T>() === 4 ? i32x4.splat(tap) : f64x2.splat(<f64>tap), kept);
    }
    v128.store(values + <usize>window * sizeof<T>(), largest);
    const to = places + <usize>window * 8;
    if (sizeof<T>() === 8) {
      v128.store(to, f64x2.add(bases, f64x2.add(own, place)));
      continue;
    }
    const within = i32x4.add(own, place);
    v128.store(to, f64x2.add(bases, f64x2.convert_low_i32x4_s(within)));
    v128.store(to, f64x2.add(bases, f64x2.convert_low_i32x4_s(v128.shuffle<i32>(within, within, 2, 3, 2, 3))), 16);
  }
}

/** One window, which may reach into padding. */
function single<T extends number>(plane: usize, base: f64, o: i32, values: usize, places: usize): void {
  const c = inner;
  const start = startOf(c, o);
  const from = tapFrom(c, start, 0);
  const to = tapFrom(c, start, c.size);
  const step = c.dilation;
  let largest: T = <T>0;
  let place = -1;
  for (let t0 = 0; t0 < taps0(); t0++) {
    for (let t1 = 0; t1 < taps1(); t1++) {
      const row = tapRow(t0, t1) + start;
      for (let t2 = from; t2 < to; t2++) {
        const element = row + t2 * step;
        const value = load<T>(plane + <usize>element * sizeof<T>());
        if (place < 0 || (!(value <= largest) && largest === largest)) {
          largest = value;
          place = element;
        }
      }
    }
  }
  store<T>(values + <usize>o * sizeof<T>(), largest);
  store<f64>(places + <usize>o * 8, base + <f64>place);
}
