import { isFloating } from "../tensor/dtype.ts";
import { sizeOf, stridesOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import * as codes from "./wasm/assembly/reduce-codes.ts";
import { stridedPlaces } from "./elementwise.ts";
import type { Summary } from "./summaries.ts";
import { wordsOfReduceBlock, writeReduceBlock, writeWalkAxis } from "./wasm/generated/blocks.ts";
import { addressOf, type Workspace, workspaceOf } from "./workspace.ts";

/** Fewer numbers are folded sooner than a kernel is called. */
const leastFolded = 128;

/** Reduces `x` along `axes` (normal, not negative) into `out`, whose elements run over the other axes in order. */
export function reduce(summary: Summary, x: Tensor, axes: readonly number[], out: Tensor): void {
  const space = x.data.length >= leastFolded && isFloating(x.dtype) ? workspaceOf(x, out) : null;
  if (space === null) reduceByLoop(summary, x, axes, out);
  else reduceByKernel(space, summary, x, axes, out);
}

function reduceByLoop({ loop }: Summary, x: Tensor, axes: readonly number[], out: Tensor): void {
  const strides = stridesOf(x.shape);
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const shapeOf = (list: readonly number[]): number[] => list.map((axis) => x.shape[axis]);
  const stridesAlong = (list: readonly number[]): number[] => list.map((axis) => strides[axis]);
  const places = placesAlong(shapeOf(axes), stridesAlong(axes));
  const starts = stridedPlaces([stridesAlong(kept)], shapeOf(kept));
  for (let i = 0; i < out.data.length; i++) out.data[i] = loop(x.data, starts.next()[0], places);
}

/** The places of all elements of a tensor with the given strides, in row-major order. */
function placesAlong(shape: readonly number[], strides: readonly number[]): Int32Array {
  const places = new Int32Array(sizeOf(shape));
  const walk = stridedPlaces([strides], shape);
  for (let k = 0; k < places.length; k++) places[k] = walk.next()[0];
  return places;
}

/** Exponentials cost about as much as ten additions; each of the others costs half a nanosecond at most. */
function reduceByKernel(space: Workspace, { fold, finish }: Summary, x: Tensor, axes: readonly number[], out: Tensor): void {
  const [inner, ...outer] = mergedAxes(x.shape, axes);
  const kept = outer.filter((axis) => !axis.isReduced);
  const folded = outer.filter((axis) => axis.isReduced);
  const block = writeReduceBlock(space.block, {
    fold,
    finish,
    x: addressOf(x),
    out: addressOf(out),
    keepsInner: Number(!inner.isReduced),
    inner: inner.size,
    keptAxes: kept.length,
    reducedAxes: folded.length,
  });
  let end = wordsOfReduceBlock;
  for (const axis of [...kept, ...folded]) end = writeWalkAxis(space.block, axis, end);
  space.run(x.dtype === "float32" ? "reduce_float32" : "reduce_float64", x.data.length * (fold === codes.exponentials ? 2 : 0.3), block);
}

interface Axis {
  size: number;
  readonly stride: number;
  readonly isReduced: boolean;
}

/** The axes as the kernel walks them, the innermost first, neighbours of one kind made one. */
function mergedAxes(shape: readonly number[], reduced: readonly number[]): readonly Axis[] {
  const axes: Axis[] = [];
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis];
    const isReduced = reduced.includes(axis);
    const last = axes.at(-1);
    if (last?.isReduced === isReduced) last.size *= size;
    else if (size !== 1) axes.push({ size, stride, isReduced });
    stride *= size;
  }
  return axes;
}
