import * as term from "../../formula/term.ts";
import { imaginary } from "../complex.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { cos, sin } from "../trigonometry/circular.ts";
import { exp } from "./exp.ts";
import { mul } from "./mul.ts";
import { sub } from "./sub.ts";

export const Expm1 = elementwiseUnary({
  type: "Expm1",
  category: "arithmetic",
  summary: "The exponential of every element less 1, exact for elements next to 0.",
  f: Math.expm1,
  calls: "expm1",
  // Not the result plus 1, which has no digits left where the exponential is small.
  gradient: (g, x) => mul(g, exp(x)),
  complex: (z) => {
    const b = imaginary(z);
    const half = sin(mul(0.5, b));
    return { re: sub(mul(expm1(z.re), cos(b)), mul(2, mul(half, half))), im: mul(exp(z.re), sin(b)) };
  },
  accuracy: { value: 2.1, gradient: 4 },
  display: { label: "exp-1", formula: ([x]) => term.difference(term.exponential(x), 1), derivatives: ([x]) => [term.exponential(x)] },
});

export const expm1 = unary(Expm1);
