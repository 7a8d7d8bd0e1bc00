import { sizeOf, type Shape, stridesOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** How many elements lie before and after an axis: a tensor is `outer` blocks of (size of the axis × `inner`) elements. */
export const blocksAround = (shape: Shape, axis: number): { outer: number; inner: number } => ({
  outer: sizeOf(shape.slice(0, axis)),
  inner: sizeOf(shape.slice(axis + 1)),
});

/** Lays `parts` one after another along `axis` of `out`. */
export function join(parts: readonly Tensor[], axis: number, out: Tensor): void {
  const { outer, inner } = blocksAround(out.shape, axis);
  const row = out.shape[axis] * inner;
  let start = 0;
  for (const { data, shape } of parts) {
    const length = shape[axis] * inner;
    copyBlocks(data, 0, length, out.data, start, row, outer, length);
    start += length;
  }
}

/** Cuts `x` along `axis` into `parts`, in order. */
export function cut(x: Tensor, axis: number, parts: readonly Tensor[]): void {
  const { outer, inner } = blocksAround(x.shape, axis);
  const row = x.shape[axis] * inner;
  let start = 0;
  for (const { data, shape } of parts) {
    const length = shape[axis] * inner;
    copyBlocks(x.data, start, row, data, 0, length, outer, length);
    start += length;
  }
}

/** Copies `count` blocks of `length` elements, which lie `fromStep` apart in `from` and `toStep` apart in `to`. */
function copyBlocks(
  from: Tensor["data"],
  fromStart: number,
  fromStep: number,
  to: Tensor["data"],
  toStart: number,
  toStep: number,
  count: number,
  length: number,
): void {
  for (let block = 0; block < count; block++) {
    const source = fromStart + block * fromStep;
    const target = toStart + block * toStep;
    if (length > 32) to.set(from.subarray(source, source + length), target);
    else for (let i = 0; i < length; i++) to[target + i] = from[source + i];
  }
}

/** For every axis of a result, the index of the operand that each place reads; -1 where it reads none. */
export type IndexTables = readonly Int32Array[];

/** Fills every place of `out` from the place of `x` that the tables name, or with `fill` where any of them names none. */
export function copyByTables(x: Tensor, tables: IndexTables, fill: number, out: Tensor): void {
  const { shape, data: to } = out;
  if (to.length === 0) return;
  if (shape.length === 0) {
    to[0] = x.data[0];
    return;
  }
  const strides = stridesOf(x.shape);
  const last = shape.length - 1;
  const columns = tables[last];
  const index = new Array<number>(last).fill(0);
  for (let at = 0; at < to.length; at += columns.length) {
    let start = 0;
    for (let axis = 0; axis < last && start >= 0; axis++) {
      const place = tables[axis][index[axis]];
      start = place < 0 ? -1 : start + place * strides[axis];
    }
    if (start < 0) to.fill(fill, at, at + columns.length);
    else for (let i = 0; i < columns.length; i++) to[at + i] = columns[i] < 0 ? fill : x.data[start + columns[i]];
    for (let axis = last - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
}

/** Copies the triangle of every trailing matrix on one side of the k-th diagonal, that diagonal included; 0 elsewhere. */
export function triangle(x: Tensor, upper: boolean, k: number, out: Tensor): void {
  const rows = x.shape[x.shape.length - 2];
  const columns = x.shape[x.shape.length - 1];
  for (let start = 0, row = 0; start < out.data.length; start += columns, row = (row + 1) % rows) {
    for (let column = 0; column < columns; column++) {
      const kept = upper ? column - row >= k : column - row <= k;
      out.data[start + column] = kept ? x.data[start + column] : 0;
    }
  }
}
