import * as term from "../../formula/term.ts";
import { direct } from "../../kernels/element.ts";
import type { Value } from "../../ir/graph.ts";
import { defineOp, floats, variadic, rounded } from "../define.ts";
import { broadcastAll, noAttributes } from "../elementwise.ts";
import { one } from "../express.ts";
import { add } from "./add.ts";

const total = { ...direct("add", 2, (a, b) => a + b), folds: true };

export const Sum = defineOp({
  type: "Sum",
  since: 13,
  category: "arithmetic",
  summary: "The sum of any number of tensors, under broadcasting.",
  inputs: variadic({ name: "data_0", type: "T", differentiable: true }),
  outputs: [{ name: "sum" }],
  types: { T: floats },
  attributes: noAttributes,
  traits: ["elementwise", "linear"],
  infer: (inputs) => [{ dtype: inputs[0].dtype, shape: broadcastAll("Sum", inputs) }],
  element: () => total,
  vjp: ({ inputs, grads: [g] }) => inputs.map(() => g),
  accuracy: rounded,
  display: { label: "Σ", formula: (operands) => term.sum(...operands), derivatives: (operands) => operands.map(() => term.number(1)) },
  syntax: { names: [{ name: "sum" }] },
  probes: [{ inputs: [[3], [3], [3]] }, { inputs: [[2, 3], [3], []] }, { inputs: [[4]] }],
});

/** The sum of one or more values of one shape. */
export function sumOf(values: readonly Value[]): Value {
  if (values.length === 1) return values[0];
  return values.length === 2 ? add(values[0], values[1]) : one(Sum, values);
}
