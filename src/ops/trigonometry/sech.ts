import * as term from "../../formula/term.ts";
import { instruction } from "../../kernels/element.ts";
import { mul } from "../arithmetic/mul.ts";
import { neg } from "../arithmetic/neg.ts";
import { tanh } from "../activation/tanh.ts";
import { imaginary, over } from "../complex.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { cos, sin } from "./circular.ts";
import { cosh, sinh } from "./hyperbolic.ts";

export const Sech = elementwiseUnary({
  type: "Sech",
  category: "trigonometry",
  summary: "The hyperbolic secant of every element, 1 / cosh(x), whose square is the slope of tanh.",
  // Only the exponential of negative numbers, which cannot overflow.
  f: (x) => {
    const e = Math.exp(-Math.abs(x));
    return (2 * e) / (1 + e * e);
  },
  calls: (x) => {
    const e = instruction("exp", instruction("neg", instruction("abs", x)));
    return instruction("div", instruction("add", e, e), instruction("add", 1, instruction("square", e)));
  },
  gradient: (g, x, y) => neg(mul(g, mul(y, tanh(x)))),
  complex: (z) => {
    const b = imaginary(z);
    return over(1, { re: mul(cosh(z.re), cos(b)), im: mul(sinh(z.re), sin(b)) });
  },
  display: {
    label: "sech",
    formula: ([x]) => term.call("sech", x),
    derivatives: ([x]) => [term.negative(term.product(term.call("sech", x), term.call("tanh", x)))],
  },
});

export const sech = unary(Sech);
