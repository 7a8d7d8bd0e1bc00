import { erf as errorFunction } from "../../kernels/special.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { called } from "../latex.ts";
import { exp } from "./exp.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";

export const Erf = elementwiseUnary({
  type: "Erf",
  since: 13,
  category: "arithmetic",
  summary: "The Gauss error function of every element.",
  f: errorFunction,
  calls: "erf",
  gradient: (g, x) => mul(g, mul(2 / Math.sqrt(Math.PI), exp(neg(mul(x, x))))),
  display: {
    label: "erf",
    latex: called("erf"),
    derivatives: ([x]) => [String.raw`\frac{2}{\sqrt{\pi}} e^{-{${x}}^{2}}`],
  },
});

export const erf = unary(Erf);
