import * as term from "../../formula/term.ts";
import type { Complex } from "../define.ts";
import { add } from "../arithmetic/add.ts";
import { mul } from "../arithmetic/mul.ts";
import { neg } from "../arithmetic/neg.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { imaginary, over } from "../complex.ts";
import { cosh, sinh } from "./hyperbolic.ts";

export const Sin = elementwiseUnary({
  type: "Sin",
  since: 7,
  category: "trigonometry",
  summary: "The sine of every element, in radians.",
  f: Math.sin,
  gradient: (g, x) => mul(g, cos(x)),
  complex: (z) => sine(z),
  display: { label: "sin", formula: ([x]) => term.call("sin", x), derivatives: ([x]) => [term.call("cos", x)] },
});

export const Cos = elementwiseUnary({
  type: "Cos",
  since: 7,
  category: "trigonometry",
  summary: "The cosine of every element, in radians.",
  f: Math.cos,
  gradient: (g, x) => neg(mul(g, sin(x))),
  complex: (z) => cosine(z),
  display: { label: "cos", formula: ([x]) => term.call("cos", x), derivatives: ([x]) => [term.negative(term.call("sin", x))] },
});

export const Tan = elementwiseUnary({
  type: "Tan",
  since: 7,
  category: "trigonometry",
  summary: "The tangent of every element, in radians.",
  f: Math.tan,
  gradient: (g, _x, y) => mul(g, add(1, mul(y, y))),
  complex: (z) => over(sine(z), cosine(z)),
  between: [-1, 1],
  display: { label: "tan", formula: ([x]) => term.call("tan", x), derivatives: ([x]) => [term.sum(1, term.square(term.call("tan", x)))] },
  syntax: { names: [{ name: "tg" }] },
});

export function sine(z: Complex): Complex {
  const b = imaginary(z);
  return { re: mul(sin(z.re), cosh(b)), im: mul(cos(z.re), sinh(b)) };
}

export function cosine(z: Complex): Complex {
  const b = imaginary(z);
  return { re: mul(cos(z.re), cosh(b)), im: neg(mul(sin(z.re), sinh(b))) };
}

export const sin = unary(Sin);
export const cos = unary(Cos);
export const tan = unary(Tan);
