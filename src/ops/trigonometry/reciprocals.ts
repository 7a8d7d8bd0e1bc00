import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { mul } from "../arithmetic/mul.ts";
import { neg } from "../arithmetic/neg.ts";
import { imaginary, over } from "../complex.ts";
import type { Complex, Operator } from "../define.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { called } from "../notation.ts";
import { cos, cosine, sin, sine, tan } from "./circular.ts";
import { cosh, sinh } from "./hyperbolic.ts";

interface ReciprocalFacts {
  readonly type: string;
  readonly word: string;
  readonly summary: string;
  readonly f: (x: number) => number;
  readonly gradient: (g: Value, x: Value, y: Value) => Value;
  readonly complex: (z: Complex) => Complex;
  readonly derivative: (x: term.Term) => term.Term;
}

function reciprocal({ type, word, derivative, ...rest }: ReciprocalFacts): Operator {
  return elementwiseUnary({
    ...rest,
    type,
    category: "trigonometry",
    between: [0.4, 1.2],
    display: { label: word, formula: called(word), derivatives: ([x]) => [derivative(x)] },
  });
}

export const Sec = reciprocal({
  type: "Sec",
  word: "sec",
  summary: "The secant of every element, in radians: 1 / cos(x).",
  f: (x) => 1 / Math.cos(x),
  gradient: (g, x, y) => mul(g, mul(y, tan(x))),
  complex: (z) => over(1, cosine(z)),
  derivative: (x) => term.product(term.call("sec", x), term.call("tan", x)),
});

export const Csc = reciprocal({
  type: "Csc",
  word: "csc",
  summary: "The cosecant of every element, in radians: 1 / sin(x).",
  f: (x) => 1 / Math.sin(x),
  gradient: (g, x, y) => neg(mul(g, mul(y, cot(x)))),
  complex: (z) => over(1, sine(z)),
  derivative: (x) => term.negative(term.product(term.call("csc", x), term.call("cot", x))),
});

export const Cot = reciprocal({
  type: "Cot",
  word: "cot",
  summary: "The cotangent of every element, in radians: 1 / tan(x).",
  f: (x) => 1 / Math.tan(x),
  gradient: (g, x) => neg(mul(g, squared(csc(x)))),
  complex: (z) => over(cosine(z), sine(z)),
  derivative: (x) => term.negative(term.square(term.call("csc", x))),
});

export const Csch = reciprocal({
  type: "Csch",
  word: "csch",
  summary: "The hyperbolic cosecant of every element: 1 / sinh(x).",
  f: (x) => (Math.abs(x) < 20 ? 1 / Math.sinh(x) : 2 * Math.sign(x) * Math.exp(-Math.abs(x))),
  gradient: (g, x, y) => neg(mul(g, mul(y, coth(x)))),
  complex: (z) => over(1, hyperbolicSine(z)),
  derivative: (x) => term.negative(term.product(term.call("csch", x), term.call("coth", x))),
});

export const Coth = reciprocal({
  type: "Coth",
  word: "coth",
  summary: "The hyperbolic cotangent of every element: 1 / tanh(x).",
  f: (x) => 1 / Math.tanh(x),
  gradient: (g, x) => neg(mul(g, squared(csch(x)))),
  complex: (z) => over(hyperbolicCosine(z), hyperbolicSine(z)),
  derivative: (x) => term.negative(term.square(term.call("csch", x))),
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
