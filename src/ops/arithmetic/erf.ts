import { erf as errorFunction } from "../../kernels/special.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { called } from "../latex.ts";
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
    latex: called("erf"),
    derivatives: ([x]) => [String.raw`\frac{2}{\sqrt{\pi}} e^{-{${x}}^{2}}`],
  },
});

export const erf = unary(Erf);
