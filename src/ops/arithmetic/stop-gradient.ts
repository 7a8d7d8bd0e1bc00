import * as term from "../../formula/term.ts";
import { direct } from "../../kernels/element.ts";
import { anyType, defineOp } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { unary } from "../express.ts";
import { called } from "../notation.ts";

const same = direct("copy", 1, (x) => x);

export const StopGradient = defineOp({
  type: "StopGradient",
  category: "arithmetic",
  summary: "The same numbers again, as if they were constants: no gradient flows back through it.",
  inputs: [{ name: "input", type: "V" }],
  outputs: [{ name: "output" }],
  types: { V: anyType },
  attributes: noAttributes,
  traits: ["elementwise"],
  infer: ([x]) => [x],
  element: () => same,
  vjp: null,
  display: { label: "stop", formula: called("sg"), derivatives: () => [term.number(0)] },
  probes: [{ inputs: [[2, 3]] }, { inputs: [[]] }],
  syntax: { names: [{ name: "detach" }] },
});

export const stopGradient = unary(StopGradient);
