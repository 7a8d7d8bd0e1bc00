import { z } from "zod";
import type { Value } from "../../../ir/graph.ts";
import { logSoftmax, softmax } from "../../../ops/activation/softmax.ts";
import { neg } from "../../../ops/arithmetic/neg.ts";
import { reshape } from "../../../ops/shape/reshape.ts";
import { defineLayer, type Layer } from "../define.ts";

const dim = z
  .int()
  .nullable()
  .default(null)
  .meta({
    description:
      "The dimension that sums to one; negative numbers count from the end. Left out, it is 0 for inputs of zero, one or three dimensions, else 1",
    examples: [1],
  });

/** An operation along a dimension: torch.nn's choice of it where none is named. A single number is taken as a list of one. */
function along(x: Value, dim: number | null, apply: (x: Value, axis: number) => Value): Value {
  const rank = x.shape.length;
  if (rank === 0 && (dim === null || dim === 0 || dim === -1)) return reshape(apply(reshape(x, [1]), 0), []);
  return apply(x, dim ?? (rank === 1 || rank === 3 ? 0 : 1));
}

export const softmaxes: readonly Layer[] = [
  defineLayer({
    type: "Softmax",
    description: "Exponentials divided by their sum along a dimension.",
    arguments: { dim },
    example: { dim: 1 },
    build: (x, { dim }) => along(x, dim, softmax),
  }),
  defineLayer({
    type: "LogSoftmax",
    description: "The logarithm of the softmax along a dimension.",
    arguments: { dim },
    example: { dim: 1 },
    build: (x, { dim }) => along(x, dim, logSoftmax),
  }),
  defineLayer({
    type: "Softmin",
    description: "The softmax of −x along a dimension.",
    arguments: { dim },
    example: { dim: 1 },
    build: (x, { dim }) => along(neg(x), dim, softmax),
  }),
];
