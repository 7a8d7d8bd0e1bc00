import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { direct, looped } from "../../kernels/element.ts";
import { greatestInt64, leastInt64 } from "../../kernels/summaries.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { equal, greater, greaterOrEqual, less, lessOrEqual } from "../logic/comparison.ts";
import { and, not, or } from "../logic/connective.ts";
import { type Complex, defineOp, numbers } from "../define.ts";
import { broadcastAll, broadcastProbes, noAttributes } from "../elementwise.ts";
import { binary } from "../express.ts";
import { abs } from "./abs.ts";
import { cast } from "./cast.ts";
import { div } from "./div.ts";
import { log } from "./log.ts";
import { mul } from "./mul.ts";
import { sub } from "./sub.ts";
import { where } from "./where.ts";
import { anyPower, over, wholePower } from "../complex.ts";

/** As in C, 1 to any power is 1 (NaN and infinities included), and so is -1 to an infinite one: JavaScript says NaN. */
function power(a: number, b: number): number {
  if (b === 2) return a * a;
  if (a === 1 || (a === -1 && Math.abs(b) === Infinity)) return 1;
  return Math.pow(a, b);
}

/** As Cast does, roots of negative numbers, which are NaN, become 0, and what is beyond 64 bits saturates. */
function integerPower(a: number, b: number): number {
  const value = Math.trunc(power(a, b));
  if (Number.isNaN(value) || (a === 0 && b < 0)) return 0;
  return Math.min(Math.max(value, leastInt64), greatestInt64);
}

const floatingPower = direct("pow", 2, power);
const mixedPower = looped(2, power);
const truncatedPower = looped(2, integerPower);

export const Pow = defineOp({
  type: "Pow",
  since: 15,
  category: "arithmetic",
  summary:
    "The first operand raised to the second, element by element. The result has the element type of the base; for integers it is cut off towards zero.",
  inputs: [
    { name: "X", type: "T", differentiable: true },
    { name: "Y", type: "T1", differentiable: true },
  ],
  outputs: [{ name: "Z" }],
  types: { T: numbers, T1: numbers },
  attributes: noAttributes,
  traits: ["elementwise"],
  infer: ([a, b]) => [{ dtype: a.dtype, shape: broadcastAll("Pow", [a, b]) }],
  // An exponent of another type is no operand for the instruction.
  element: (_, [a, b]) => (!isFloating(a.dtype) ? truncatedPower : a.dtype === b.dtype ? floatingPower : mixedPower),
  vjp: ({ inputs: [a, b], outputs: [y], grads: [g] }) => [gradientOfBase(g, a, b, y), gradientOfExponent(g, a, b, y)],
  complex: ({ inputs: [z, exponent] }) => {
    const whole = wholeExponent(exponent);
    if (whole !== null) return [whole < 0 ? over(1, wholePower(z, -whole)) : wholePower(z, whole)];
    const by = { re: cast(exponent.re, z.re.dtype), im: exponent.im && cast(exponent.im, z.re.dtype) };
    return [anyPower(z, by)];
  },
  display: {
    label: "^",
    formula: ([a, b]) => term.power(a, b),
    derivatives: ([a, b]) => [term.product(b, term.power(a, term.difference(b, 1))), term.product(term.power(a, b), term.call("ln", a))],
  },
  syntax: {
    names: [
      { name: "power" },
      { name: "square", arity: 1, operands: [null, 2] },
      { name: "cube", arity: 1, operands: [null, 3] },
      { name: "rsqrt", arity: 1, operands: [null, -0.5] },
      { name: "exp2", arity: 1, operands: [2, null] },
      { name: "exp10", arity: 1, operands: [10, null] },
    ],
    infix: "^",
  },
  kinks: [
    { at: "exponent 0", convention: "by the base: 0" },
    { at: "base 0, exponent at least 0", convention: "by the exponent: 0" },
  ],
  probes: [
    ...broadcastProbes([0.5, 2], [-2, 3]),
    { inputs: [[3], { values: [2], shape: [], dtype: "int64" }] },
    {
      inputs: [
        { shape: [2, 2], between: [0.5, 2] },
        { values: [3, 0], shape: [2], dtype: "float64" },
      ],
    },
  ],
});

/** The number that every element of a constant exponent is, when that is whole and small enough for repeated multiplication. */
function wholeExponent({ re: { known }, im }: Complex): number | null {
  const first = known?.data[0];
  if (im !== null || first === undefined || !Number.isInteger(first) || Math.abs(first) > 64) return null;
  return known?.data.every((element) => element === first) ? first : null;
}

/**
 * 0 where the exponent is 0. The formula says so by itself unless the base is 0 (or NaN), where it would multiply 0 with infinity: only
 * there it is masked, with another exponent under the mask, so that second derivatives are right beside it and not NaN below it.
 */
function gradientOfBase(g: Value, a: Value, exponent: Value, y: Value): Value {
  const b = cast(exponent, g.dtype);
  // A known exponent less 1 is mostly exact.
  const slope = b.known?.data.every((element) => element - 1 + 1 === element) ? slopeByPower : slopeByBase;
  if (b.known !== null && !b.known.data.includes(0)) return mul(g, slope(a, b, y));
  const masked = and(equal(b, 0), not(greater(abs(a), 0)));
  return where(masked, 0, mul(g, slope(a, where(masked, 1, b), y)));
}

const slopeByPower = (a: Value, b: Value): Value => mul(b, pow(a, sub(b, 1)));

/**
 * b a^(b - 1). Where b - 1 had to be rounded, the power would show that many times over: there it is by / a, as long as y = a^b is an
 * ordinary number. Of the two orders of the quotient, one stays within the range.
 */
function slopeByBase(a: Value, b: Value, y: Value): Value {
  const isOrdinary = and(ordinary(y), greater(abs(a), 0));
  const [base, result] = [where(isOrdinary, a, 1), where(isOrdinary, y, 1)];
  const isLarge = and(greater(abs(base), 1), greater(abs(result), 1));
  const quotient = where(isLarge, mul(div(result, base), b), div(mul(b, result), base));
  // Beyond, the same with half of the power at a time.
  const isPositive = and(greater(a, 0), less(a, Infinity));
  const positive = where(isPositive, a, 1);
  const half = halfPower(positive, b);
  const halves = mul(mul(b, half), div(half, positive));
  const power = slopeByPower(where(or(isOrdinary, isPositive), 1, a), b);
  return where(isOrdinary, quotient, where(isPositive, halves, power));
}

const halfPower = (a: Value, b: Value): Value => pow(a, mul(0.5, b));

/** Neither infinite, nor 0, nor among the numbers that have lost digits to come close to it. */
function ordinary(y: Value): Value {
  const [least, greatest] = y.dtype === "float64" ? [2 ** -1022, Number.MAX_VALUE] : [2 ** -126, (2 - 2 ** -23) * 2 ** 127];
  return and(greaterOrEqual(abs(y), least), lessOrEqual(abs(y), greatest));
}

/** A constant exponent takes no gradient, which would be NaN wherever the base is negative. */
function gradientOfExponent(g: Value, a: Value, b: Value, y: Value): Value | null {
  if (b.known !== null || !isFloating(b.dtype)) return null;
  const masked = and(equal(a, 0), greaterOrEqual(b, 0));
  const logarithm = log(where(masked, 1, a));
  // Half of the power at a time, where the whole of it is beyond the range that the product may still lie in.
  const half = halfPower(a, cast(b, y.dtype));
  const slope = where(ordinary(y), mul(y, logarithm), mul(mul(half, logarithm), half));
  return cast(where(masked, 0, mul(g, slope)), b.dtype);
}

export const pow = binary(Pow);
