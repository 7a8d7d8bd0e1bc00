import * as term from "../../formula/term.ts";
import { imaginary } from "../complex.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { atan } from "../trigonometry/inverse-circular.ts";
import { add } from "./add.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";

export const Log1p = elementwiseUnary({
  type: "Log1p",
  category: "arithmetic",
  summary: "The natural logarithm of 1 plus each element, exact for elements next to 0.",
  f: Math.log1p,
  calls: "log1p",
  gradient: (g, x) => div(g, add(1, x)),
  complex: (z) => {
    const slope = div(imaginary(z), add(1, z.re));
    return { re: add(log1p(z.re), mul(0.5, log1p(mul(slope, slope)))), im: atan(slope) };
  },
  between: [-0.5, 2],
  display: {
    label: "ln(1+x)",
    formula: ([x]) => term.call("ln", term.sum(1, x)),
    derivatives: ([x]) => [term.quotient(1, term.sum(1, x))],
  },
});

export const log1p = unary(Log1p);
