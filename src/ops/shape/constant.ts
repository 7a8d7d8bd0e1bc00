import { z } from "zod";
import * as term from "../../formula/term.ts";
import { type Tensor, tensorOf } from "../../tensor/tensor.ts";
import { staticNumbers } from "../axes.ts";
import { defineOp } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { literal, tensorOfLiteral } from "../literal.ts";
import { called } from "../notation.ts";
import { indexProbe } from "./indices.ts";

const constantAttributes = z.strictObject({
  value: literal.optional(),
  value_float: z.number().optional(),
  value_floats: z.array(z.number()).optional(),
  value_int: z.int().optional(),
  value_ints: z.array(z.int()).optional(),
});

export const Constant = defineOp({
  type: "Constant",
  since: 21,
  category: "shape",
  summary:
    "A tensor written out in one attribute: value (a number, a nested list, or dtype, shape and data), value_float and value_floats (float32), or value_int and value_ints (int64).",
  inputs: [],
  outputs: [{ name: "output" }],
  types: {},
  attributes: constantAttributes,
  infer: (_, attributes) => [written(attributes)],
  kernel: (_, [output], attributes) => output.data.set(written(attributes).data),
  vjp: null,
  display: { label: "const", formula: () => term.words("const") },
  probes: [
    {
      inputs: [],
      attributes: {
        value: [
          [1, 2],
          [3, "Infinity"],
        ],
      },
    },
    { inputs: [], attributes: { value: { dtype: "int64", shape: [2], data: [3, 4] } } },
    { inputs: [], attributes: { value_float: 0.5 } },
    { inputs: [], attributes: { value_ints: [1, 2, 3] } },
  ],
});

function written(attributes: z.output<typeof constantAttributes>): Tensor {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  if (given.length !== 1) {
    const names = Object.keys(constantAttributes.shape).join(", ");
    throw new OperatorError("attribute", `Constant takes exactly one of ${names}, not ${given.length}`, {
      attribute: given[1]?.[0] ?? "value",
    });
  }
  const { value, value_float, value_floats, value_int, value_ints } = attributes;
  if (value !== undefined) return tensorOfLiteral(value);
  const list = value_floats ?? value_ints;
  const dtype = value_float !== undefined || value_floats !== undefined ? "float32" : "int64";
  return list === undefined ? tensorOf(dtype, [], [value_float ?? value_int ?? 0]) : tensorOf(dtype, [list.length], list);
}

export const ConstantOfShape = defineOp({
  type: "ConstantOfShape",
  since: 21,
  category: "shape",
  summary:
    "A tensor of the given shape that holds one number everywhere: the value attribute, a tensor of one element (float32 0 unless told).",
  inputs: [{ name: "input", type: "T1", static: true, list: true }],
  outputs: [{ name: "output" }],
  types: { T1: ["int64"] },
  attributes: z.strictObject({ value: literal.default({ dtype: "float32", shape: [1], data: [0] }) }),
  infer: ([input], { value }) => {
    const shape = staticNumbers(input);
    if (value.data.length !== 1) {
      throw new OperatorError("attribute", `value of ConstantOfShape holds one element, not ${value.data.length}`, { attribute: "value" });
    }
    if (input.shape.length !== 1 || shape.some((size) => size < 0)) {
      throw new OperatorError("shape", `ConstantOfShape takes a list of sizes from 0 up, not [${shape.join(", ")}]`, { input: 0 });
    }
    return [{ dtype: value.dtype, shape }];
  },
  kernel: (_, [output], { value }) => {
    output.data.fill(Number(value.data[0]));
  },
  vjp: null,
  display: { label: "const", formula: called("full") },
  probes: [
    { inputs: [indexProbe([2], [2, 3])] },
    { inputs: [indexProbe([1], [3])], attributes: { value: { dtype: "int64", data: [7] } } },
    { inputs: [indexProbe([0], [])], attributes: { value: [0.5] } },
  ],
});
