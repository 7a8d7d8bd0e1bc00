import * as term from "../../formula/term.ts";
import { logarithm, minus, over } from "../complex.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";
import { sub } from "./sub.ts";

/** Next to ½ the logarithm of a quotient next to 1 is one of 1 and what it differs by, which is exact. */
const logit = (x: number): number => (x > 0.25 && x < 0.75 ? Math.log1p((2 * x - 1) / (1 - x)) : Math.log(x) - Math.log1p(-x));

export const Logit = elementwiseUnary({
  type: "Logit",
  category: "arithmetic",
  summary: "ln(x / (1 - x)), the number whose sigmoid each element is; infinite at 0 and 1, NaN beyond.",
  f: logit,
  gradient: (g, x) => div(g, mul(x, sub(1, x))),
  complex: (z) => logarithm(over(z, minus(1, z))),
  between: [0.1, 0.9],
  accuracy: { value: 2.1, gradient: 4 },
  display: {
    label: "logit",
    formula: ([x]) => term.call("ln", term.quotient(x, term.difference(1, x))),
    derivatives: ([x]) => [term.quotient(1, term.product(x, term.difference(1, x)))],
  },
  kinks: [{ at: "x = 0 and x = 1", convention: "infinite", holds: (x) => x === 0 || x === 1 }],
});
