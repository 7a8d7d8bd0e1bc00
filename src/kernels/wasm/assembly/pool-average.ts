// The average of every window, and its gradient: each element of a window receives the same share.

import { AveragePoolBlock } from "./blocks.ts";
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

export function average_pool_float32(block: AveragePoolBlock, part: i32, parts: i32): void {
  averagePool<f32>(false, block, part, parts);
}

export function average_pool_float64(block: AveragePoolBlock, part: i32, parts: i32): void {
  averagePool<f64>(false, block, part, parts);
}

export function average_pool_gradient_float32(block: AveragePoolBlock, part: i32, parts: i32): void {
  averagePool<f32>(true, block, part, parts);
}

export function average_pool_gradient_float64(block: AveragePoolBlock, part: i32, parts: i32): void {
  averagePool<f64>(true, block, part, parts);
}

/** With `back` the other way round: the shares of the cotangents in y are added up in x. */
// @inline
function averagePool<T extends number>(back: bool, block: AveragePoolBlock, part: i32, parts: i32): void {
  setAxes(block.outer, block.middle, block.inner);
  const a = outer,
    b = middle,
    c = inner;
  const planes = block.planes,
    padding = block.padding;
  const outs0 = a.outs,
    outs1 = b.outs,
    outs2 = c.outs,
    stride2 = c.stride;
  const first = firstInner(c);
  const last = endInner(c) - lanes<T>();
  const size = a.size * b.size * c.size;
  const windows = outs0 * outs1 * outs2;
  const end = shareOf(planes, 1, part + 1, parts);
  for (let at = shareOf(planes, 1, part, parts); at < end; at++) {
    const plane = block.x + <usize>(at * size) * sizeof<T>();
    if (back) memory.fill(plane, 0, <usize>size * sizeof<T>());
    for (let i = 0; i < outs0; i++) {
      const counted0 = padding !== 0 ? tapFrom(a, startOf(a, i), a.size + a.end) : 0;
      for (let j = 0; j < outs1; j++) {
        const listed = goToRow(i, j);
        const counted = padding !== 0 ? counted0 * tapFrom(b, startOf(b, j), b.size + b.end) : taps0() * taps1();
        const values = block.y + <usize>(at * windows + (i * outs1 + j) * outs2) * sizeof<T>();
        let o = 0;
        if (first <= last && listed > 0) {
          for (; o < first; o++) single<T>(back, counted, plane, o, values, padding);
          const count = <T>(counted * c.taps);
          if (back) spread<T>(listed, count, plane, first, last, values);
          else if (stride2 === 1) severalAt<T>(1, listed, count, plane, first, last, values);
          else if (stride2 === 2) severalAt<T>(2, listed, count, plane, first, last, values);
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
// @inline
function severalAt<T extends number>(stride: i32, listed: i32, count: T, plane: usize, first: i32, last: i32, values: usize): void {
  const end = tapList() + <usize>listed * 4;
  const start = rowStart() - inner.begin;
  for (let o = first; o < last + lanes<T>(); o += lanes<T>()) {
    const window = min(o, last);
    const from = plane + <usize>(start + window * stride) * sizeof<T>();
    let sum = v128.splat<T>(<T>0);
    for (let at = tapList(); at < end; at += 4) {
      sum = v128.add<T>(sum, loadStrided<T>(from + <usize>load<i32>(at) * sizeof<T>(), stride));
    }
    v128.store(values + <usize>window * sizeof<T>(), v128.div<T>(sum, v128.splat<T>(count)));
  }
}

/** Adds the shares of the same windows to their elements, in the order of the windows. */
// @inline
function spread<T extends number>(listed: i32, count: T, plane: usize, first: i32, last: i32, values: usize): void {
  const end = tapList() + <usize>listed * 4;
  const stride = <usize>inner.stride * sizeof<T>();
  let to = plane + <usize>(rowStart() - inner.begin) * sizeof<T>() + <usize>first * stride;
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
// @inline
function single<T extends number>(back: bool, counted: i32, plane: usize, o: i32, values: usize, padding: i32): void {
  const c = inner;
  const start = startOf(c, o);
  const from = tapFrom(c, start, 0);
  const to = tapFrom(c, start, c.size);
  const step = c.dilation;
  const count = <T>(counted * (padding !== 0 ? tapFrom(c, start, c.size + c.end) : to - from));
  const at = values + <usize>o * sizeof<T>();
  const share: T = back ? <T>(load<T>(at) / count) : <T>0;
  let sum: T = <T>0;
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
