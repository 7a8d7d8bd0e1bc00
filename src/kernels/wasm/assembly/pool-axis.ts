// Windows of pools: what they have in common.

import { scratch } from "./base.ts";
import { PoolAxis } from "./blocks.ts";

// The axes of the pool at hand.
export let outer = changetype<PoolAxis>(0);
export let middle = changetype<PoolAxis>(0);
export let inner = changetype<PoolAxis>(0);

export function setAxes(first: PoolAxis, second: PoolAxis, third: PoolAxis): void {
  outer = first;
  middle = second;
  inner = third;
  listIsGood = false;
}

/** Element that window `o` would read first. */
// @inline
export function startOf(axis: PoolAxis, o: i32): i32 {
  return o * axis.stride - axis.begin;
}

/** The first tap of the window from `start` on that reaches an element from `low` on; all taps when none does. */
// @inline
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
// @inline
export function loadStrided<T extends number>(from: usize, stride: i32): v128 {
  if (stride === 1) return v128.load(from);
  if (sizeof<T>() === 8) {
    if (stride === 2) return v128.shuffle<f64>(v128.load(from), v128.load(from, 8), 0, 3);
    return v128.load64_lane(from + ((<usize>stride) << 3), v128.load64_zero(from), 1);
  }
  if (stride === 2) return v128.shuffle<f32>(v128.load(from), v128.load(from, 12), 0, 2, 5, 7);
  const step = (<usize>stride) << 2;
  let lanes = v128.load32_zero(from);
  lanes = v128.load32_lane(from + step, lanes, 1);
  lanes = v128.load32_lane(from + 2 * step, lanes, 2);
  return v128.load32_lane(from + 3 * step, lanes, 3);
}

// The row of windows at hand: which taps of the first two axes lie within the image, and where the row begins in the plane.
let from0: i32 = 0;
let to0: i32 = 0;
let from1: i32 = 0;
let to1: i32 = 0;
let row: i32 = 0;

/** Taps of a list at most; windows of more are taken one by one. */
const mostListed: i32 = 1 << 18;
let listed: i32 = 0;
let listIsGood: bool = false;

export function taps0(): i32 {
  return to0 - from0;
}

export function taps1(): i32 {
  return to1 - from1;
}

/** Element of the plane that a tap at 0 along the last axis would read, were it the first of the others. */
// @inline
export function rowStart(): i32 {
  return row;
}

/** Where the list of taps lies. */
// @inline
export function tapList(): usize {
  return scratch;
}

/** Goes to row (i, j) of windows. Lists how far from a window's start each tap within the image lies, and returns how many those are. */
export function goToRow(i: i32, j: i32): i32 {
  const a = outer,
    b = middle,
    c = inner;
  const start0 = startOf(a, i);
  const start1 = startOf(b, j);
  const first0 = tapFrom(a, start0, 0),
    end0 = tapFrom(a, start0, a.size),
    first1 = tapFrom(b, start1, 0),
    end1 = tapFrom(b, start1, b.size);
  row = (start0 * b.size + start1) * c.size;
  if (listIsGood && first0 === from0 && end0 === to0 && first1 === from1 && end1 === to1) return listed;
  from0 = first0;
  to0 = end0;
  from1 = first1;
  to1 = end1;
  listed = 0;
  listIsGood = true;
  if (taps0() * taps1() > mostListed / c.taps) return 0;
  for (let t0 = from0; t0 < to0; t0++) {
    for (let t1 = from1; t1 < to1; t1++) {
      for (let t2 = 0; t2 < c.taps; t2++) {
        store<i32>(tapList() + <usize>listed * 4, (t0 * a.dilation * b.size + t1 * b.dilation) * c.size + t2 * c.dilation);
        listed++;
      }
    }
  }
  return listed;
}

/** The first element of the plane that tap (t0, t1) of the row at hand reads; counted from the first taps within the image. */
// @inline
export function tapRow(t0: i32, t1: i32): i32 {
  const b = middle;
  return row + ((from0 + t0) * outer.dilation * b.size + (from1 + t1) * b.dilation) * inner.size;
}
