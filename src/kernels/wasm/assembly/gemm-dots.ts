// Dot products of lines that lie as runs on both sides: sums run across the lanes, and the lanes are added up last.

import { madd } from "./base.ts";
import { lanes, loadSome } from "./gemm-tile.ts";

/** The sum of a vector's lanes, in a fixed order. */
// @inline
function total<T extends number>(lanesOf: v128): T {
  if (sizeof<T>() === 8) return <T>(f64x2.extract_lane(lanesOf, 0) + f64x2.extract_lane(lanesOf, 1));
  const halves = f32x4.add(lanesOf, v128.shuffle<f32>(lanesOf, lanesOf, 2, 3, 0, 1));
  return <T>(f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1));
}

/**
 * Dot products of `rows` (1 to 4) lines at `a` with one or two at `b`. A line is `segments` runs of `k` elements, which lie `aSegment` and
 * `bSegment` bytes apart. Stores the sums, or adds them to what is there.
 */
// @inline
function dots<T extends number>(
  columns: i32,
  rows: i32,
  segments: i32,
  k: i32,
  a: usize,
  aRow: usize,
  aSegment: usize,
  b: usize,
  bRow: usize,
  bSegment: usize,
  to: usize,
  toRow: usize,
  add: bool,
): void {
  let c00 = v128.splat<T>(<T>0),
    c10 = v128.splat<T>(<T>0),
    c20 = v128.splat<T>(<T>0),
    c30 = v128.splat<T>(<T>0);
  let c01 = v128.splat<T>(<T>0),
    c11 = v128.splat<T>(<T>0),
    c21 = v128.splat<T>(<T>0),
    c31 = v128.splat<T>(<T>0);
  // Rows that are missing read the first again.
  const row1: usize = rows > 1 ? aRow : 0;
  const row2: usize = rows > 2 ? 2 * aRow : 0;
  const row3: usize = rows > 3 ? 3 * aRow : 0;
  const rest = k % lanes<T>();
  for (; segments > 0; segments--) {
    let a0 = a,
      a1 = a + row1,
      a2 = a + row2,
      a3 = a + row3;
    let b0 = b,
      b1 = b + bRow;
    for (let p = k; p >= lanes<T>(); p -= lanes<T>()) {
      const x = v128.load(b0);
      const y = columns === 2 ? v128.load(b1) : x;
      const r0 = v128.load(a0);
      c00 = madd<T>(r0, x, c00);
      if (columns === 2) c01 = madd<T>(r0, y, c01);
      const r1 = v128.load(a1);
      c10 = madd<T>(r1, x, c10);
      if (columns === 2) c11 = madd<T>(r1, y, c11);
      const r2 = v128.load(a2);
      c20 = madd<T>(r2, x, c20);
      if (columns === 2) c21 = madd<T>(r2, y, c21);
      const r3 = v128.load(a3);
      c30 = madd<T>(r3, x, c30);
      if (columns === 2) c31 = madd<T>(r3, y, c31);
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
      b0 += 16;
      b1 += 16;
    }
    if (rest > 0) {
      const x = loadSome<T>(b0, rest);
      const r0 = loadSome<T>(a0, rest);
      const r1 = loadSome<T>(a1, rest);
      const r2 = loadSome<T>(a2, rest);
      const r3 = loadSome<T>(a3, rest);
      c00 = madd<T>(r0, x, c00);
      c10 = madd<T>(r1, x, c10);
      c20 = madd<T>(r2, x, c20);
      c30 = madd<T>(r3, x, c30);
      if (columns === 2) {
        const y = loadSome<T>(b1, rest);
        c01 = madd<T>(r0, y, c01);
        c11 = madd<T>(r1, y, c11);
        c21 = madd<T>(r2, y, c21);
        c31 = madd<T>(r3, y, c31);
      }
    }
    a += aSegment;
    b += bSegment;
  }
  put<T>(to, c00, add);
  if (columns === 2) put<T>(to + sizeof<T>(), c01, add);
  if (rows > 1) put<T>(to + toRow, c10, add);
  if (columns === 2 && rows > 1) put<T>(to + toRow + sizeof<T>(), c11, add);
  if (rows > 2) put<T>(to + 2 * toRow, c20, add);
  if (columns === 2 && rows > 2) put<T>(to + 2 * toRow + sizeof<T>(), c21, add);
  if (rows > 3) put<T>(to + 3 * toRow, c30, add);
  if (columns === 2 && rows > 3) put<T>(to + 3 * toRow + sizeof<T>(), c31, add);
}

// @inline
function put<T extends number>(to: usize, sums: v128, add: bool): void {
  const sum = total<T>(sums);
  store<T>(to, add ? <T>(load<T>(to) + sum) : sum);
}

/** `dots` with one line at `b`. */
export function dots1<T extends number>(
  rows: i32,
  segments: i32,
  k: i32,
  a: usize,
  aRow: usize,
  aSegment: usize,
  b: usize,
  bSegment: usize,
  to: usize,
  toRow: usize,
  add: bool,
): void {
  dots<T>(1, rows, segments, k, a, aRow, aSegment, b, 0, bSegment, to, toRow, add);
}

/** `dots` with two lines at `b`, `bRow` bytes apart. */
export function dots2<T extends number>(
  rows: i32,
  segments: i32,
  k: i32,
  a: usize,
  aRow: usize,
  aSegment: usize,
  b: usize,
  bRow: usize,
  bSegment: usize,
  to: usize,
  toRow: usize,
  add: bool,
): void {
  dots<T>(2, rows, segments, k, a, aRow, aSegment, b, bRow, bSegment, to, toRow, add);
}
