import * as term from "../../formula/term.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { softmaxOver } from "../activation/softmax.ts";
import { logOfSum, logOfSumOfExponentials } from "../../kernels/summaries.ts";
import { div } from "../arithmetic/div.ts";
import { mul } from "../arithmetic/mul.ts";
import { where } from "../arithmetic/where.ts";
import { composed, numbers, sumOfTerms } from "../define.ts";
import { equal } from "../logic/comparison.ts";
import { expand } from "../shape/expand.ts";
import { reducer, reductionOp } from "./family.ts";
import { reduceMean } from "./reduce-mean.ts";
import { reduceSum } from "./reduce-sum.ts";
import { exponential, logarithm, minus, plus, real, summed } from "../complex.ts";
import { reduceMax } from "./reduce-max-min.ts";
import { logarithmsAdded } from "./merges.ts";

export const ReduceLogSum = reductionOp({
  type: "ReduceLogSum",
  since: 18,
  summary: "The logarithm of the sum over axes.",
  types: numbers,
  reduction: () => logOfSum,
  merge: logarithmsAdded,
  gradient: (g, x, _y, axes) => {
    // A sum that no number holds may have a reciprocal that one does.
    const sum = reduceSum(x, { axes });
    const share = div(div(g, reduceMean(x, { axes })), sizeOf(axes.map((axis) => x.shape[axis])));
    return expand(where(equal(sum, Number.POSITIVE_INFINITY), share, div(g, sum)), x.shape);
  },
  complex: (z, axes) => logarithm(summed(z, axes)),
  accuracy: composed,
  display: {
    label: "log Σ",
    formula: ([x]) => term.call("ln", term.call("Σ", x)),
    cotangents: ([x], _, delta) => [term.quotient(delta, term.call("Σ", x)), null],
  },
  between: [0.5, 2],
});

export const ReduceLogSumExp = reductionOp({
  type: "ReduceLogSumExp",
  since: 18,
  summary: "The logarithm of the sum of exponentials over axes, computed without overflow by taking out the greatest element.",
  types: numbers,
  reduction: () => logOfSumOfExponentials,
  merge: logarithmsAdded,
  // Not exp(x - y): the result is rounded, and its exponential would be off by as many digits as it has before the point.
  gradient: (g, x, y, axes) => {
    const isNothing = equal(y, Number.NEGATIVE_INFINITY);
    return where(isNothing, 0, mul(g, softmaxOver(where(isNothing, 0, x), axes)));
  },
  complex: (z, axes) => {
    const greatest = real(reduceMax(z.re, { axes }));
    return plus(greatest, logarithm(summed(exponential(minus(z, greatest)), axes)));
  },
  accuracy: sumOfTerms,
  display: {
    label: "log Σ exp",
    formula: ([x]) => term.call("ln", term.call("Σ", term.exponential(x))),
    cotangents: ([x], _, delta) => [term.elementwise(delta, term.call("softmax", x)), null],
  },
  syntax: { names: [{ name: "logsumexp", arity: 1 }] },
  kinks: [{ at: "all elements are -∞", convention: "the gradient is 0" }],
});

export const reduceLogSum = reducer(ReduceLogSum);
export const reduceLogSumExp = reducer(ReduceLogSumExp);
