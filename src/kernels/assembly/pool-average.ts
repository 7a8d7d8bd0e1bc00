// The average of every window, and its gradient: each element of a window receives the same share.

import { shareOf } from "./gemm-share";
import { lanes } from "./gemm-tile";
import { endInner, firstInner, loadStrided, poolAxis, setPoolAxis, startOf, tapFrom } from "./pool-axis";

// The plane and the row of windows at hand.
let plane: usize = 0;
let counted: i32 = 0;
let start0: i32 = 0;
let from0: i32 = 0;
let to0: i32 = 0;
let start1: i32 = 0;
let from1: i32 = 0;
let to1: i32 = 0;

/**
 * With `back` the other way round: y holds cotangents, whose shares are added up in x. Places in the padding count when `padding` is not 0,
 * those beyond it never.
 */
// @ts-ignore: decorator
@inline
function averagePool<T>(
  back: bool, x: usize, y: usize, planes: i32, padding: i32,
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
    if (back) memory.fill(plane, 0, <usize>size * sizeof<T>());
    for (let i = 0; i < outs0; i++) {
      start0 = startOf(a, i);
      from0 = tapFrom(a, start0, 0);
      to0 = tapFrom(a, start0, size0);
      const counted0 = padding != 0 ? tapFrom(a, start0, size0 + end0) : to0 - from0;
      for (let j = 0; j < outs1; j++) {
        start1 = startOf(b, j);
        from1 = tapFrom(b, start1, 0);
        to1 = tapFrom(b, start1, size1);
        counted = counted0 * (padding != 0 ? tapFrom(b, start1, size1 + end1) : to1 - from1);
        const values = y + <usize>(at * windows + (i * outs1 + j) * outs2) * sizeof<T>();
        let o = 0;
        if (!back && inner >= lanes<T>()) {
          for (; o < first; o++) single<T>(back, o, values, padding);
          for (; o < first + inner; o += lanes<T>()) several<T>(min(o, first + inner - lanes<T>()), values);
          o = first + inner;
        }
        for (; o < outs2; o++) single<T>(back, o, values, padding);
      }
    }
  }
}

/** As many windows as a vector has lanes, from `o` on, which lie wholly within the image along the last axis. */
// @ts-ignore: decorator
@inline
function several<T>(o: i32, values: usize): void {
  const a = poolAxis(0),
    b = poolAxis(1),
    c = poolAxis(2);
  let sum = v128.splat<T>(0);
  for (let t0 = from0; t0 < to0; t0++) {
    for (let t1 = from1; t1 < to1; t1++) {
      let element = ((start0 + t0 * a.dilation) * b.size + start1 + t1 * b.dilation) * c.size + startOf(c, o);
      for (let t2 = 0; t2 < c.taps; t2++) {
        sum = v128.add<T>(sum, loadStrided<T>(plane + <usize>element * sizeof<T>(), c.stride));
        element += c.dilation;
      }
    }
  }
  v128.store(values + <usize>o * sizeof<T>(), v128.div<T>(sum, v128.splat<T>(<T>(counted * c.taps))));
}

/** One window, which may reach into padding. */
// @ts-ignore: decorator
@inline
function single<T>(back: bool, o: i32, values: usize, padding: i32): void {
  const a = poolAxis(0),
    b = poolAxis(1),
    c = poolAxis(2);
  const start = startOf(c, o);
  const from = tapFrom(c, start, 0);
  const to = tapFrom(c, start, c.size);
  const count = <T>(counted * (padding != 0 ? tapFrom(c, start, c.size + c.end) : to - from));
  const at = values + <usize>o * sizeof<T>();
  const share: T = back ? <T>(load<T>(at) / count) : 0;
  let sum: T = 0;
  for (let t0 = from0; t0 < to0; t0++) {
    for (let t1 = from1; t1 < to1; t1++) {
      const row = ((start0 + t0 * a.dilation) * b.size + start1 + t1 * b.dilation) * c.size + start;
      for (let t2 = from; t2 < to; t2++) {
        const element = plane + <usize>(row + t2 * c.dilation) * sizeof<T>();
        if (back) store<T>(element, <T>(load<T>(element) + share));
        else sum = <T>(sum + load<T>(element));
      }
    }
  }
  if (!back) store<T>(at, <T>(sum / count));
}

export function average_pool_float32(
  x: usize, y: usize, planes: i32, padding: i32,
  size0: i32, taps0: i32, stride0: i32, dilation0: i32, begin0: i32, end0: i32, outs0: i32,
  size1: i32, taps1: i32, stride1: i32, dilation1: i32, begin1: i32, end1: i32, outs1: i32,
  size2: i32, taps2: i32, stride2: i32, dilation2: i32, begin2: i32, end2: i32, outs2: i32,
  part: i32, parts: i32,
): void {
  averagePool<f32>(
    false, x, y, planes, padding, size0, taps0, stride0, dilation0, begin0, end0, outs0,
    size1, taps1, stride1, dilation1, begin1, end1, outs1, size2, taps2, stride2, dilation2, begin2, end2, outs2, part, parts,
  );
}

export function average_pool_float64(
  x: usize, y: usize, planes: i32, padding: i32,
  size0: i32, taps0: i32, stride0: i32, dilation0: i32, begin0: i32, end0: i32, outs0: i32,
  size1: i32, taps1: i32, stride1: i32, dilation1: i32, begin1: i32, end1: i32, outs1: i32,
  size2: i32, taps2: i32, stride2: i32, dilation2: i32, begin2: i32, end2: i32, outs2: i32,
  part: i32, parts: i32,
): void {
  averagePool<f64>(
    false, x, y, planes, padding, size0, taps0, stride0, dilation0, begin0, end0, outs0,
    size1, taps1, stride1, dilation1, begin1, end1, outs1, size2, taps2, stride2, dilation2, begin2, end2, outs2, part, parts,
  );
}

export function average_pool_gradient_float32(
  x: usize, y: usize, planes: i32, padding: i32,
  size0: i32, taps0: i32, stride0: i32, dilation0: i32, begin0: i32, end0: i32, outs0: i32,
  size1: i32, taps1: i32, stride1: i32, dilation1: i32, begin1: i32, end1: i32, outs1: i32,
  size2: i32, taps2: i32, stride2: i32, dilation2: i32, begin2: i32, end2: i32, outs2: i32,
  part: i32, parts: i32,
): void {
  averagePool<f32>(
    true, x, y, planes, padding, size0, taps0, stride0, dilation0, begin0, end0, outs0,
    size1, taps1, stride1, dilation1, begin1, end1, outs1, size2, taps2, stride2, dilation2, begin2, end2, outs2, part, parts,
  );
}

export function average_pool_gradient_float64(
  x: usize, y: usize, planes: i32, padding: i32,
  size0: i32, taps0: i32, stride0: i32, dilation0: i32, begin0: i32, end0: i32, outs0: i32,
  size1: i32, taps1: i32, stride1: i32, dilation1: i32, begin1: i32, end1: i32, outs1: i32,
  size2: i32, taps2: i32, stride2: i32, dilation2: i32, begin2: i32, end2: i32, outs2: i32,
  part: i32, parts: i32,
): void {
  averagePool<f64>(
    true, x, y, planes, padding, size0, taps0, stride0, dilation0, begin0, end0, outs0,
    size1, taps1, stride1, dilation1, begin1, end1, outs1, size2, taps2, stride2, dilation2, begin2, end2, outs2, part, parts,
  );
}
