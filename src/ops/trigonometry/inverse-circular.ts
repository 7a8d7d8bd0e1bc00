import * as term from "../../formula/term.ts";
import type { Complex } from "../define.ts";
import type { Value } from "../../ir/graph.ts";
import { abs } from "../arithmetic/abs.ts";
import { add } from "../arithmetic/add.ts";
import { div } from "../arithmetic/div.ts";
import { mul } from "../arithmetic/mul.ts";
import { neg } from "../arithmetic/neg.ts";
import { sqrt } from "../arithmetic/sqrt.ts";
import { sub } from "../arithmetic/sub.ts";
import { where } from "../arithmetic/where.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { number, unary } from "../express.ts";
import { imaginary, minus, over, plus, squareRoot, times } from "../complex.ts";
import { greater } from "../logic/comparison.ts";
import { atanh } from "./hyperbolic.ts";

/** √(1 - x²), as a product that keeps its digits where x is close to 1. */
const cosineOfArcsine = (x: Value): Value => sqrt(mul(sub(1, x), add(1, x)));

export const Asin = elementwiseUnary({
  type: "Asin",
  since: 7,
  category: "trigonometry",
  summary: "The angle in radians, from -π/2 to π/2, whose sine each element is; NaN outside -1 to 1.",
  f: Math.asin,
  gradient: (g, x) => div(g, cosineOfArcsine(x)),
  complex: (z) => arcsine(z),
  between: [-0.8, 0.8],
  display: {
    label: "arcsin",
    formula: ([x]) => term.call("arcsin", x),
    derivatives: ([x]) => [term.quotient(1, term.call("sqrt", term.difference(1, term.square(x))))],
  },
  kinks: [{ at: "x = ±1", convention: "infinite", holds: (x) => Math.abs(x) === 1 }],
  syntax: { names: [{ name: "arcsin" }] },
});

export const Acos = elementwiseUnary({
  type: "Acos",
  since: 7,
  category: "trigonometry",
  summary: "The angle in radians, from 0 to π, whose cosine each element is; NaN outside -1 to 1.",
  f: Math.acos,
  gradient: (g, x) => neg(div(g, cosineOfArcsine(x))),
  complex: (z) => minus(Math.PI / 2, arcsine(z)),
  between: [-0.8, 0.8],
  display: {
    label: "arccos",
    formula: ([x]) => term.call("arccos", x),
    derivatives: ([x]) => [term.negative(term.quotient(1, term.call("sqrt", term.difference(1, term.square(x)))))],
  },
  kinks: [{ at: "x = ±1", convention: "infinite", holds: (x) => Math.abs(x) === 1 }],
  syntax: { names: [{ name: "arccos" }] },
});

export const Atan = elementwiseUnary({
  type: "Atan",
  since: 7,
  category: "trigonometry",
  summary: "The angle in radians, from -π/2 to π/2, whose tangent each element is.",
  f: Math.atan,
  gradient: (g, x) => {
    const scale = scaleOf(x);
    return mul(g, div(scale, add(scale, mul(x, mul(scale, x)))));
  },
  complex: (z) => arctangent(z),
  display: {
    label: "arctan",
    formula: ([x]) => term.call("arctan", x),
    derivatives: ([x]) => [term.quotient(1, term.sum(1, term.square(x)))],
  },
  syntax: { names: [{ name: "arctan" }, { name: "arctg" }] },
});

export function arctangent(z: Complex): Complex {
  const [a, b] = [z.re, imaginary(z)];
  return {
    re: mul(0.5, add(atan(div(a, add(1, b))), atan(div(a, sub(1, b))))),
    im: mul(0.5, atanh(div(mul(2, b), add(add(1, mul(a, a)), mul(b, b))))),
  };
}

const arcsine = (z: Complex): Complex => arctangent(over(z, squareRoot(times(minus(1, z), plus(1, z)))));

/** A power of two by which numbers whose squares would overflow are made small, and that is 1 for the others. */
export function scaleOf(x: Value): Value {
  const [large, scale] = x.dtype === "float64" ? [2 ** 500, 2 ** -600] : [2 ** 60, 2 ** -75];
  return where(greater(abs(x), large), scale, number(1, x));
}

export const asin = unary(Asin);
export const acos = unary(Acos);
export const atan = unary(Atan);
