import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { softmaxAlong } from "../../kernels/softmax.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { mul } from "../arithmetic/mul.ts";
import { neg } from "../arithmetic/neg.ts";
import { sub } from "../arithmetic/sub.ts";
import { where } from "../arithmetic/where.ts";
import { axisWithin } from "../axes.ts";
import { type Complex, defineOp, type Display, floats, type Operator, sumOfTerms } from "../define.ts";
import { one } from "../express.ts";
import { greater } from "../logic/comparison.ts";
import { reduceSum } from "../reduction/reduce-sum.ts";
import { reshape } from "../shape/reshape.ts";
import { inverse, transpose } from "../shape/transpose.ts";
import { exponential, logarithm as complexLogarithm, minus, over, real, summed } from "../complex.ts";
import { called } from "../notation.ts";
import { reduceMax } from "../reduction/reduce-max-min.ts";

interface SoftmaxFacts {
  readonly type: string;
  readonly summary: string;
  readonly logarithm: boolean;
  /** From the cotangent and the softmax. */
  readonly gradient: (g: Value, p: Value, axes: readonly number[]) => Value;
  /** From the exponentials of the shifted operand, and their sum. */
  readonly complex: (shifted: Complex, sum: Complex) => Complex;
  readonly display: Display;
}

/** The greatest element along the axis is subtracted before the exponential, which changes nothing but keeps it from overflowing. */
function normalisedExponential({ type, summary, logarithm, gradient, complex, display }: SoftmaxFacts): Operator {
  return defineOp({
    type,
    since: 13,
    category: "activation",
    summary,
    inputs: [{ name: "input", type: "T", differentiable: true }],
    outputs: [{ name: "output" }],
    types: { T: floats },
    attributes: z.strictObject({ axis: z.int().default(-1) }),
    infer: ([x], { axis }) => {
      axisWithin(axis, x.shape.length);
      return [x];
    },
    kernel: ([x], [y], { axis }) => softmaxAlong(x, axisWithin(axis, x.shape.length), logarithm, y),
    rows: ([row], [x], { axis }) => (row === axisWithin(axis, x.shape.length) ? null : row),
    // Not from a logarithm that has been rounded: its exponential would be off by as many digits as it has before the point.
    vjp: ({ inputs: [x], outputs: [y], grads: [g], attributes: { axis } }) => {
      const p = logarithm ? softmax(x, axis) : y;
      return [addingUpToNothing(gradient(g, p, [axis]), p, [axis])];
    },
    complex: ({ inputs: [z], attributes: { axis } }) => {
      const shifted = minus(z, real(reduceMax(z.re, { axes: [axis] })));
      return [complex(shifted, summed(exponential(shifted), [axis]))];
    },
    operations: ([x]) => 5 * x.shape.reduce((size, dimension) => size * dimension, 1),
    accuracy: sumOfTerms,
    display,
    probes: [{ inputs: [[4]] }, { inputs: [[2, 3]], attributes: { axis: 0 } }, { inputs: [[2, 3, 2]], attributes: { axis: -2 } }],
  });
}

/**
 * The gradients along the axis add up to nothing. That of an element whose share is nearly 1 is a difference of nearly equal numbers, so it
 * is taken from the others.
 */
function addingUpToNothing(gradient: Value, p: Value, axes: readonly number[]): Value {
  const isMost = greater(p, 0.5);
  return where(isMost, neg(reduceSum(where(isMost, 0, gradient), { axes })), gradient);
}

export const Softmax = normalisedExponential({
  type: "Softmax",
  summary: "Exponentials divided by their sum along an axis, so that they are positive and add up to 1.",
  logarithm: false,
  // (diag(y) - y yᵀ) g without forming the Jacobian.
  gradient: (g, p, axes) => mul(p, sub(g, reduceSum(mul(g, p), { axes }))),
  complex: (shifted, sum) => over(exponential(shifted), sum),
  display: {
    label: "softmax",
    formula: called("softmax"),
    cotangents: (_, __, delta, s) => [term.elementwise(s, term.difference(delta, term.call("Σ", term.elementwise(delta, s))))],
  },
});

export const LogSoftmax = normalisedExponential({
  type: "LogSoftmax",
  summary: "The logarithm of the softmax along an axis, computed without taking the logarithm of small numbers.",
  logarithm: true,
  gradient: (g, p, axes) => sub(g, mul(p, reduceSum(g, { axes }))),
  complex: (shifted, sum) => minus(shifted, complexLogarithm(sum)),
  display: {
    label: "log softmax",
    formula: called("log softmax"),
    cotangents: ([x], _, delta) => [term.difference(delta, term.elementwise(term.call("softmax", x), term.call("Σ", delta)))],
  },
});

export const softmax = (x: Value, axis: number): Value => one(Softmax, [x], { axis });

/** The softmax over several axes together. */
export function softmaxOver(x: Value, axes: readonly number[]): Value {
  if (axes.length === 1) return softmax(x, axes[0]);
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const order = [...kept, ...axes];
  const turned = transpose(x, order);
  const rows = reshape(turned, [...kept.map((axis) => x.shape[axis]), sizeOf(axes.map((axis) => x.shape[axis]))]);
  return transpose(reshape(softmax(rows, kept.length), turned.shape), inverse(order));
}

export const logSoftmax = (x: Value, axis: number): Value => one(LogSoftmax, [x], { axis });
