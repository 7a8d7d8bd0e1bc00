import { call, difference, elementwise, negative, product, quotient, square, sum, type Term } from "../../../formula/term.ts";
import type { Gathered } from "./spelled.ts";

const Σ = (x: Term): Term => call("Σ", x);
const ln = (x: Term): Term => call("ln", x);
const σ = (x: Term): Term => call("σ", x);
const one = (x: Term): Term => difference(1, x);
const scaled = (scale: Term | null, term: Term): Term => (scale === null ? term : product(scale, term));

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** A loss that adds up what it is of each pair of elements. */
const added = (
  title: Gathered["title"],
  domains: Gathered["domains"],
  each: (first: number, second: number) => number,
  formula: (first: Term, second: Term) => Term,
  derivative: (first: Term, second: Term) => Term,
): Gathered => ({
  title,
  domains,
  scales: true,
  alongAxis: false,
  keepsShape: false,
  value: (_, __, first, second = first) => Float64Array.of(first.reduce((total, element, at) => total + each(element, second[at]), 0)),
  formula: (scale, first, second = first) => scaled(scale, Σ(formula(first, second))),
  derivative: (_, scale, first, second = first) => scaled(scale, derivative(first, second)),
});

/** What a function along one axis makes of each of the lists that lie along it. */
const along =
  (ofList: (list: Float64Array) => Float64Array): Gathered["value"] =>
  (axis, shape, operand) => {
    const result = new Float64Array(operand.length);
    const size = shape[axis ?? 0] ?? 1;
    const stride = shape.slice((axis ?? 0) + 1).reduce((all, each) => all * each, 1);
    for (let start = 0; start < operand.length; start++) {
      if (Math.floor(start / stride) % size !== 0) continue;
      const list = Float64Array.from({ length: size }, (_, at) => operand[start + at * stride]);
      ofList(list).forEach((element, at) => (result[start + at * stride] = element));
    }
    return result;
  };

const logOfSum = (list: Float64Array): number => {
  const most = list.reduce((all, each) => Math.max(all, each), -Infinity);
  return most + Math.log(list.reduce((all, each) => all + Math.exp(each - most), 0));
};

export const ofTensors: readonly Gathered[] = [
  {
    title: "softmax",
    domains: ["real"],
    scales: false,
    alongAxis: true,
    keepsShape: true,
    value: along((list) => list.map((each) => Math.exp(each - logOfSum(list)))),
    formula: (_, x) => call("softmax", x),
    derivative: (y, delta) => elementwise(y, difference(delta ?? y, Σ(elementwise(delta ?? y, y)))),
  },
  {
    title: "log-softmax",
    domains: ["real"],
    scales: false,
    alongAxis: true,
    keepsShape: true,
    value: along((list) => list.map((each) => each - logOfSum(list))),
    formula: (_, x) => ln(call("softmax", x)),
    derivative: (y, delta, x) => difference(delta ?? y, elementwise(call("softmax", x), Σ(delta ?? y))),
  },
  {
    title: "log of a sum of exponentials",
    domains: ["real"],
    scales: false,
    alongAxis: false,
    keepsShape: false,
    value: (_, __, x) => Float64Array.of(logOfSum(x)),
    formula: (_, x) => ln(Σ(call("exp", x))),
    derivative: (_, __, x) => call("softmax", x),
  },
  {
    title: "norm",
    domains: ["real"],
    scales: false,
    alongAxis: false,
    keepsShape: false,
    value: (_, __, x) => Float64Array.of(Math.hypot(...x)),
    formula: (_, x) => call("norm", x),
    derivative: (y, _, x) => quotient(x, y),
  },
  added(
    "squared norm",
    ["real"],
    (x) => x * x,
    (x) => square(x),
    (x) => product(2, x),
  ),
  added(
    "sum of absolute values",
    ["real"],
    (x) => Math.abs(x),
    (x) => call("abs", x),
    (x) => call("sign", x),
  ),
  added(
    "squared error",
    ["real", "real"],
    (y, t) => (y - t) ** 2,
    (y, t) => square(difference(y, t)),
    (y, t) => product(2, difference(y, t)),
  ),
  added(
    "absolute error",
    ["real", "real"],
    (y, t) => Math.abs(y - t),
    (y, t) => call("abs", difference(y, t)),
    (y, t) => call("sign", difference(y, t)),
  ),
  added(
    "binary cross-entropy",
    ["unit", "unit"],
    (p, t) => -(t * Math.log(p) + (1 - t) * Math.log1p(-p)),
    (p, t) => negative(sum(elementwise(t, ln(p)), elementwise(one(t), ln(one(p))))),
    (p, t) => quotient(difference(p, t), elementwise(p, one(p))),
  ),
  added(
    "logistic loss",
    ["real", "real"],
    (s, t) => softplus(s) - t * s,
    (s, t) => difference(ln(sum(1, call("exp", s))), elementwise(t, s)),
    (s, t) => difference(σ(s), t),
  ),
  added(
    "logistic loss",
    ["real", "real"],
    (s, y) => softplus(-y * s),
    (s, y) => ln(sum(1, call("exp", negative(elementwise(y, s))))),
    (s, y) => negative(elementwise(y, σ(negative(elementwise(y, s))))),
  ),
  added(
    "cross-entropy",
    ["unit", "real"],
    (p, t) => -t * Math.log(p),
    (p, t) => negative(elementwise(t, ln(p))),
    (p, t) => negative(quotient(t, p)),
  ),
  {
    title: "softmax with cross-entropy",
    domains: ["real", "real"],
    scales: true,
    alongAxis: true,
    keepsShape: false,
    value: (axis, shape, s, t) => {
      const logarithms = along((list) => list.map((each) => each - logOfSum(list)))(axis, shape, s);
      return Float64Array.of(-logarithms.reduce((total, each, at) => total + t[at] * each, 0));
    },
    formula: (scale, s, t) => scaled(scale, negative(Σ(elementwise(t, ln(call("softmax", s)))))),
    derivative: (_, scale, s, t) => scaled(scale, difference(elementwise(call("softmax", s), Σ(t)), t)),
  },
];
