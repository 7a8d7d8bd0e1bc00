// Windows of pools: what they have in common. Window o along an axis reads the elements o · stride + t · dilation - begin for its taps t.

import { scratch } from "./base";

@unmanaged
export class PoolAxis {
  size: i32;
  taps: i32;
  stride: i32;
  dilation: i32;
  /** Padding before the first element and after the last one. */
  begin: i32;
  end: i32;
  outs: i32;
}

// @ts-ignore: decorator
@inline
export function poolAxis(axis: i32): PoolAxis {
  return changetype<PoolAxis>(scratch + <usize>axis * offsetof<PoolAxis>());
}

export function setPoolAxis(axis: i32, size: i32, taps: i32, stride: i32, dilation: i32, begin: i32, end: i32, outs: i32): void {
  const it = poolAxis(axis);
  it.size = size;
  it.taps = taps;
  it.stride = stride;
  it.dilation = dilation;
  it.begin = begin;
  it.end = end;
  it.outs = outs;
}

/** Element that window `o` would read first. */
// @ts-ignore: decorator
@inline
export function startOf(axis: PoolAxis, o: i32): i32 {
  return o * axis.stride - axis.begin;
}

/** The first tap of the window from `start` on that reaches an element from `low` on; all taps when none does. */
// @ts-ignore: decorator
@inline
export function tapFrom(axis: PoolAxis, start: i32, low: i32): i32 {
  return start >= low ? 0 : min(axis.taps, (low - start + axis.dilation - 1) / axis.dilation);
}

/** The first windows that lie wholly within the image. */
export function firstInner(axis: PoolAxis): i32 {
  return min(axis.outs, (axis.begin + axis.stride - 1) / axis.stride);
}

/** The windows that lie wholly within the image end here; not before the first. */
export function endInner(axis: PoolAxis): i32 {
  const last = axis.size - 1 - (axis.taps - 1) * axis.dilation + axis.begin;
  return max(firstInner(axis), last < 0 ? 0 : min(axis.outs, last / axis.stride + 1));
}

/** The elements at `from`, and on from it by a stride of elements: reads nothing but those and what lies between them. */
// @ts-ignore: decorator
@inline
export function loadStrided<T>(from: usize, stride: i32): v128 {
  if (stride == 1) return v128.load(from);
  if (sizeof<T>() == 8) {
    if (stride == 2) return v128.shuffle<f64>(v128.load(from), v128.load(from, 8), 0, 3);
    return v128.load64_lane(from + ((<usize>stride) << 3), v128.load64_zero(from), 1);
  }
  if (stride == 2) return v128.shuffle<f32>(v128.load(from), v128.load(from, 12), 0, 2, 5, 7);
  const step = (<usize>stride) << 2;
  let lanes = v128.load32_zero(from);
  lanes = v128.load32_lane(from + step, lanes, 1);
  lanes = v128.load32_lane(from + 2 * step, lanes, 2);
  return v128.load32_lane(from + 3 * step, lanes, 3);
}
