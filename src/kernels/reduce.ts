import { sizeOf, stridesOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { stridedPlaces } from "./elementwise.ts";
import type { Summary } from "./summaries.ts";

/** Reduces `x` along `axes` (normal, not negative) into `out`, whose elements run over the other axes in order. */
export function reduce(summary: Summary, x: Tensor, axes: readonly number[], out: Tensor): void {
  const strides = stridesOf(x.shape);
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const shapeOf = (list: readonly number[]): number[] => list.map((axis) => x.shape[axis]);
  const stridesAlong = (list: readonly number[]): number[] => list.map((axis) => strides[axis]);
  const places = placesAlong(shapeOf(axes), stridesAlong(axes));
  const starts = stridedPlaces([stridesAlong(kept)], shapeOf(kept));
  for (let i = 0; i < out.data.length; i++) out.data[i] = summary(x.data, starts.next()[0], places);
}

/** The places of all elements of a tensor with the given strides, in row-major order. */
export function placesAlong(shape: readonly number[], strides: readonly number[]): Int32Array {
  const places = new Int32Array(sizeOf(shape));
  const walk = stridedPlaces([strides], shape);
  for (let k = 0; k < places.length; k++) places[k] = walk.next()[0];
  return places;
}
