import type { Value } from "../../ir/graph.ts";
import { mul } from "../arithmetic/mul.ts";
import { neg } from "../arithmetic/neg.ts";
import { imaginary, over } from "../complex.ts";
import type { Complex, Operator } from "../define.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { cos, cosine, sin, sine, tan } from "./circular.ts";
import { cosh, sinh } from "./hyperbolic.ts";

interface ReciprocalFacts {
  readonly type: string;
  readonly word: string;
  readonly summary: string;
  readonly f: (x: number) => number;
  readonly gradient: (g: Value, x: Value, y: Value) => Value;
  readonly complex: (z: Complex) => Complex;
  readonly derivative: (x: string) => string;
  /** LaTeX that has no command of its own for the function. */
  readonly named?: true;
}

function reciprocal({ type, word, named, derivative, ...rest }: ReciprocalFacts): Operator {
  const command = named ? String.raw`\operatorname{${word}}` : `\\${word}`;
  return elementwiseUnary({
    ...rest,
    type,
    category: "trigonometry",
    between: [0.4, 1.2],
    display: { label: word, latex: ([x]) => String.raw`${command}\left(${x}\right)`, derivatives: ([x]) => [derivative(x)] },
  });
}

export const Sec = reciprocal({
  type: "Sec",
  word: "sec",
  summary: "The secant of every element, in radians: 1 / cos(x).",
  f: (x) => 1 / Math.cos(x),
  gradient: (g, x, y) => mul(g, mul(y, tan(x))),
  complex: (z) => over(1, cosine(z)),
  derivative: (x) => String.raw`\sec\left(${x}\right) \tan\left(${x}\right)`,
});

export const Csc = reciprocal({
  type: "Csc",
  word: "csc",
  summary: "The cosecant of every element, in radians: 1 / sin(x).",
  f: (x) => 1 / Math.sin(x),
  gradient: (g, x, y) => neg(mul(g, mul(y, cot(x)))),
  complex: (z) => over(1, sine(z)),
  derivative: (x) => String.raw`-\csc\left(${x}\right) \cot\left(${x}\right)`,
});

export const Cot = reciprocal({
  type: "Cot",
  word: "cot",
  summary: "The cotangent of every element, in radians: 1 / tan(x).",
  f: (x) => 1 / Math.tan(x),
  gradient: (g, x) => neg(mul(g, squared(csc(x)))),
  complex: (z) => over(cosine(z), sine(z)),
  derivative: (x) => String.raw`-\csc^{2}\left(${x}\right)`,
});

export const Csch = reciprocal({
  type: "Csch",
  word: "csch",
  named: true,
  summary: "The hyperbolic cosecant of every element: 1 / sinh(x).",
  f: (x) => (Math.abs(x) < 20 ? 1 / Math.sinh(x) : 2 * Math.sign(x) * Math.exp(-Math.abs(x))),
  gradient: (g, x, y) => neg(mul(g, mul(y, coth(x)))),
  complex: (z) => over(1, hyperbolicSine(z)),
  derivative: (x) => String.raw`-\operatorname{csch}\left(${x}\right) \coth\left(${x}\right)`,
});

export const Coth = reciprocal({
  type: "Coth",
  word: "coth",
  summary: "The hyperbolic cotangent of every element: 1 / tanh(x).",
  f: (x) => 1 / Math.tanh(x),
  gradient: (g, x) => neg(mul(g, squared(csch(x)))),
  complex: (z) => over(hyperbolicCosine(z), hyperbolicSine(z)),
  derivative: (x) => String.raw`-\operatorname{csch}^{2}\left(${x}\right)`,
});

function hyperbolicSine(z: Complex): Complex {
  const b = imaginary(z);
  return { re: mul(sinh(z.re), cos(b)), im: mul(cosh(z.re), sin(b)) };
}

function hyperbolicCosine(z: Complex): Complex {
  const b = imaginary(z);
  return { re: mul(cosh(z.re), cos(b)), im: mul(sinh(z.re), sin(b)) };
}

function squared(x: Value): Value {
  return mul(x, x);
}

const csc = unary(Csc);
const cot = unary(Cot);
const csch = unary(Csch);
const coth = unary(Coth);
