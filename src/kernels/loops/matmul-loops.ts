import type { Data } from "../../tensor/dtype.ts";
import type { Matrix, Scaling } from "../matrix.ts";

/** Below this number of products the plain loop is faster than packing. */
const fewProducts = 2048;
/** Elements of the packed columns of the right matrix: half a megabyte, which stays in the second-level cache. */
const panelElements = 65_536;

/** out = left · right, or its scaling. Sums of products are kept in doubles, in the order of the inner index, and rounded once. */
export function multiplyByLoops(left: Matrix, right: Matrix, out: Matrix, scaling: Scaling | null): void {
  const [m, n, k] = [out.rows.count, out.columns.count, left.columns.count];
  if (n < 4 || m * n * k <= fewProducts) multiplyByDots(left, right, out, scaling);
  else if (m < 4) multiplyByRows(left, right, out, scaling);
  else multiplyByTiles(left, right, out, scaling);
}

function store(out: Matrix, i: number, j: number, sum: number, scaling: Scaling | null): void {
  let value = sum;
  if (scaling !== null) {
    const { alpha, beta, addend } = scaling;
    value = alpha * sum;
    if (beta !== 0) value += beta * addend.data[addend.offset + addend.rows.table[i] + addend.columns.table[j]];
  }
  out.data[out.offset + out.rows.table[i] + out.columns.table[j]] = value;
}

function multiplyByDots(left: Matrix, right: Matrix, out: Matrix, scaling: Scaling | null): void {
  const { data: a } = left;
  const { data: b } = right;
  const [aRows, aInner, bInner, bColumns] = [left.rows.table, left.columns.table, right.rows.table, right.columns.table];
  for (let i = 0; i < out.rows.count; i++) {
    const row = left.offset + aRows[i];
    for (let j = 0; j < out.columns.count; j++) {
      const column = right.offset + bColumns[j];
      let sum = 0;
      for (let p = 0; p < aInner.length; p++) sum += a[row + aInner[p]] * b[column + bInner[p]];
      store(out, i, j, sum, scaling);
    }
  }
}

/** For few rows: the right matrix is read once, along its rows. */
function multiplyByRows(left: Matrix, right: Matrix, out: Matrix, scaling: Scaling | null): void {
  const { data: b } = right;
  const [aRows, aInner, bInner, columns] = [left.rows.table, left.columns.table, right.rows.table, right.columns.table];
  const sums = new Float64Array(columns.length);
  for (let i = 0; i < out.rows.count; i++) {
    sums.fill(0);
    for (let p = 0; p < aInner.length; p++) {
      const factor = left.data[left.offset + aRows[i] + aInner[p]];
      const row = right.offset + bInner[p];
      for (let j = 0; j < columns.length; j++) sums[j] += factor * b[row + columns[j]];
    }
    for (let j = 0; j < columns.length; j++) store(out, i, j, sums[j], scaling);
  }
}

/**
 * Tiles of 4 × 4 sums that stay in registers. Both matrices are packed, so that a tile reads its 4 rows and 4 columns as runs:
 *
 *     packed rows      a0p a1p a2p a3p  for p = 0, 1, …        packed columns   bp0 bp1 bp2 bp3  for p = 0, 1, …
 */
function multiplyByTiles(left: Matrix, right: Matrix, out: Matrix, scaling: Scaling | null): void {
  const [m, n, k] = [out.rows.count, out.columns.count, left.columns.count];
  const width = Math.min(4 * Math.ceil(n / 4), Math.max(4, Math.floor(panelElements / k / 4) * 4));
  const rows = new Float64Array(4 * k);
  const columns = new Float64Array(width * k);
  const tile = new Float64Array(16);
  for (let left0 = 0; left0 < n; left0 += width) {
    const end = Math.min(n, left0 + width);
    for (let j = left0; j < end; j += 4) {
      pack(right.data, right.offset, right.columns.table, j, right.rows.table, columns, (j - left0) * k);
    }
    for (let i = 0; i < m; i += 4) {
      pack(left.data, left.offset, left.rows.table, i, left.columns.table, rows, 0);
      const tall = Math.min(4, m - i);
      for (let j = left0; j < end; j += 4) {
        multiplyTile(rows, columns, (j - left0) * k, 4 * k, tile);
        const wide = Math.min(4, end - j);
        for (let r = 0; r < tall; r++) for (let c = 0; c < wide; c++) store(out, i + r, j + c, tile[4 * r + c], scaling);
      }
    }
  }
}

/** Packs four lines of a matrix, from `first` on, interleaved; zeros stand in for lines beyond the last. */
function pack(data: Data, offset: number, lines: Int32Array, first: number, along: Int32Array, packed: Float64Array, start: number): void {
  for (let line = 0; line < 4; line++) {
    if (first + line >= lines.length) {
      for (let p = 0; p < along.length; p++) packed[start + 4 * p + line] = 0;
      continue;
    }
    const from = offset + lines[first + line];
    for (let p = 0; p < along.length; p++) packed[start + 4 * p + line] = data[from + along[p]];
  }
}

/** The 16 sums of products of four packed rows with four packed columns, `length` packed elements each. */
function multiplyTile(a: Float64Array, b: Float64Array, start: number, length: number, tile: Float64Array): void {
  let c00 = 0,
    c01 = 0,
    c02 = 0,
    c03 = 0;
  let c10 = 0,
    c11 = 0,
    c12 = 0,
    c13 = 0;
  let c20 = 0,
    c21 = 0,
    c22 = 0,
    c23 = 0;
  let c30 = 0,
    c31 = 0,
    c32 = 0,
    c33 = 0;
  for (let p = 0; p < length; p += 4) {
    const b0 = b[start + p],
      b1 = b[start + p + 1],
      b2 = b[start + p + 2],
      b3 = b[start + p + 3];
    const a0 = a[p],
      a1 = a[p + 1],
      a2 = a[p + 2],
      a3 = a[p + 3];
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  tile[0] = c00;
  tile[1] = c01;
  tile[2] = c02;
  tile[3] = c03;
  tile[4] = c10;
  tile[5] = c11;
  tile[6] = c12;
  tile[7] = c13;
  tile[8] = c20;
  tile[9] = c21;
  tile[10] = c22;
  tile[11] = c23;
  tile[12] = c30;
  tile[13] = c31;
  tile[14] = c32;
  tile[15] = c33;
}
