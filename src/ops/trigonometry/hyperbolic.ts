import * as term from "../../formula/term.ts";
import { add } from "../arithmetic/add.ts";
import { div } from "../arithmetic/div.ts";
import { mul } from "../arithmetic/mul.ts";
import { sqrt } from "../arithmetic/sqrt.ts";
import { sub } from "../arithmetic/sub.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { imaginary, logarithm, negative, plus, squareRoot, times, unsigned, chosen } from "../complex.ts";
import { cos, sin } from "./circular.ts";
import { atan, scaleOf } from "./inverse-circular.ts";
import { less } from "../logic/comparison.ts";

export const Sinh = elementwiseUnary({
  type: "Sinh",
  since: 9,
  category: "trigonometry",
  summary: "The hyperbolic sine of every element.",
  f: Math.sinh,
  gradient: (g, x) => mul(g, cosh(x)),
  complex: (z) => {
    const b = imaginary(z);
    return { re: mul(sinh(z.re), cos(b)), im: mul(cosh(z.re), sin(b)) };
  },
  display: { label: "sinh", formula: ([x]) => term.call("sinh", x), derivatives: ([x]) => [term.call("cosh", x)] },
});

export const Cosh = elementwiseUnary({
  type: "Cosh",
  since: 9,
  category: "trigonometry",
  summary: "The hyperbolic cosine of every element.",
  f: Math.cosh,
  gradient: (g, x) => mul(g, sinh(x)),
  complex: (z) => {
    const b = imaginary(z);
    return { re: mul(cosh(z.re), cos(b)), im: mul(sinh(z.re), sin(b)) };
  },
  display: { label: "cosh", formula: ([x]) => term.call("cosh", x), derivatives: ([x]) => [term.call("sinh", x)] },
});

export const Asinh = elementwiseUnary({
  type: "Asinh",
  since: 9,
  category: "trigonometry",
  summary: "The number whose hyperbolic sine each element is.",
  f: Math.asinh,
  gradient: (g, x) => {
    const scale = scaleOf(x);
    const [one, scaled] = [mul(scale, scale), mul(scale, x)];
    return mul(g, div(scale, sqrt(add(one, mul(scaled, scaled)))));
  },
  // Odd: of positive numbers alone, where nothing cancels.
  complex: (z) => {
    const positive = unsigned(z);
    const y = logarithm(plus(positive, squareRoot(plus(1, times(positive, positive)))));
    return chosen(less(z.re, 0), negative(y), y);
  },
  display: {
    label: "arsinh",
    formula: ([x]) => term.call("arsinh", x),
    derivatives: ([x]) => [term.quotient(1, term.call("sqrt", term.sum(term.square(x), 1)))],
  },
  syntax: { names: [{ name: "arcsinh" }, { name: "arsinh" }] },
});

export const Acosh = elementwiseUnary({
  type: "Acosh",
  since: 9,
  category: "trigonometry",
  summary: "The number, not negative, whose hyperbolic cosine each element is; NaN below 1.",
  f: Math.acosh,
  // Two roots, because the product under one would overflow early, and lend numbers below 1 a derivative.
  gradient: (g, x) => div(g, mul(sqrt(sub(x, 1)), sqrt(add(x, 1)))),
  complex: (z) => logarithm(plus(z, times(squareRoot(plus(-1, z)), squareRoot(plus(1, z))))),
  between: [1.3, 3],
  display: {
    label: "arcosh",
    formula: ([x]) => term.call("arcosh", x),
    derivatives: ([x]) => [term.quotient(1, term.call("sqrt", term.difference(term.square(x), 1)))],
  },
  kinks: [{ at: "x = 1", convention: "infinite", holds: (x) => x === 1 }],
  syntax: { names: [{ name: "arccosh" }, { name: "arcosh" }] },
});

export const Atanh = elementwiseUnary({
  type: "Atanh",
  since: 9,
  category: "trigonometry",
  summary: "The number whose hyperbolic tangent each element is; infinite at -1 and 1, NaN beyond.",
  f: Math.atanh,
  gradient: (g, x) => div(g, mul(sub(1, x), add(1, x))),
  complex: (z) => {
    const [a, b] = [z.re, imaginary(z)];
    return {
      re: mul(0.5, atanh(div(mul(2, a), add(add(1, mul(a, a)), mul(b, b))))),
      im: mul(0.5, add(atan(div(b, add(1, a))), atan(div(b, sub(1, a))))),
    };
  },
  between: [-0.8, 0.8],
  display: {
    label: "artanh",
    formula: ([x]) => term.call("artanh", x),
    derivatives: ([x]) => [term.quotient(1, term.difference(1, term.square(x)))],
  },
  kinks: [{ at: "x = ±1", convention: "infinite", holds: (x) => Math.abs(x) === 1 }],
  syntax: { names: [{ name: "arctanh" }, { name: "artanh" }] },
});

export const sinh = unary(Sinh);
export const cosh = unary(Cosh);
export const asinh = unary(Asinh);
export const acosh = unary(Acosh);
export const atanh = unary(Atanh);
