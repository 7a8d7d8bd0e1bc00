import * as term from "../../formula/term.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";
import { squareRoot } from "../complex.ts";

export const Sqrt = elementwiseUnary({
  type: "Sqrt",
  since: 13,
  category: "arithmetic",
  summary: "The square root of every element; NaN for negative ones.",
  f: Math.sqrt,
  calls: "sqrt",
  gradient: (g, _x, y) => div(g, mul(2, y)),
  complex: squareRoot,
  between: [0.5, 3],
  display: {
    label: "√",
    formula: ([x]) => term.call("sqrt", x),
    derivatives: ([x]) => [term.quotient(1, term.product(2, term.call("sqrt", x)))],
  },
  kinks: [{ at: "x = 0", convention: "infinite", holds: (x) => x === 0 }],
  syntax: { prefix: "√" },
});

export const sqrt = unary(Sqrt);
