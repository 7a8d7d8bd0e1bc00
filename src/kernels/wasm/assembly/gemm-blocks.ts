// Products by tiles: blocks of both sides are packed into panels that stay in the caches while every tile of theirs is computed.

import { scratch } from "./base.ts";
import { finish } from "./gemm-finish.ts";
import { pack } from "./gemm-pack.ts";
import {
  addend,
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
import { foursIn, lanes, scaledTile, tall, tallsIn, tileOf, wide } from "./gemm-tile.ts";

/** Rows of the left side, columns of the right side and products of a sum that are packed at a time. */
const rowsAtOnce: i32 = 120;
const columnsAtOnce: i32 = 1024;
const innerAtOnce: i32 = 256;

/** Up to this many rows the right side is read where it lies rather than packed first. */
const fewRows: i32 = 24;

// Scratch memory: panels of rows, one tile, panels of columns, and sums that wait to be scaled.

// @inline
function spareTile<T extends number>(): usize {
  return scratch + <usize>(rowsAtOnce * innerAtOnce) * sizeof<T>();
}

// @inline
function packedColumns<T extends number>(): usize {
  return spareTile<T>() + 256;
}

// @inline
function waitingSums<T extends number>(): usize {
  return packedColumns<T>() + <usize>(innerAtOnce * columnsAtOnce) * sizeof<T>();
}

/** The rows from `top` to `bottom` and the columns from `start` to `stop` of the product at hand. */
export function multiplyByTiles<T extends number>(top: i32, bottom: i32, start: i32, stop: i32, alpha: T, beta: T): void {
  const plain = addend === 0 && alpha === 1 && outColumn === sizeof<T>();
  // Sums of several parts that still have to be scaled wait in scratch memory, a block at a time.
  const waiting = !plain && inner > innerAtOnce;
  const rowsOfBlock = waiting ? rowsAtOnce : bottom - top;
  for (let i = top; i < bottom; i += rowsOfBlock) {
    const iEnd = min(bottom, i + rowsOfBlock);
    for (let j = start; j < stop; j += columnsAtOnce) {
      const columns = min(columnsAtOnce, stop - j);
      for (let p = 0; p < inner; p += innerAtOnce) {
        const length = min(innerAtOnce, inner - p);
        const lies = rightColumn === sizeof<T>() && iEnd - i <= fewRows;
        packColumns<T>(j, columns, p, length, lies);
        for (let row = i; row < iEnd; row += rowsAtOnce) {
          multiplyBlock<T>(row, min(rowsAtOnce, iEnd - row), j, columns, p, length, lies, plain, waiting, alpha, beta);
        }
      }
      if (!waiting) continue;
      const sumsRow = <usize>columnsAtOnce * sizeof<T>();
      const to = outAt(i, j);
      finish<T>(iEnd - i, columns, waitingSums<T>(), sumsRow, to, outRow, outColumn, addendAt(i, j), addendRow, addendColumn, alpha, beta);
    }
  }
}

/** Vectors of the panel of columns that begins where `rest` columns are left. */
// @inline
function vectorsOf<T extends number>(rest: i32): i32 {
  return rest > lanes<T>() ? 2 : 1;
}

/** Packs panels of the right side; only one that is not full when the others are read where they lie. */
function packColumns<T extends number>(j: i32, columns: i32, p: i32, length: i32, lies: bool): void {
  for (let at = 0; at < columns; at += wide<T>()) {
    const width = vectorsOf<T>(columns - at) * lanes<T>();
    const count = min(width, columns - at);
    if (lies && count === width) continue;
    pack<T>(width, count, length, rightAt(p, j + at), rightColumn, rightRow, packedColumns<T>() + <usize>(at * length) * sizeof<T>());
  }
}

/** The sums of `length` products of a block of rows, which are packed here, and the columns that have been packed. */
function multiplyBlock<T extends number>(
  row: i32,
  rows: i32,
  j: i32,
  columns: i32,
  p: i32,
  length: i32,
  rightLies: bool,
  plain: bool,
  waiting: bool,
  alpha: T,
  beta: T,
): void {
  const fours = foursIn(rows);
  const talls = tallsIn(rows, fours);
  const sumsRow = <usize>columnsAtOnce * sizeof<T>();
  // A left side that is transposed already lies as its panels would; with few columns to meet it is not worth moving.
  const leftLies = leftRow === sizeof<T>() && columns <= 2 * wide<T>();
  for (let panel = 0; panel < talls + fours; panel++) {
    const at = panel < talls ? panel * tall : talls * tall + 4 * (panel - talls);
    const height = panel < talls ? tall : 4;
    const count = min(height, rows - at);
    if (leftLies && count === height) continue;
    pack<T>(height, count, length, leftAt(row + at, p), leftRow, leftColumn, scratch + <usize>(at * length) * sizeof<T>());
  }
  const vectorAddends = addend !== 0 && addendColumn === sizeof<T>() && outColumn === sizeof<T>();
  for (let column = 0; column < columns; column += wide<T>()) {
    const vectors = vectorsOf<T>(columns - column);
    const across = min(vectors * lanes<T>(), columns - column);
    const fullAcross = across === vectors * lanes<T>();
    const bLies = rightLies && fullAcross;
    const b = bLies ? rightAt(p, j + column) : packedColumns<T>() + <usize>(column * length) * sizeof<T>();
    const bStep: usize = bLies ? rightRow : <usize>vectors * 16;
    for (let panel = 0; panel < talls + fours; panel++) {
      const at = panel < talls ? panel * tall : talls * tall + 4 * (panel - talls);
      const height = panel < talls ? tall : 4;
      const down = min(height, rows - at);
      const aLies = leftLies && down === height;
      const a = aLies ? leftAt(row + at, p) : scratch + <usize>(at * length) * sizeof<T>();
      const aStep: usize = aLies ? leftColumn : <usize>height * sizeof<T>();
      if (waiting) {
        const to = waitingSums<T>() + <usize>at * sumsRow + <usize>column * sizeof<T>();
        tileOf<T>(height, vectors, length, a, aStep, b, bStep, to, sumsRow, p > 0);
        continue;
      }
      const to = outAt(row + at, j + column);
      if (plain && fullAcross && down === height) {
        tileOf<T>(height, vectors, length, a, aStep, b, bStep, to, outRow, p > 0);
        continue;
      }
      if (vectorAddends && p === 0 && vectors === 2 && fullAcross && height === tall && down === tall) {
        scaledTile<T>(length, a, aStep, b, bStep, to, outRow, alpha, beta, addendAt(row + at, j + column), addendRow);
        continue;
      }
      tileOf<T>(height, vectors, length, a, aStep, b, bStep, spareTile<T>(), 32, false);
      if (plain) finish<T>(down, across, spareTile<T>(), 32, to, outRow, outColumn, p > 0 ? to : 0, outRow, outColumn, <T>1, <T>1);
      else
        finish<T>(
          down,
          across,
          spareTile<T>(),
          32,
          to,
          outRow,
          outColumn,
          addendAt(row + at, j + column),
          addendRow,
          addendColumn,
          alpha,
          beta,
        );
    }
  }
}
