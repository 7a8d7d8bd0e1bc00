import * as term from "../../formula/term.ts";
import { mul } from "../arithmetic/mul.ts";
import type { Complex } from "../define.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { sigmoid } from "./sigmoid.ts";
import { chosen, exponential, logarithm, negative, plus, real, unsigned } from "../complex.ts";
import { less } from "../logic/comparison.ts";
import { filled } from "../shape/expand.ts";

export const Softplus = elementwiseUnary({
  type: "Softplus",
  since: 1,
  category: "activation",
  summary: "ln(1 + exp(x)), a smooth form of ReLU.",
  // Only the exponential of negative numbers, which cannot overflow.
  f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  calls: "softplus",
  gradient: (g, x) => mul(g, sigmoid(x)),
  complex: (z) => complexSoftplus(z),
  display: {
    label: "softplus",
    formula: ([x]) => term.call("ln", term.sum(1, term.exponential(x))),
    derivatives: ([x]) => [term.call("σ", x)],
  },
});

export function complexSoftplus(z: Complex): Complex {
  const excess = logarithm(plus(1, exponential(negative(unsigned(z)))));
  return plus(excess, chosen(less(z.re, 0), real(filled(0, z.re)), z));
}

export const softplus = unary(Softplus);
