import * as term from "../../formula/term.ts";
import { anyType, defineOp, rounded } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { unary } from "../express.ts";

export const Identity = defineOp({
  type: "Identity",
  since: 21,
  category: "arithmetic",
  summary: "The same numbers again.",
  inputs: [{ name: "input", type: "V", differentiable: true }],
  outputs: [{ name: "output" }],
  types: { V: anyType },
  attributes: noAttributes,
  traits: ["elementwise", "linear", "view"],
  infer: ([x]) => [x],
  kernel: ([x], [y]) => y.data.set(x.data),
  vjp: ({ grads: [g] }) => [g],
  accuracy: rounded,
  display: { label: "=", formula: ([x]) => x, derivatives: () => [term.number(1)] },
  probes: [{ inputs: [[2, 3]] }, { inputs: [[]] }],
});

export const identity = unary(Identity);
