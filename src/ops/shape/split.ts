import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { cut } from "../../kernels/copy.ts";
import { formatShape, type Shape } from "../../tensor/shape.ts";
import { apply } from "../apply.ts";
import { axisWithin, int64s, staticNumbers } from "../axes.ts";
import { anyType, defineOp, variadic } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { called } from "../notation.ts";
import { concat } from "./concat.ts";

export const Split = defineOp({
  type: "Split",
  since: 18,
  category: "shape",
  summary:
    "The input cut along an axis: into pieces of the sizes in split, or into num_outputs equal ones (as many as the node names when that is left out too), of which the last may be smaller.",
  inputs: [
    { name: "input", type: "T", differentiable: true },
    { name: "split", type: "Tind", optional: true, static: true, list: true },
  ],
  outputs: variadic({ name: "outputs" }),
  types: { T: anyType, Tind: ["int64"] },
  attributes: z.strictObject({ axis: z.int().default(0), num_outputs: z.int().min(1).optional() }),
  traits: ["linear"],
  infer: ([x, split], { axis, num_outputs }, outputCount) => {
    const along = axisWithin(axis, x.shape.length);
    const sizes = split === null ? equalSizes(x.shape, along, num_outputs ?? outputCount) : staticNumbers(split);
    checkSizes(sizes, x.shape, along, outputCount);
    return sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.with(along, size) }));
  },
  kernel: ([x], outputs, { axis }) => cut(x, axisWithin(axis, x.shape.length), outputs),
  rows: ([row], [x], { axis }) => (row === axisWithin(axis, x.shape.length) ? null : row),
  vjp: ({ grads, attributes: { axis } }) => [concat(grads, axis), null],
  display: { label: "split", formula: called("split", 1), cotangents: (_, __, delta) => [term.call("concat", delta), null] },
  probes: [
    { inputs: [[4, 2]], attributes: { num_outputs: 2 }, outputs: 2 },
    { inputs: [[2, 5]], attributes: { axis: -1, num_outputs: 3 }, outputs: 3 },
    { inputs: [[2, 5], { values: [4, 0, 1], shape: [3], dtype: "int64" }], attributes: { axis: 1 }, outputs: 3 },
  ],
});

function equalSizes(shape: Shape, axis: number, count: number): number[] {
  const size = Math.ceil(shape[axis] / count);
  const last = shape[axis] - size * (count - 1);
  if (last < 0) {
    throw new OperatorError("attribute", `axis ${axis} of ${formatShape(shape)} is too short for ${count} pieces`, {
      attribute: "num_outputs",
    });
  }
  return [...new Array<number>(count - 1).fill(size), last];
}

function checkSizes(sizes: readonly number[], shape: Shape, axis: number, outputCount: number): void {
  const sum = sizes.reduce((total, size) => total + size, 0);
  if (sum !== shape[axis] || sizes.some((size) => size < 0)) {
    const message = `the pieces [${sizes.join(", ")}] do not make up axis ${axis} of ${formatShape(shape)}`;
    throw new OperatorError("shape", message, { input: 1 });
  }
  if (sizes.length !== outputCount) {
    throw new OperatorError("arity", `Split makes ${sizes.length} pieces, but the node names ${outputCount} outputs`);
  }
}

/** `x` cut along `axis` into pieces of the given sizes. */
export function split(x: Value, sizes: readonly number[], axis: number): readonly Value[] {
  return sizes.length === 1 ? [x] : apply(Split, [x, int64s(sizes)], { axis }, sizes.length);
}
