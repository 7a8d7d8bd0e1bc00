import { z } from "zod";
import { constant } from "../../../ir/graph.ts";
import { identity } from "../../../ops/arithmetic/identity.ts";
import { gather } from "../../../ops/shape/gather.ts";
import { reshape } from "../../../ops/shape/reshape.ts";
import { formatShape, normalizeAxis, type Shape, sizeOf } from "../../../tensor/shape.ts";
import { scalar } from "../../../tensor/tensor.ts";
import { defineLayer, type Layer, LayerFault } from "../define.ts";

const dimension = (description: string, example: number) => z.int().meta({ description, examples: [example] });

function axisOf(argument: string, axis: number, shape: Shape): number {
  const normal = normalizeAxis(axis, shape.length);
  if (normal !== null) return normal;
  const message = `its ${argument} is ${axis}, but its input of shape ${formatShape(shape)} has ${shape.length} dimensions`;
  throw new LayerFault("index_out_of_range", message, argument);
}

export const shapes: readonly Layer[] = [
  defineLayer({ type: "Identity", description: "The input as it is.", arguments: {}, takes: "anything", build: identity }),
  defineLayer({
    type: "Flatten",
    description: "A run of dimensions joined into one.",
    arguments: {
      start_dim: dimension("The first dimension to join; negative numbers count from the end", 1).default(1),
      end_dim: dimension("The last dimension to join; negative numbers count from the end", -1).default(-1),
    },
    takes: "anything",
    build: (x, { start_dim, end_dim }) => {
      const first = axisOf("start_dim", start_dim, x.shape);
      const last = axisOf("end_dim", end_dim, x.shape);
      if (first > last) throw new LayerFault("invalid_layer", `its start_dim ${start_dim} comes after its end_dim ${end_dim}`, "start_dim");
      return reshape(x, [...x.shape.slice(0, first), sizeOf(x.shape.slice(first, last + 1)), ...x.shape.slice(last + 1)]);
    },
  }),
  defineLayer({
    type: "Unflatten",
    description: "One dimension taken apart into several.",
    arguments: {
      dim: dimension("The dimension to take apart; negative numbers count from the end", 1),
      unflattened_size: z
        .array(z.int().min(-1))
        .min(1)
        .meta({ description: "The sizes that it is taken apart into; one of them may be -1, for what is left over", examples: [[2, 3]] }),
    },
    example: { dim: 1, unflattened_size: [2, 3] },
    takes: "anything",
    build: (x, { dim, unflattened_size }) => {
      const axis = axisOf("dim", dim, x.shape);
      const others = sizeOf(unflattened_size.filter((size) => size !== -1));
      const sizes = unflattened_size.map((size) => (size === -1 ? x.shape[axis] / others : size));
      if (sizeOf(sizes) !== x.shape[axis] || !sizes.every(Number.isInteger)) {
        const message = `dimension ${dim} of its input of shape ${formatShape(x.shape)} cannot be taken apart into ${formatShape(unflattened_size)}`;
        throw new LayerFault("shape_mismatch", message, "unflattened_size");
      }
      return reshape(x, [...x.shape.slice(0, axis), ...sizes, ...x.shape.slice(axis + 1)]);
    },
  }),
  defineLayer({
    type: "Select",
    description: "One element along a dimension, which is dropped, such as the last step of a recurrent layer.",
    arguments: {
      dim: dimension("The dimension to select from; negative numbers count from the end", 0),
      index: dimension("The element to take; negative numbers count from the end", -1),
    },
    example: { dim: 0, index: -1 },
    takes: "anything",
    build: (x, { dim, index }) => {
      const axis = axisOf("dim", dim, x.shape);
      const size = x.shape[axis];
      if (index < -size || index >= size) {
        const message = `its index is ${index}, but dimension ${dim} of its input of shape ${formatShape(x.shape)} has ${size} elements`;
        throw new LayerFault("index_out_of_range", message, "index");
      }
      return gather(x, constant(scalar(index < 0 ? index + size : index, "int64")), axis);
    },
  }),
];
