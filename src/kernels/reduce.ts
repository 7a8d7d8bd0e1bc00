import { sizeOf, stridesOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { stridedPlaces } from "./elementwise.ts";

/** A summary of many numbers: starts at `initial`, takes them in one by one, and ends in `finish`. */
export interface Reduction {
  readonly initial: number;
  readonly step: (accumulated: number, x: number) => number;
  readonly finish?: (accumulated: number, count: number) => number;
}

/** Reduces `x` along `axes` (normal, not negative) into `out`, whose elements run over the other axes in order. */
export function reduce(reduction: Reduction, x: Tensor, axes: readonly number[], out: Tensor): void {
  const { initial, step, finish = (accumulated: number) => accumulated } = reduction;
  const strides = stridesOf(x.shape);
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const shapeOf = (list: readonly number[]): number[] => list.map((axis) => x.shape[axis]);
  const stridesAlong = (list: readonly number[]): number[] => list.map((axis) => strides[axis]);
  const count = sizeOf(shapeOf(axes));
  const offsets = placesAlong(shapeOf(axes), stridesAlong(axes));
  const starts = stridedPlaces([stridesAlong(kept)], shapeOf(kept));
  for (let i = 0; i < out.data.length; i++) {
    const start = starts.next()[0];
    let accumulated = initial;
    for (let k = 0; k < count; k++) accumulated = step(accumulated, x.data[start + offsets[k]]);
    out.data[i] = finish(accumulated, count);
  }
}

function placesAlong(shape: readonly number[], strides: readonly number[]): Int32Array {
  const places = new Int32Array(sizeOf(shape));
  const walk = stridedPlaces([strides], shape);
  for (let k = 0; k < places.length; k++) places[k] = walk.next()[0];
  return places;
}
