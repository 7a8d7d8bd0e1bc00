import * as term from "../../formula/term.ts";
import { erfc as complementaryErrorFunction } from "../../kernels/gaussian.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { called } from "../notation.ts";
import { gaussian } from "./gaussian.ts";
import { mul } from "./mul.ts";

export const Erfc = elementwiseUnary({
  type: "Erfc",
  category: "arithmetic",
  summary: "The complementary error function of every element: 1 - erf(x), exact also where that is next to nothing.",
  f: complementaryErrorFunction,
  gradient: (g, x) => mul(g, mul(-2 / Math.sqrt(Math.PI), gaussian(x))),
  display: {
    label: "erfc",
    formula: called("erfc"),
    derivatives: ([x]) => [
      term.negative(term.product(term.quotient(2, term.call("sqrt", term.pi)), term.exponential(term.negative(term.square(x))))),
    ],
  },
});

export const erfc = unary(Erfc);
