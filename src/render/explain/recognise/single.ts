import {
  call,
  cases,
  difference,
  exponential,
  negative,
  number,
  pi,
  power,
  product,
  quotient,
  relation,
  square,
  sum,
  type Term,
} from "../../../formula/term.ts";
import type { Spelled } from "./spelled.ts";

const σ = (x: Term): Term => call("σ", x);
const ln = (x: Term): Term => call("ln", x);
const one = (x: Term): Term => difference(1, x);
const half = number(0.5);

const tanhGelu = (x: Term): Term => call("tanh", product(call("sqrt", quotient(2, pi)), sum(x, product(0.044715, power(x, 3)))));
const erfGelu = (x: Term): Term => call("erf", quotient(x, call("sqrt", 2)));
const density = (x: Term): Term => quotient(exponential(negative(quotient(square(x), 2))), call("sqrt", product(2, pi)));

/** Functions of one number, or of a few. Of two that are alike the first is told. */
export const ofNumbers: readonly Spelled[] = [
  { title: "sigmoid", domains: ["real"], formula: σ, derivative: (y) => product(y, one(y)) },
  { title: "mirrored sigmoid", domains: ["real"], formula: (x) => σ(negative(x)), derivative: (y) => negative(product(y, one(y))) },
  { title: "tanh", domains: ["real"], formula: (x) => call("tanh", x), derivative: (y) => one(square(y)) },
  { title: "softplus", domains: ["real"], formula: (x) => ln(sum(1, exponential(x))), derivative: (_, x) => σ(x) },
  { title: "log-sigmoid", domains: ["real"], formula: (x) => ln(σ(x)), derivative: (_, x) => one(σ(x)) },
  { title: "SiLU", domains: ["real"], formula: (x) => product(x, σ(x)), derivative: (y, x) => sum(y, product(σ(x), one(y))) },
  { title: "ReLU", domains: ["real"], formula: (x) => call("max", number(0), x), derivative: (_, x) => cases(1, relation(x, ">", 0), 0) },
  {
    title: "GELU",
    domains: ["real"],
    formula: (x) => product(half, x, sum(1, erfGelu(x))),
    derivative: (_, x) => sum(product(half, sum(1, erfGelu(x))), product(x, density(x))),
  },
  {
    title: "GELU",
    domains: ["real"],
    formula: (x) => product(half, x, sum(1, tanhGelu(x))),
    derivative: (_, x) =>
      sum(
        product(half, sum(1, tanhGelu(x))),
        product(half, x, one(square(tanhGelu(x))), call("sqrt", quotient(2, pi)), sum(1, product(0.134145, square(x)))),
      ),
  },
  {
    title: "softsign",
    domains: ["real"],
    formula: (x) => quotient(x, sum(1, call("abs", x))),
    derivative: (y) => square(one(call("abs", y))),
  },
  { title: "absolute value", domains: ["real"], formula: (x) => call("abs", x), derivative: (_, x) => call("sign", x) },
  { title: "hyperbolic sine", domains: ["real"], formula: (x) => call("sinh", x), derivative: (_, x) => call("cosh", x) },
  { title: "hyperbolic cosine", domains: ["real"], formula: (x) => call("cosh", x), derivative: (_, x) => call("sinh", x) },
  { title: "logit", domains: ["unit"], formula: (p) => ln(quotient(p, one(p))), derivative: (_, p) => quotient(1, product(p, one(p))) },
  {
    title: "logistic loss",
    domains: ["real", "real"],
    formula: (s, y) => ln(sum(1, exponential(negative(product(y, s))))),
    derivative: (_, s, y) => negative(product(y, σ(negative(product(y, s))))),
  },
  {
    title: "logistic loss",
    domains: ["real", "real"],
    formula: (s, t) => difference(ln(sum(1, exponential(s))), product(t, s)),
    derivative: (_, s, t) => difference(σ(s), t),
  },
  {
    title: "binary cross-entropy",
    domains: ["unit", "unit"],
    formula: (p, t) => negative(sum(product(t, ln(p)), product(one(t), ln(one(p))))),
    derivative: (_, p, t) => quotient(difference(p, t), product(p, one(p))),
  },
  {
    title: "squared error",
    domains: ["real", "real"],
    formula: (y, t) => square(difference(y, t)),
    derivative: (_, y, t) => product(2, difference(y, t)),
  },
  {
    title: "squared error",
    domains: ["real", "real"],
    formula: (y, t) => quotient(square(difference(y, t)), 2),
    derivative: (_, y, t) => difference(y, t),
  },
  {
    title: "norm",
    domains: ["real", "real"],
    formula: (x, y) => call("sqrt", sum(square(x), square(y))),
    derivative: (r, x) => quotient(x, r),
  },
  {
    title: "norm",
    domains: ["real", "real", "real"],
    formula: (x, y, z) => call("sqrt", sum(square(x), square(y), square(z))),
    derivative: (r, x) => quotient(x, r),
  },
  {
    title: "log of a sum of exponentials",
    domains: ["real", "real"],
    formula: (a, b) => ln(sum(exponential(a), exponential(b))),
    derivative: (y, a) => exponential(difference(a, y)),
  },
];
