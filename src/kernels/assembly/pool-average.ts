// The average of every window, and its gradient: each element of a window receives the same share.

import { shareOf } from "./gemm-share";
import { lanes } from "./gemm-tile";
import { endInner, firstInner, forgetTaps, goToRow, loadStrided, poolAxis, rowStart, setPoolAxis, startOf, tapFrom, tapList, tapRow, taps0, taps1 } from "./pool-axis";

/**
 * With `back` the other way round: y holds cotangents, whose shares are added up in x. Places in the padding count when `padding` is not 0,
 * those beyond it never.
 */
// @ts-ignore: decorator
@inline
function averagePool<T>(
  back: bool, x: usize, y: usize, planes: i32, padding: i32,
  size0: i32, kernel0: i32, stride0: i32, dilation0: i32, begin0: i32, end0: i32, outs0: i32,
  size1: i32, kernel1: i32, stride1: i32, dilation1: i32, begin1: i32, end1: i32, outs1: i32,
  size2: i32, kernel2: i32, stride2: i32, dilation2: i32, begin2: i32, end2: i32, outs2: i32,
  part: i32, parts: i32,
): void {
  setPoolAxis(0, size0, kernel0, stride0, dilation0, begin0, end0, outs0);
  setPoolAxis(1, size1, kernel1, stride1, dilation1, begin1, end1, outs1);
  setPoolAxis(2, size2, kernel2, stride2, dilation2, begin2, end2, outs2);
  forgetTaps();
  const a = poolAxis(0),
    b = poolAxis(1),
    c = poolAxis(2);
  const first = firstInner(c);
  const last = endInner(c) - lanes<T>();
  const size = size0 * size1 * size2;
  const windows = outs0 * outs1 * outs2;
  const end = shareOf(planes, 1, part + 1, parts);
  for (let at = shareOf(planes, 1, part, parts); at < end; at++) {
    const plane = x + <usize>(at * size) * sizeof<T>();
    if (back) memory.fill(plane, 0, <usize>size * sizeof<T>());
    for (let i = 0; i < outs0; i++) {
      const counted0 = padding != 0 ? tapFrom(a, startOf(a, i), size0 + end0) : 0;
      for (let j = 0; j < outs1; j++) {
        const listed = goToRow(i, j);
        const counted = padding != 0 ? counted0 * tapFrom(b, startOf(b, j), size1 + end1) : taps0() * taps1();
        const values = y + <usize>(at * windows + (i * outs1 + j) * outs2) * sizeof<T>();
        let o = 0;
        if (first <= last && listed > 0) {
          for (; o < first; o++) single<T>(back, counted, plane, o, values, padding);
          const count = <T>(counted * kernel2);
          if (back) spread<T>(listed, count, plane, first, last, values);
          else if (stride2 == 1) severalAt<T>(1, listed, count, plane, first, last, values);
          else if (stride2 == 2) severalAt<T>(2, listed, count, plane, first, last, values);
          else severalAt<T>(stride2, listed, count, plane, first, last, values);
          o = last + lanes<T>();
        }
        for (; o < outs2; o++) single<T>(back, counted, plane, o, values, padding);
      }
    }
  }
}

/**
 * Windows that lie wholly within the image along the last axis, as many at a time as a vector has lanes, which start from `first` up to
 * `last`: the last ones may be computed again.
 */
// @ts-ignore: decorator
@inline
function severalAt<T>(stride: i32, listed: i32, count: T, plane: usize, first: i32, last: i32, values: usize): void {
  const end = tapList() + <usize>listed * 4;
  const start = rowStart() - poolAxis(2).begin;
  for (let o = first; o < last + lanes<T>(); o += lanes<T>()) {
    const window = min(o, last);
    const from = plane + <usize>(start + window * stride) * sizeof<T>();
    let sum = v128.splat<T>(0);
    for (let at = tapList(); at < end; at += 4) {
      sum = v128.add<T>(sum, loadStrided<T>(from + <usize>load<i32>(at) * sizeof<T>(), stride));
    }
    v128.store(values + <usize>window * sizeof<T>(), v128.div<T>(sum, v128.splat<T>(count)));
  }
}

/** Adds the shares of the same windows to their elements, in the order of the windows. */
// @ts-ignore: decorator
@inline
function spread<T>(listed: i32, count: T, plane: usize, first: i32, last: i32, values: usize): void {
  const end = tapList() + <usize>listed * 4;
  const stride = <usize>poolAxis(2).stride * sizeof<T>();
  let to = plane + <usize>(rowStart() - poolAxis(2).begin) * sizeof<T>() + <usize>first * stride;
  for (let o = first; o < last + lanes<T>(); o++) {
    const share: T = <T>(load<T>(values + <usize>o * sizeof<T>()) / count);
    for (let at = tapList(); at < end; at += 4) {
      const element = to + <usize>load<i32>(at) * sizeof<T>();
      store<T>(element, <T>(load<T>(element) + share));
    }
    to += stride;
  }
}

/** One window, which may reach into padding; of `counted` places along the first two axes. */
// @ts-ignore: decorator
@inline
function single<T>(back: bool, counted: i32, plane: usize, o: i32, values: usize, padding: i32): void {
  const c = poolAxis(2);
  const start = startOf(c, o);
  const from = tapFrom(c, start, 0);
  const to = tapFrom(c, start, c.size);
  const step = c.dilation;
  const count = <T>(counted * (padding != 0 ? tapFrom(c, start, c.size + c.end) : to - from));
  const at = values + <usize>o * sizeof<T>();
  const share: T = back ? <T>(load<T>(at) / count) : 0;
  let sum: T = 0;
  for (let t0 = 0; t0 < taps0(); t0++) {
    for (let t1 = 0; t1 < taps1(); t1++) {
      const row = tapRow(t0, t1) + start;
      for (let t2 = from; t2 < to; t2++) {
        const element = plane + <usize>(row + t2 * step) * sizeof<T>();
        if (back) store<T>(element, <T>(load<T>(element) + share));
        else sum = <T>(sum + load<T>(element));
      }
    }
  }
  if (!back) store<T>(at, <T>(sum / count));
}

export function average_pool_float32(
  x: usize, y: usize, planes: i32, padding: i32,
  size0: i32, kernel0: i32, stride0: i32, dilation0: i32, begin0: i32, end0: i32, outs0: i32,
  size1: i32, kernel1: i32, stride1: i32, dilation1: i32, begin1: i32, end1: i32, outs1: i32,
  size2: i32, kernel2: i32, stride2: i32, dilation2: i32, begin2: i32, end2: i32, outs2: i32,
  part: i32, parts: i32,
): void {
  averagePool<f32>(
    false, x, y, planes, padding, size0, kernel0, stride0, dilation0, begin0, end0, outs0,
    size1, kernel1, stride1, dilation1, begin1, end1, outs1, size2, kernel2, stride2, dilation2, begin2, end2, outs2, part, parts,
  );
}

export function average_pool_float64(
  x: usize, y: usize, planes: i32, padding: i32,
  size0: i32, kernel0: i32, stride0: i32, dilation0: i32, begin0: i32, end0: i32, outs0: i32,
  size1: i32, kernel1: i32, stride1: i32, dilation1: i32, begin1: i32, end1: i32, outs1: i32,
  size2: i32, kernel2: i32, stride2: i32, dilation2: i32, begin2: i32, end2: i32, outs2: i32,
  part: i32, parts: i32,
): void {
  averagePool<f64>(
    false, x, y, planes, padding, size0, kernel0, stride0, dilation0, begin0, end0, outs0,
    size1, kernel1, stride1, dilation1, begin1, end1, outs1, size2, kernel2, stride2, dilation2, begin2, end2, outs2, part, parts,
  );
}

export function average_pool_gradient_float32(
  x: usize, y: usize, planes: i32, padding: i32,
  size0: i32, kernel0: i32, stride0: i32, dilation0: i32, begin0: i32, end0: i32, outs0: i32,
  size1: i32, kernel1: i32, stride1: i32, dilation1: i32, begin1: i32, end1: i32, outs1: i32,
  size2: i32, kernel2: i32, stride2: i32, dilation2: i32, begin2: i32, end2: i32, outs2: i32,
  part: i32, parts: i32,
): void {
  averagePool<f32>(
    true, x, y, planes, padding, size0, kernel0, stride0, dilation0, begin0, end0, outs0,
    size1, kernel1, stride1, dilation1, begin1, end1, outs1, size2, kernel2, stride2, dilation2, begin2, end2, outs2, part, parts,
  );
}

export function average_pool_gradient_float64(
  x: usize, y: usize, planes: i32, padding: i32,
  size0: i32, kernel0: i32, stride0: i32, dilation0: i32, begin0: i32, end0: i32, outs0: i32,
  size1: i32, kernel1: i32, stride1: i32, dilation1: i32, begin1: i32, end1: i32, outs1: i32,
  size2: i32, kernel2: i32, stride2: i32, dilation2: i32, begin2: i32, end2: i32, outs2: i32,
  part: i32, parts: i32,
): void {
  averagePool<f64>(
    true, x, y, planes, padding, size0, kernel0, stride0, dilation0, begin0, end0, outs0,
    size1, kernel1, stride1, dilation1, begin1, end1, outs1, size2, kernel2, stride2, dilation2, begin2, end2, outs2, part, parts,
  );
}
