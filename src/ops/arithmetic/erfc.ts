import { erfc as complementaryErrorFunction } from "../../kernels/gaussian.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { called } from "../latex.ts";
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
    latex: called("erfc"),
    derivatives: ([x]) => [String.raw`-\frac{2}{\sqrt{\pi}} e^{-{${x}}^{2}}`],
  },
});

export const erfc = unary(Erfc);
