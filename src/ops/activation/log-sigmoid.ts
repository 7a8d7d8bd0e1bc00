import * as term from "../../formula/term.ts";
import { neg } from "../arithmetic/neg.ts";
import { defineOp, floats } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { activationProbes } from "./family.ts";
import { softplus } from "./softplus.ts";

export const LogSigmoid = defineOp({
  type: "LogSigmoid",
  category: "activation",
  summary:
    "ln σ(x), the logarithm of the sigmoid of every element, as -softplus(-x), which no element makes infinite or rounds to 0 early.",
  inputs: [{ name: "X", type: "T", differentiable: true }],
  outputs: [{ name: "Y" }],
  types: { T: floats },
  attributes: noAttributes,
  traits: ["elementwise"],
  body: ([x]) => [neg(softplus(neg(x)))],
  display: {
    label: "ln σ",
    formula: ([x]) => term.call("ln", term.call("σ", x)),
    derivatives: ([x]) => [term.call("σ", term.negative(x))],
  },
  probes: activationProbes(),
});
