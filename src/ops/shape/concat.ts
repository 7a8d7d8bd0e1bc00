import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { join } from "../../kernels/copy.ts";
import { formatShape, type Shape } from "../../tensor/shape.ts";
import type { TensorType } from "../../tensor/tensor.ts";
import { axisWithin } from "../axes.ts";
import { anyType, defineOp, variadic } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { split } from "./split.ts";

export const Concat = defineOp({
  type: "Concat",
  since: 13,
  category: "shape",
  summary: "The inputs one after another along an axis; their other sizes must agree.",
  inputs: variadic({ name: "inputs", type: "T", differentiable: true }),
  outputs: [{ name: "concat_result" }],
  types: { T: anyType },
  attributes: z.strictObject({ axis: z.int() }),
  traits: ["linear"],
  infer: (inputs, { axis }) => [{ dtype: inputs[0].dtype, shape: joined(inputs, axis) }],
  kernel: (inputs, [result], { axis }) => join(inputs, axisWithin(axis, result.shape.length), result),
  // Along their own axis, too, rows come one after another, again and again.
  rows: (axes) => (new Set(axes).size === 1 ? axes[0] : null),
  vjp: ({ inputs, grads: [g], attributes: { axis } }) => {
    const along = axisWithin(axis, g.shape.length);
    const sizes = inputs.map((input) => input.shape[along]);
    return split(g, sizes, along);
  },
  display: {
    label: "concat",
    formula: called("concat"),
    cotangents: (operands, _, delta) => operands.map(() => term.call("slice", delta)),
  },
  probes: [
    {
      inputs: [
        [2, 3],
        [1, 3],
        [2, 3],
      ],
      attributes: { axis: 0 },
    },
    {
      inputs: [
        [2, 1],
        [2, 3],
      ],
      attributes: { axis: -1 },
    },
    { inputs: [[3]], attributes: { axis: 0 } },
  ],
  syntax: {
    names: [
      { name: "cat", attributes: { axis: 0 } },
      { name: "concatenate", attributes: { axis: 0 } },
    ],
  },
});

function joined(inputs: readonly TensorType[], axis: number): Shape {
  const [first] = inputs;
  const along = axisWithin(axis, first.shape.length);
  let size = 0;
  inputs.forEach(({ shape }, at) => {
    const fits = shape.length === first.shape.length && shape.every((length, other) => other === along || length === first.shape[other]);
    if (!fits) {
      const message = `Concat along axis ${along} cannot join ${formatShape(shape)} to ${formatShape(first.shape)}`;
      throw new OperatorError("shape", message, { input: at });
    }
    size += shape[along];
  });
  return first.shape.with(along, size);
}

/** The values one after another along `axis`. */
export const concat = (values: readonly Value[], axis: number): Value => (values.length === 1 ? values[0] : one(Concat, values, { axis }));
