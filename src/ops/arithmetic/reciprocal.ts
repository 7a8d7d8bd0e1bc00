import * as term from "../../formula/term.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { over } from "../complex.ts";

export const Reciprocal = elementwiseUnary({
  type: "Reciprocal",
  since: 13,
  category: "arithmetic",
  summary: "One divided by every element.",
  f: (x) => 1 / x,
  calls: "reciprocal",
  // By one factor after the other: the square of what is far from 1 may be no number, where the product is one.
  gradient: (g, _x, y) => neg(mul(mul(g, y), y)),
  complex: (z) => over(1, z),
  between: [0.5, 2],
  display: { label: "1/x", formula: ([x]) => term.quotient(1, x), derivatives: ([x]) => [term.negative(term.quotient(1, term.square(x)))] },
});

export const reciprocal = unary(Reciprocal);
