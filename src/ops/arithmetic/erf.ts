import * as term from "../../formula/term.ts";
import { erf as errorFunction } from "../../kernels/special.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { called } from "../notation.ts";
import { gaussian } from "./gaussian.ts";
import { mul } from "./mul.ts";

export const Erf = elementwiseUnary({
  type: "Erf",
  since: 13,
  category: "arithmetic",
  summary: "The Gauss error function of every element.",
  f: errorFunction,
  calls: "erf",
  gradient: (g, x) => mul(g, mul(2 / Math.sqrt(Math.PI), gaussian(x))),
  display: {
    label: "erf",
    formula: called("erf"),
    derivatives: ([x]) => [term.product(term.quotient(2, term.call("sqrt", term.pi)), term.exponential(term.negative(term.square(x))))],
  },
});

export const erf = unary(Erf);
