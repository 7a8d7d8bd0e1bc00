import { logOfSum, logOfSumOfExponentials } from "../../kernels/summaries.ts";
import { div } from "../arithmetic/div.ts";
import { exp } from "../arithmetic/exp.ts";
import { mul } from "../arithmetic/mul.ts";
import { sub } from "../arithmetic/sub.ts";
import { where } from "../arithmetic/where.ts";
import { numbers } from "../define.ts";
import { number } from "../express.ts";
import { equal } from "../logic/comparison.ts";
import { expand } from "../shape/expand.ts";
import { reducer, reductionOp } from "./family.ts";
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
  gradient: (g, x, _y, axes) => expand(div(g, reduceSum(x, { axes })), x.shape),
  complex: (z, axes) => logarithm(summed(z, axes)),
  display: { label: "log Σ", latex: ([x]) => String.raw`\log \sum ${x}` },
  between: [0.5, 2],
});

export const ReduceLogSumExp = reductionOp({
  type: "ReduceLogSumExp",
  since: 18,
  summary: "The logarithm of the sum of exponentials over axes, computed without overflow by taking out the greatest element.",
  types: numbers,
  reduction: () => logOfSumOfExponentials,
  merge: logarithmsAdded,
  gradient: (g, x, y) => {
    // Where every element is -∞ so is the result, and their difference would be NaN.
    const finite = where(equal(y, Number.NEGATIVE_INFINITY), number(0, y), y);
    return mul(g, exp(sub(x, finite)));
  },
  complex: (z, axes) => {
    const greatest = real(reduceMax(z.re, { axes }));
    return plus(greatest, logarithm(summed(exponential(minus(z, greatest)), axes)));
  },
  display: { label: "log Σ exp", latex: ([x]) => String.raw`\log \sum e^{${x}}` },
  syntax: { names: [{ name: "logsumexp", arity: 1 }] },
  kinks: [{ at: "all elements are -∞", convention: "the gradient is 0" }],
});

export const reduceLogSum = reducer(ReduceLogSum);
export const reduceLogSumExp = reducer(ReduceLogSumExp);
