import * as term from "../../formula/term.ts";
import { chosen, exponential, logarithm, negative, times, unsigned } from "../complex.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { less } from "../logic/comparison.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";
import { sign } from "./sign.ts";

export const Cbrt = elementwiseUnary({
  type: "Cbrt",
  category: "arithmetic",
  summary: "The cube root of every element, which negative numbers have too.",
  f: Math.cbrt,
  gradient: (g, _x, y) => div(g, mul(3, mul(y, y))),
  complex: (z) => {
    const root = exponential(times(1 / 3, logarithm(unsigned(z))));
    return chosen(less(z.re, 0), negative(root), root);
  },
  branch: (_x, y) => sign(y),
  between: [0.5, 3],
  display: {
    label: "∛",
    formula: ([x]) => term.call("cbrt", x),
    derivatives: ([x]) => [term.quotient(1, term.product(3, term.call("cbrt", term.square(x))))],
  },
  kinks: [{ at: "x = 0", convention: "infinite", holds: (x) => x === 0 }],
  syntax: { prefix: "∛" },
});
