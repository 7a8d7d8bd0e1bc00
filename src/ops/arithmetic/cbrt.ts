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
    latex: ([x]) => String.raw`\sqrt[3]{${x}}`,
    derivatives: ([x]) => [String.raw`\frac{1}{3 \sqrt[3]{{${x}}^{2}}}`],
  },
  kinks: [{ at: "x = 0", convention: "infinite" }],
  syntax: { prefix: "∛" },
});
