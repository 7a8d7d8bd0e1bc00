import { bytesPerElement } from "../../tensor/dtype.ts";
import { type Shape, stridesOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { addressOf, type Workspace } from "../workspace.ts";
import { wordsOfCopyBlock, writeCopyBlock, writeWalkAxis } from "./generated/blocks.ts";

/** An axis of a copy, and how far apart its elements are read and written. */
interface Axis {
  size: number;
  readonly from: number;
  readonly to: number;
}

const single: Axis = { size: 1, from: 0, to: 0 };

/** Copies what `strides` read from `offset` on into `to`, by the kernel. Nothing may be empty. */
export function copyByKernel(space: Workspace, from: Tensor, strides: readonly number[], offset: number, to: Tensor): void {
  const bytes = bytesPerElement[to.dtype];
  const [columns = single, ...others] = mergedAxes(to.shape, strides);
  // Where columns lie apart, rows that lie together are read with them, piece by piece.
  const at = columns.from === 0 || columns.from === 1 ? 0 : others.findIndex((axis) => Math.abs(axis.from) === 1);
  const [rows = single] = at < 0 ? [] : others.splice(at, 1);
  const block = writeCopyBlock(space.block, {
    from: addressOf(from) + offset * bytes,
    to: addressOf(to),
    columns: columns.size,
    step: columns.from,
    rows: rows.size,
    fromRow: rows.from,
    toRow: rows.to,
    axes: others.length,
  });
  let end = wordsOfCopyBlock;
  for (const { size, from: stride } of others) end = writeWalkAxis(space.block, { size, stride }, end);
  for (const { size, to: stride } of others) end = writeWalkAxis(space.block, { size, stride }, end);
  // As much as one thread copies in its cache.
  space.run(`copy_${bytes}`, to.data.length * 0.5, block);
}

/** The innermost axis first; neighbours that are read and written as one are one. */
function mergedAxes(shape: Shape, strides: readonly number[]): Axis[] {
  const axes: Axis[] = [];
  const writes = stridesOf(shape);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const last = axes.at(-1);
    if (shape[axis] === 1) continue;
    if (last !== undefined && strides[axis] === last.from * last.size) last.size *= shape[axis];
    else axes.push({ size: shape[axis], from: strides[axis], to: writes[axis] });
  }
  return axes;
}
