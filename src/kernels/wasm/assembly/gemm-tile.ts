// The tiles that products are made of: sums that stay in registers while the inner index runs.

import { madd } from "./base.ts";

/** Rows of the taller tile. Where nothing fuses, a product needs a register before it is added, and six rows of two would spill. */
export const tall: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;

// @inline
export function lanes<T extends number>(): i32 {
  return 16 / sizeof<T>();
}

/** Columns of the wider tile. */
// @inline
export function wide<T extends number>(): i32 {
  return 2 * lanes<T>();
}

/** The first `count` lanes from memory, and zeros: reads nothing beyond them. `count` is below the number of lanes. */
// @inline
export function loadSome<T extends number>(from: usize, count: i32): v128 {
  if (sizeof<T>() === 8) return v128.load64_zero(from);
  if (count === 1) return v128.load32_zero(from);
  const two = v128.load64_zero(from);
  return count === 2 ? two : v128.load32_lane(from, two, 2, 8, 4);
}

/**
 * Sums of `k` products for a tile of 4 or 6 rows and one or two vectors. Element (r, p) of the left side lies at a + r + p · aStep (r in
 * elements); row p of the right side lies at b + p · bStep, or, when `scattered`, at b plus the p-th offset of a table at `bStep`; then the
 * sums of row r begin with element r at `start`, else with 0. Every sum is one chain in the order of p, whatever the tile. Stores the sums,
 * or adds them to what is there; when `scaled`, alpha · sum + beta · addend, with the addends in rows of `plusRow` bytes.
 */
// @inline
function tile<T extends number>(
  rows: i32,
  vectors: i32,
  scattered: bool,
  k: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  to: usize,
  toRow: usize,
  add: bool,
  start: usize,
  scaled: bool,
  alpha: T,
  beta: T,
  plus: usize,
  plusRow: usize,
): void {
  let c00 = scattered ? v128.load_splat<T>(start) : v128.splat<T>(<T>0),
    c10 = scattered ? v128.load_splat<T>(start, sizeof<T>()) : v128.splat<T>(<T>0),
    c20 = scattered ? v128.load_splat<T>(start, 2 * sizeof<T>()) : v128.splat<T>(<T>0),
    c30 = scattered ? v128.load_splat<T>(start, 3 * sizeof<T>()) : v128.splat<T>(<T>0),
    c40 = scattered && rows === 6 ? v128.load_splat<T>(start, 4 * sizeof<T>()) : v128.splat<T>(<T>0),
    c50 = scattered && rows === 6 ? v128.load_splat<T>(start, 5 * sizeof<T>()) : v128.splat<T>(<T>0);
  let c01 = c00,
    c11 = c10,
    c21 = c20,
    c31 = c30,
    c41 = c40,
    c51 = c50;
  let at = b;
  for (; k > 0; k--) {
    if (scattered) {
      at = b + <usize>load<u32>(bStep);
      bStep += 4;
    }
    const b0 = v128.load(at);
    const b1 = vectors === 2 ? v128.load(at, 16) : b0;
    const a0 = v128.load_splat<T>(a);
    c00 = madd<T>(a0, b0, c00);
    if (vectors === 2) c01 = madd<T>(a0, b1, c01);
    const a1 = v128.load_splat<T>(a, sizeof<T>());
    c10 = madd<T>(a1, b0, c10);
    if (vectors === 2) c11 = madd<T>(a1, b1, c11);
    const a2 = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = madd<T>(a2, b0, c20);
    if (vectors === 2) c21 = madd<T>(a2, b1, c21);
    const a3 = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = madd<T>(a3, b0, c30);
    if (vectors === 2) c31 = madd<T>(a3, b1, c31);
    if (rows === 6) {
      const a4 = v128.load_splat<T>(a, 4 * sizeof<T>());
      c40 = madd<T>(a4, b0, c40);
      if (vectors === 2) c41 = madd<T>(a4, b1, c41);
      const a5 = v128.load_splat<T>(a, 5 * sizeof<T>());
      c50 = madd<T>(a5, b0, c50);
      if (vectors === 2) c51 = madd<T>(a5, b1, c51);
    }
    a += aStep;
    if (!scattered) at += bStep;
  }
  put<T>(to, c00, c01, vectors, add, scaled, alpha, beta, plus);
  to += toRow;
  plus += plusRow;
  put<T>(to, c10, c11, vectors, add, scaled, alpha, beta, plus);
  to += toRow;
  plus += plusRow;
  put<T>(to, c20, c21, vectors, add, scaled, alpha, beta, plus);
  to += toRow;
  plus += plusRow;
  put<T>(to, c30, c31, vectors, add, scaled, alpha, beta, plus);
  if (rows === 6) {
    to += toRow;
    plus += plusRow;
    put<T>(to, c40, c41, vectors, add, scaled, alpha, beta, plus);
    to += toRow;
    plus += plusRow;
    put<T>(to, c50, c51, vectors, add, scaled, alpha, beta, plus);
  }
}

// @inline
function put<T extends number>(
  to: usize,
  first: v128,
  second: v128,
  vectors: i32,
  add: bool,
  scaled: bool,
  alpha: T,
  beta: T,
  plus: usize,
): void {
  v128.store(to, scaled ? scale<T>(first, alpha, beta, v128.load(plus)) : add ? v128.add<T>(v128.load(to), first) : first);
  if (vectors === 2)
    v128.store(to, scaled ? scale<T>(second, alpha, beta, v128.load(plus, 16)) : add ? v128.add<T>(v128.load(to, 16), second) : second, 16);
}

/** Rounded after each step, as `finish` does it. */
// @inline
function scale<T extends number>(sum: v128, alpha: T, beta: T, addend: v128): v128 {
  return v128.add<T>(v128.mul<T>(v128.splat<T>(alpha), sum), v128.mul<T>(v128.splat<T>(beta), addend));
}

/** The tile of `tall` rows and two vectors with its sums scaled and added to addends, which may be what is overwritten. */
export function scaledTile<T extends number>(
  k: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  to: usize,
  toRow: usize,
  alpha: T,
  beta: T,
  plus: usize,
  plusRow: usize,
): void {
  tile<T>(tall, 2, false, k, a, aStep, b, bStep, to, toRow, false, 0, true, alpha, beta, plus, plusRow);
}

function tile6x2<T extends number>(k: i32, a: usize, aStep: usize, b: usize, bStep: usize, to: usize, toRow: usize, add: bool): void {
  tile<T>(6, 2, false, k, a, aStep, b, bStep, to, toRow, add, 0, false, <T>0, <T>0, 0, 0);
}

function tile6x1<T extends number>(k: i32, a: usize, aStep: usize, b: usize, bStep: usize, to: usize, toRow: usize, add: bool): void {
  tile<T>(6, 1, false, k, a, aStep, b, bStep, to, toRow, add, 0, false, <T>0, <T>0, 0, 0);
}

function tile4x2<T extends number>(k: i32, a: usize, aStep: usize, b: usize, bStep: usize, to: usize, toRow: usize, add: bool): void {
  tile<T>(4, 2, false, k, a, aStep, b, bStep, to, toRow, add, 0, false, <T>0, <T>0, 0, 0);
}

function tile4x1<T extends number>(k: i32, a: usize, aStep: usize, b: usize, bStep: usize, to: usize, toRow: usize, add: bool): void {
  tile<T>(4, 1, false, k, a, aStep, b, bStep, to, toRow, add, 0, false, <T>0, <T>0, 0, 0);
}

/** The tile of `rows` (4 or `tall`) and `vectors` (1 or 2). */
// @inline
export function tileOf<T extends number>(
  rows: i32,
  vectors: i32,
  k: i32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  to: usize,
  toRow: usize,
  add: bool,
): void {
  if (tall === 6 && rows === 6) {
    if (vectors === 2) tile6x2<T>(k, a, aStep, b, bStep, to, toRow, add);
    else tile6x1<T>(k, a, aStep, b, bStep, to, toRow, add);
  } else if (vectors === 2) tile4x2<T>(k, a, aStep, b, bStep, to, toRow, add);
  else tile4x1<T>(k, a, aStep, b, bStep, to, toRow, add);
}

function scattered6x2<T extends number>(k: i32, a: usize, b: usize, places: usize, to: usize, toRow: usize, add: bool, start: usize): void {
  tile<T>(6, 2, true, k, a, 6 * sizeof<T>(), b, places, to, toRow, add, start, false, <T>0, <T>0, 0, 0);
}

function scattered6x1<T extends number>(k: i32, a: usize, b: usize, places: usize, to: usize, toRow: usize, add: bool, start: usize): void {
  tile<T>(6, 1, true, k, a, 6 * sizeof<T>(), b, places, to, toRow, add, start, false, <T>0, <T>0, 0, 0);
}

function scattered4x2<T extends number>(k: i32, a: usize, b: usize, places: usize, to: usize, toRow: usize, add: bool, start: usize): void {
  tile<T>(4, 2, true, k, a, 4 * sizeof<T>(), b, places, to, toRow, add, start, false, <T>0, <T>0, 0, 0);
}

function scattered4x1<T extends number>(k: i32, a: usize, b: usize, places: usize, to: usize, toRow: usize, add: bool, start: usize): void {
  tile<T>(4, 1, true, k, a, 4 * sizeof<T>(), b, places, to, toRow, add, start, false, <T>0, <T>0, 0, 0);
}

/** The tile of `rows` and `vectors` that finds row p of the right side by the table `places`; see `tile`. */
// @inline
export function scatteredTileOf<T extends number>(
  rows: i32,
  vectors: i32,
  k: i32,
  a: usize,
  b: usize,
  places: usize,
  to: usize,
  toRow: usize,
  add: bool,
  start: usize,
): void {
  if (tall === 6 && rows === 6) {
    if (vectors === 2) scattered6x2<T>(k, a, b, places, to, toRow, add, start);
    else scattered6x1<T>(k, a, b, places, to, toRow, add, start);
  } else if (vectors === 2) scattered4x2<T>(k, a, b, places, to, toRow, add, start);
  else scattered4x1<T>(k, a, b, places, to, toRow, add, start);
}

/** How many of the panels that cover `rows` rows, the last ones, have four rows; the others have `tall`. As few rows are padded as can be. */
export function foursIn(rows: i32): i32 {
  if (tall === 4) return (rows + 3) / 4;
  const rest = rows % 6;
  if (rest === 0 || rest === 5) return 0;
  return rest > 2 || rows < 6 ? 1 : 2;
}

/** How many panels of `tall` rows come before `fours` panels of four. */
// @inline
export function tallsIn(rows: i32, fours: i32): i32 {
  const rest = rows - 4 * fours;
  return rest > 0 ? (rest + tall - 1) / tall : 0;
}
