import { z } from "zod";
import * as term from "../../formula/term.ts";
import { looped } from "../../kernels/element.ts";
import { digamma as slopeOfLogGamma, logGamma, polygamma as slopeOfDigamma } from "../../kernels/gamma.ts";
import { defineOp, floats } from "../define.ts";
import type { Value } from "../../ir/graph.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { one, unary } from "../express.ts";
import { mul } from "./mul.ts";

export const LogGamma = elementwiseUnary({
  type: "LogGamma",
  category: "arithmetic",
  summary:
    "The logarithm of the absolute value of the gamma function of every element: ln (n - 1)! at a whole n, infinite at 0 and the negative integers. It has derivatives of every order for positive elements, two for negative ones.",
  f: logGamma,
  gradient: (g, x) => mul(g, digamma(x)),
  between: [0.5, 4],
  display: {
    label: "ln Γ",
    formula: ([x]) => term.call("ln", term.call("abs", term.call("Γ", x))),
    derivatives: ([x]) => [term.call("ψ", x)],
  },
  syntax: { names: [{ name: "lgamma" }, { name: "gammaln" }] },
});

export const Digamma = elementwiseUnary({
  type: "Digamma",
  category: "arithmetic",
  summary: "The derivative ψ of the logarithm of the gamma function at every element; NaN at the negative integers.",
  f: slopeOfLogGamma,
  gradient: (g, x) => mul(g, polygamma(x, 1)),
  between: [0.5, 4],
  display: { label: "ψ", formula: ([x]) => term.call("ψ", x), derivatives: ([x]) => [slopeOf(x, 1)] },
  syntax: { names: [{ name: "ψ" }, { name: "psi" }] },
});

export const Polygamma = defineOp({
  type: "Polygamma",
  category: "arithmetic",
  summary:
    "The derivative of ψ of order n, from 1 up, at every element. For negative elements it is defined here for n = 1 alone, and NaN for others.",
  inputs: [{ name: "X", type: "T", differentiable: true }],
  outputs: [{ name: "Y" }],
  types: { T: floats },
  attributes: z.strictObject({ n: z.int().min(1).max(100).default(1) }),
  traits: ["elementwise"],
  infer: ([x]) => [x],
  element: ({ n }) => looped(1, (x) => slopeOfDigamma(n, x)),
  vjp: ({ inputs: [x], grads: [g], attributes: { n } }) => [n < 100 ? mul(g, polygamma(x, n + 1)) : null],
  accuracy: { value: 3, gradient: 4 },
  display: {
    label: "ψ⁽ⁿ⁾",
    formula: ([x], { n }) => slopeOf(x, Number(n)),
    derivatives: ([x], { n }) => [slopeOf(x, Number(n) + 1)],
  },
  probes: [{ inputs: [{ shape: [5], between: [0.5, 4] }] }, { inputs: [{ shape: [2, 3], between: [0.5, 4] }], attributes: { n: 2 } }],
});

/** ψ⁽ⁿ⁾, the n-th derivative of ψ. */
const slopeOf = (x: term.Term, n: number): term.Term =>
  term.call(`ψ⁽${String(n).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)])}⁾`, x);

export const digamma = unary(Digamma);
export const polygamma = (x: Value, n: number): Value => one(Polygamma, [x], { n });
