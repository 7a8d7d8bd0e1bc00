import * as term from "../../formula/term.ts";
import { defineOp, floats, variadic } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { called } from "../notation.ts";
import { div } from "./div.ts";
import { isInf } from "../logic/classification.ts";
import { sumOf } from "./sum.ts";
import { where } from "./where.ts";

export const Mean = defineOp({
  type: "Mean",
  since: 13,
  category: "arithmetic",
  summary: "The mean of any number of tensors, element by element, under broadcasting.",
  inputs: variadic({ name: "data_0", type: "T", differentiable: true }),
  outputs: [{ name: "mean" }],
  types: { T: floats },
  attributes: noAttributes,
  traits: ["elementwise", "linear"],
  // A sum may overflow where the mean does not.
  body: (inputs) => {
    const sum = sumOf(inputs);
    const shares = sumOf(inputs.map((x) => div(x, inputs.length)));
    return [where(isInf(sum), shares, div(sum, inputs.length))];
  },
  display: {
    label: "mean",
    formula: called("mean"),
    derivatives: (operands) => operands.map(() => term.quotient(1, operands.length)),
  },
  syntax: { names: [{ name: "average" }, { name: "avg" }, { name: "mean" }] },
  probes: [{ inputs: [[3], [3], [3]] }, { inputs: [[2, 3], [3], []] }, { inputs: [[4]] }],
});
