import { z } from "zod";
import { constant, type Value } from "../ir/graph.ts";
import { normalizeAxis, type Shape } from "../tensor/shape.ts";
import { type Tensor, tensorOf } from "../tensor/tensor.ts";
import { OperatorError } from "./errors.ts";

/** ONNX writes flags as 0 and 1; JSON clients write booleans. */
export const flag = z.union([z.boolean(), z.literal(0), z.literal(1)]).transform(Boolean);

/** One axis, normalised; throws OperatorError when it lies outside the rank. */
export function axisWithin(axis: number, rank: number, place: { input?: number; attribute?: string } = { attribute: "axis" }): number {
  const normal = normalizeAxis(axis, rank);
  if (normal === null) {
    const range = rank === 0 ? "a scalar has no axes" : `expected -${rank} to ${rank - 1}`;
    throw new OperatorError(place.input === undefined ? "attribute" : "shape", `axis ${axis} is outside the rank ${rank}: ${range}`, place);
  }
  return normal;
}

/** Distinct axes, normalised and in rising order. */
export function axesWithin(
  axes: Iterable<number>,
  rank: number,
  place: { input?: number; attribute?: string } = { attribute: "axes" },
): number[] {
  const normal = Array.from(axes, (axis) => axisWithin(axis, rank, place)).sort((a, b) => a - b);
  const twice = normal.find((axis, at) => at > 0 && axis === normal[at - 1]);
  if (twice !== undefined) throw new OperatorError("attribute", `axis ${twice} is named twice`, place);
  return normal;
}

/** The numbers of a static input; `apply` has checked that they are known. */
export const staticNumbers = (value: Value | Tensor): number[] => {
  const tensor = "data" in value ? value : value.known;
  if (tensor === null) throw new OperatorError("static", "a shape depends on numbers that are not known");
  return Array.from(tensor.data);
};

/** A constant one-dimensional int64 tensor, as shapes and axes are passed. */
export const int64s = (numbers: readonly number[]): Value => constant(tensorOf("int64", [numbers.length], numbers));

/** Which axis one that stays is when `axes` are reduced. */
export const keptAxis = (axis: number, axes: readonly number[], keepdims: boolean): number =>
  keepdims ? axis : axis - axes.filter((reduced) => reduced < axis).length;

/** The shape left when `axes` are reduced. */
export const reducedShape = (shape: Shape, axes: readonly number[], keepdims: boolean): Shape =>
  keepdims ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : shape.filter((_, axis) => !axes.includes(axis));
