import { euclideanNorm, sumOfMagnitudes, sumOfSquares } from "../../kernels/summaries.ts";
import { mul } from "../arithmetic/mul.ts";
import { reciprocal } from "../arithmetic/reciprocal.ts";
import { sign } from "../arithmetic/sign.ts";
import { where } from "../arithmetic/where.ts";
import { numbers } from "../define.ts";
import { number } from "../express.ts";
import { equal } from "../logic/comparison.ts";
import { reducer, reductionOp } from "./family.ts";
import { squareRoot, summed, times, unsigned } from "../complex.ts";
import { added } from "./merges.ts";

export const ReduceL1 = reductionOp({
  type: "ReduceL1",
  since: 18,
  summary: "The sum of absolute values over axes.",
  types: numbers,
  reduction: () => sumOfMagnitudes,
  merge: added,
  gradient: (g, x) => mul(g, sign(x)),
  complex: (z, axes) => summed(unsigned(z), axes),
  branch: (x) => sign(x),
  display: { label: "‖·‖₁", latex: ([x]) => String.raw`\left\lVert ${x} \right\rVert_1` },
  kinks: [{ at: "an element is 0", convention: "its derivative is 0" }],
});

export const ReduceL2 = reductionOp({
  type: "ReduceL2",
  since: 18,
  summary: "The Euclidean norm over axes: the square root of the sum of squares.",
  types: numbers,
  reduction: () => euclideanNorm,
  merge: (some, others) => Math.hypot(some, others),
  gradient: (g, x, y) => {
    const isZero = equal(y, 0);
    const inverse = where(isZero, number(0, y), reciprocal(where(isZero, number(1, y), y)));
    return mul(mul(g, inverse), x);
  },
  complex: (z, axes) => squareRoot(summed(times(z, z), axes)),
  branch: (_x, y) => sign(y),
  display: { label: "‖·‖₂", latex: ([x]) => String.raw`\left\lVert ${x} \right\rVert_2` },
  syntax: { names: [{ name: "norm", arity: 1 }] },
  kinks: [{ at: "all elements are 0", convention: "the gradient is 0" }],
  probes: [{ inputs: [{ values: [0, 1, 0, -2], shape: [4], dtype: "float64" }] }],
});

export const ReduceSumSquare = reductionOp({
  type: "ReduceSumSquare",
  since: 18,
  summary: "The sum of squares over axes.",
  types: numbers,
  reduction: () => sumOfSquares,
  merge: added,
  gradient: (g, x) => mul(mul(g, 2), x),
  complex: (z, axes) => summed(times(z, z), axes),
  display: { label: "Σ²", latex: ([x]) => String.raw`\sum {${x}}^2` },
});

export const reduceL1 = reducer(ReduceL1);
export const reduceL2 = reducer(ReduceL2);
export const reduceSumSquare = reducer(ReduceSumSquare);
