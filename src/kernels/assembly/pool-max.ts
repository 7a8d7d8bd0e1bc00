// The largest element of every window and its place in the whole tensor. A NaN is the largest of all; the first of equals is taken.

import { shareOf } from "./gemm-share";
import { lanes } from "./gemm-tile";
import { endInner, firstInner, loadStrided, poolAxis, setPoolAxis, startOf, tapFrom } from "./pool-axis";

// The plane and the row of windows at hand.
let plane: usize = 0;
let firstPlace: f64 = 0;
let start0: i32 = 0;
let from0: i32 = 0;
let to0: i32 = 0;
let start1: i32 = 0;
let from1: i32 = 0;
let to1: i32 = 0;

// @ts-ignore: decorator
@inline
function maxPool<T>(
  x: usize, y: usize, indices: usize, planes: i32,
  size0: i32, taps0: i32, stride0: i32, dilation0: i32, begin0: i32, end0: i32, outs0: i32,
  size1: i32, taps1: i32, stride1: i32, dilation1: i32, begin1: i32, end1: i32, outs1: i32,
  size2: i32, taps2: i32, stride2: i32, dilation2: i32, begin2: i32, end2: i32, outs2: i32,
  part: i32, parts: i32,
): void {
  setPoolAxis(0, size0, taps0, stride0, dilation0, begin0, end0, outs0);
  setPoolAxis(1, size1, taps1, stride1, dilation1, begin1, end1, outs1);
  setPoolAxis(2, size2, taps2, stride2, dilation2, begin2, end2, outs2);
  const a = poolAxis(0),
    b = poolAxis(1),
    c = poolAxis(2);
  const first = firstInner(c);
  const inner = endInner(c) - first;
  const size = size0 * size1 * size2;
  const windows = outs0 * outs1 * outs2;
  const end = shareOf(planes, 1, part + 1, parts);
  for (let at = shareOf(planes, 1, part, parts); at < end; at++) {
    plane = x + <usize>(at * size) * sizeof<T>();
    firstPlace = <f64>at * <f64>size;
    for (let i = 0; i < outs0; i++) {
      start0 = startOf(a, i);
      from0 = tapFrom(a, start0, 0);
      to0 = tapFrom(a, start0, size0);
      for (let j = 0; j < outs1; j++) {
        start1 = startOf(b, j);
        from1 = tapFrom(b, start1, 0);
        to1 = tapFrom(b, start1, size1);
        const row = at * windows + (i * outs1 + j) * outs2;
        const values = y + <usize>row * sizeof<T>();
        const places = indices + <usize>row * 8;
        let o = 0;
        if (inner >= lanes<T>()) {
          for (; o < first; o++) single<T>(o, values, places);
          // The last windows may be computed again, rather than one by one.
          for (; o < first + inner; o += lanes<T>()) several<T>(min(o, first + inner - lanes<T>()), values, places);
          o = first + inner;
        }
        for (; o < outs2; o++) single<T>(o, values, places);
      }
    }
  }
}

/** As many windows as a vector has lanes, from `o` on, which lie wholly within the image along the last axis. */
// @ts-ignore: decorator
@inline
function several<T>(o: i32, values: usize, places: usize): void {
  const a = poolAxis(0),
    b = poolAxis(1),
    c = poolAxis(2);
  const start = startOf(c, o);
  let largest = v128.splat<T>(0);
  // Places within the plane, as integers beside float32 and as doubles beside float64, so that one mask selects both.
  let place = v128.splat<T>(0);
  const steps = sizeof<T>() == 4 ? i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(c.stride)) : f64x2(0, <f64>c.stride);
  let none = true;
  for (let t0 = from0; t0 < to0; t0++) {
    for (let t1 = from1; t1 < to1; t1++) {
      let element = ((start0 + t0 * a.dilation) * b.size + start1 + t1 * b.dilation) * c.size + start;
      for (let t2 = 0; t2 < c.taps; t2++) {
        const value = loadStrided<T>(plane + <usize>element * sizeof<T>(), c.stride);
        const own = sizeof<T>() == 4 ? i32x4.add(steps, i32x4.splat(element)) : f64x2.add(steps, f64x2.splat(<f64>element));
        if (none) {
          largest = value;
          place = own;
          none = false;
        } else {
          // Neither is the largest so far a NaN, nor is the value at most that: a NaN is not.
          const kept = v128.or(v128.le<T>(value, largest), v128.ne<T>(largest, largest));
          largest = v128.bitselect(largest, value, kept);
          place = v128.bitselect(place, own, kept);
        }
        element += c.dilation;
      }
    }
  }
  v128.store(values + <usize>o * sizeof<T>(), largest);
  const to = places + <usize>o * 8;
  const base = f64x2.splat(firstPlace);
  if (sizeof<T>() == 8) {
    v128.store(to, f64x2.add(base, place));
    return;
  }
  v128.store(to, f64x2.add(base, f64x2.convert_low_i32x4_s(place)));
  v128.store(to, f64x2.add(base, f64x2.convert_low_i32x4_s(v128.shuffle<i32>(place, place, 2, 3, 2, 3))), 16);
}

/** One window, which may reach into padding. */
function single<T>(o: i32, values: usize, places: usize): void {
  const a = poolAxis(0),
    b = poolAxis(1),
    c = poolAxis(2);
  const start = startOf(c, o);
  const from = tapFrom(c, start, 0);
  const to = tapFrom(c, start, c.size);
  let largest: T = 0;
  let place = -1;
  for (let t0 = from0; t0 < to0; t0++) {
    for (let t1 = from1; t1 < to1; t1++) {
      const row = ((start0 + t0 * a.dilation) * b.size + start1 + t1 * b.dilation) * c.size + start;
      for (let t2 = from; t2 < to; t2++) {
        const element = row + t2 * c.dilation;
        const value = load<T>(plane + <usize>element * sizeof<T>());
        if (place < 0 || (!(value <= largest) && largest == largest)) {
          largest = value;
          place = element;
        }
      }
    }
  }
  store<T>(values + <usize>o * sizeof<T>(), largest);
  store<f64>(places + <usize>o * 8, firstPlace + <f64>place);
}

export function max_pool_float32(
  x: usize, y: usize, indices: usize, planes: i32,
  size0: i32, taps0: i32, stride0: i32, dilation0: i32, begin0: i32, end0: i32, outs0: i32,
  size1: i32, taps1: i32, stride1: i32, dilation1: i32, begin1: i32, end1: i32, outs1: i32,
  size2: i32, taps2: i32, stride2: i32, dilation2: i32, begin2: i32, end2: i32, outs2: i32,
  part: i32, parts: i32,
): void {
  maxPool<f32>(
    x, y, indices, planes, size0, taps0, stride0, dilation0, begin0, end0, outs0,
    size1, taps1, stride1, dilation1, begin1, end1, outs1, size2, taps2, stride2, dilation2, begin2, end2, outs2, part, parts,
  );
}

export function max_pool_float64(
  x: usize, y: usize, indices: usize, planes: i32,
  size0: i32, taps0: i32, stride0: i32, dilation0: i32, begin0: i32, end0: i32, outs0: i32,
  size1: i32, taps1: i32, stride1: i32, dilation1: i32, begin1: i32, end1: i32, outs1: i32,
  size2: i32, taps2: i32, stride2: i32, dilation2: i32, begin2: i32, end2: i32, outs2: i32,
  part: i32, parts: i32,
): void {
  maxPool<f64>(
    x, y, indices, planes, size0, taps0, stride0, dilation0, begin0, end0, outs0,
    size1, taps1, stride1, dilation1, begin1, end1, outs1, size2, taps2, stride2, dilation2, begin2, end2, outs2, part, parts,
  );
}
