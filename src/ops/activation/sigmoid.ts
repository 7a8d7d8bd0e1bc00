import * as term from "../../formula/term.ts";
import { mul } from "../arithmetic/mul.ts";
import { neg } from "../arithmetic/neg.ts";
import type { Complex } from "../define.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { chosen, exponential, negative, over, plus, times, unsigned } from "../complex.ts";
import { less } from "../logic/comparison.ts";

/** Only exponentials of negative numbers, which cannot overflow. */
function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

export const Sigmoid = elementwiseUnary({
  type: "Sigmoid",
  since: 13,
  category: "activation",
  summary: "The logistic function 1 / (1 + exp(-x)).",
  f: logistic,
  calls: "sigmoid",
  // σ(-x) is 1 - σ(x) without the loss of digits where σ(x) is close to 1.
  gradient: (g, x, y) => mul(g, mul(y, sigmoid(neg(x)))),
  complex: (z) => complexSigmoid(z),
  display: {
    label: "σ",
    formula: ([x]) => term.call("σ", x),
    derivatives: ([x]) => [term.product(term.call("σ", x), term.difference(1, term.call("σ", x)))],
  },
  syntax: { names: [{ name: "expit" }, { name: "logistic" }, { name: "σ" }] },
});

/** As for real numbers, only exponentials that cannot overflow. */
export function complexSigmoid(z: Complex): Complex {
  const e = exponential(negative(unsigned(z)));
  const upper = over(1, plus(1, e));
  return chosen(less(z.re, 0), times(e, upper), upper);
}

export const sigmoid = unary(Sigmoid);
