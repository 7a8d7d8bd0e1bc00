// Products of which one side is nearly a vector: they read the other side once, as it lies, and pack nothing of it.

import { madd, scratch } from "./base.ts";
import { dots1, dots2 } from "./gemm-dots.ts";
import { finish } from "./gemm-finish.ts";
import { pack } from "./gemm-pack.ts";
import {
  addendAt,
  addendColumn,
  addendRow,
  inner,
  leftAt,
  leftColumn,
  leftRow,
  outAt,
  outColumn,
  outRow,
  rightAt,
  rightColumn,
  rightRow,
} from "./gemm-product.ts";
import { lanes, loadSome } from "./gemm-tile.ts";

/** Columns whose sums stay in the first-level cache while the rows of the right side stream by. */
const columnsAtOnce: i32 = 2048;
const sumsRow: i32 = columnsAtOnce * 8;

/** For few rows; the elements of a row of the right side lie side by side. */
export function multiplyByRows<T extends number>(rows: i32, start: i32, stop: i32, alpha: T, beta: T): void {
  for (let j = start; j < stop; j += columnsAtOnce) {
    const columns = min(columnsAtOnce, stop - j);
    for (let i = 0; i < rows; i += 2) {
      const two = i + 1 < rows;
      memory.fill(scratch, 0, 2 * sumsRow);
      let p = 0;
      for (; p + 4 <= inner; p += 4) {
        if (two) addRows<T>(2, 4, i, p, j, columns);
        else addRows<T>(1, 4, i, p, j, columns);
      }
      for (; p < inner; p++) {
        if (two) addRows<T>(2, 1, i, p, j, columns);
        else addRows<T>(1, 1, i, p, j, columns);
      }
      finish<T>(
        two ? 2 : 1,
        columns,
        scratch,
        sumsRow,
        outAt(i, j),
        outRow,
        outColumn,
        addendAt(i, j),
        addendRow,
        addendColumn,
        alpha,
        beta,
      );
    }
  }
}

/** Adds `count` (1 or 4) rows of the right side from `p` on, times the elements of one or two rows of the left side, to the sums. */
// @inline
function addRows<T extends number>(rows: i32, count: i32, i: i32, p: i32, j: i32, columns: i32): void {
  const a = leftAt(i, p);
  const a0 = v128.load_splat<T>(a);
  const a1 = count === 4 ? v128.load_splat<T>(a + leftColumn) : a0;
  const a2 = count === 4 ? v128.load_splat<T>(a + 2 * leftColumn) : a0;
  const a3 = count === 4 ? v128.load_splat<T>(a + 3 * leftColumn) : a0;
  const c = rows === 2 ? a + leftRow : a;
  const c0 = v128.load_splat<T>(c);
  const c1 = count === 4 ? v128.load_splat<T>(c + leftColumn) : c0;
  const c2 = count === 4 ? v128.load_splat<T>(c + 2 * leftColumn) : c0;
  const c3 = count === 4 ? v128.load_splat<T>(c + 3 * leftColumn) : c0;
  let b0 = rightAt(p, j);
  let b1 = b0 + rightRow,
    b2 = b0 + 2 * rightRow,
    b3 = b0 + 3 * rightRow;
  let sums = scratch;
  for (let rest = columns; rest > 0; rest -= lanes<T>()) {
    const full = rest >= lanes<T>();
    let first = v128.load(sums);
    let second = rows === 2 ? v128.load(sums, sumsRow) : first;
    let x = full ? v128.load(b0) : loadSome<T>(b0, rest);
    first = madd<T>(a0, x, first);
    if (rows === 2) second = madd<T>(c0, x, second);
    if (count === 4) {
      x = full ? v128.load(b1) : loadSome<T>(b1, rest);
      first = madd<T>(a1, x, first);
      if (rows === 2) second = madd<T>(c1, x, second);
      x = full ? v128.load(b2) : loadSome<T>(b2, rest);
      first = madd<T>(a2, x, first);
      if (rows === 2) second = madd<T>(c2, x, second);
      x = full ? v128.load(b3) : loadSome<T>(b3, rest);
      first = madd<T>(a3, x, first);
      if (rows === 2) second = madd<T>(c3, x, second);
      b1 += 16;
      b2 += 16;
      b3 += 16;
    }
    v128.store(sums, first);
    if (rows === 2) v128.store(sums, second, sumsRow);
    b0 += 16;
    sums += 16;
  }
}

const rowsAtOnce: i32 = 4096;
const innerAtOnce: i32 = 32768;
/** Bytes from the sums of a row to those of the next: of two doubles, as many as are computed at once. */
const pairRow: i32 = 16;

/** For few columns; the elements of a row of the left side lie side by side. */
export function multiplyByDots<T extends number>(top: i32, bottom: i32, columns: i32, alpha: T, beta: T): void {
  const sums = scratch;
  const packed = sums + rowsAtOnce * pairRow;
  for (let j = 0; j < columns; j += 2) {
    const two = j + 1 < columns;
    for (let i = top; i < bottom; i += rowsAtOnce) {
      const rows = min(rowsAtOnce, bottom - i);
      for (let p = 0; p < inner; p += innerAtOnce) {
        const length = min(innerAtOnce, inner - p);
        let b = rightAt(p, j);
        let bRow: usize = rightColumn;
        if (rightRow !== sizeof<T>()) {
          b = packed;
          bRow = <usize>innerAtOnce * sizeof<T>();
          pack<T>(1, 1, length, rightAt(p, j), rightColumn, rightRow, b);
          if (two) pack<T>(1, 1, length, rightAt(p, j + 1), rightColumn, rightRow, b + bRow);
        }
        for (let row = 0; row < rows; row += 4) {
          const count = min(4, rows - row);
          const to = sums + <usize>row * pairRow;
          if (two) dots2<T>(count, 1, length, leftAt(i + row, p), leftRow, 0, b, bRow, 0, to, pairRow, p > 0);
          else dots1<T>(count, 1, length, leftAt(i + row, p), leftRow, 0, b, 0, to, pairRow, p > 0);
        }
      }
      finish<T>(rows, two ? 2 : 1, sums, pairRow, outAt(i, j), outRow, outColumn, addendAt(i, j), addendRow, addendColumn, alpha, beta);
    }
  }
}
