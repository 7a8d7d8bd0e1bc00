import { z } from "zod";
import * as term from "../../formula/term.ts";
import { formatShape, sameShape } from "../../tensor/shape.ts";
import { axisWithin } from "../axes.ts";
import { anyType, defineOp, variadic } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { called } from "../notation.ts";
import { concat } from "./concat.ts";
import { unsqueeze } from "./unsqueeze.ts";

export const Stack = defineOp({
  type: "Stack",
  category: "shape",
  summary: "Tensors of one shape side by side along a new axis, the first of the result unless told.",
  inputs: variadic({ name: "inputs", type: "T", differentiable: true }),
  outputs: [{ name: "stacked" }],
  types: { T: anyType },
  attributes: z.strictObject({ axis: z.int().default(0) }),
  traits: ["linear"],
  body: (inputs, { axis }) => {
    const [{ shape }] = inputs;
    const other = inputs.findIndex((input) => !sameShape(input.shape, shape));
    if (other >= 0) {
      const message = `Stack puts tensors of one shape side by side, not ${formatShape(inputs[other].shape)} beside ${formatShape(shape)}`;
      throw new OperatorError("shape", message, { input: other });
    }
    const along = axisWithin(axis, shape.length + 1);
    return [
      concat(
        inputs.map((input) => unsqueeze(input, [along])),
        along,
      ),
    ];
  },
  display: {
    label: "stack",
    formula: called("list"),
    cotangents: (operands, _, delta) => operands.map((__, at) => term.element(delta, at)),
  },
  probes: [
    { inputs: [[], [], []] },
    {
      inputs: [
        [2, 3],
        [2, 3],
      ],
      attributes: { axis: -1 },
    },
    { inputs: [[3]] },
  ],
  syntax: { around: "[" },
});
