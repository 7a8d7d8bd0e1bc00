import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { euclideanNorm, rootMeanSquare, sumOfMagnitudes, sumOfSquares } from "../../kernels/summaries.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { clip } from "../arithmetic/clip.ts";
import { div } from "../arithmetic/div.ts";
import { mul } from "../arithmetic/mul.ts";
import { sign } from "../arithmetic/sign.ts";
import { where } from "../arithmetic/where.ts";
import { composed, floats, numbers } from "../define.ts";
import { reduced } from "../notation.ts";
import { number } from "../express.ts";
import { equal, greater, less } from "../logic/comparison.ts";
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
  accuracy: composed,
  display: {
    label: "‖·‖₁",
    formula: ([x]) => term.indexedCall("norm", 1, x),
    cotangents: ([x], _, delta) => [term.elementwise(delta, term.call("sign", x)), null],
  },
  kinks: [{ at: "an element is 0", convention: "its derivative is 0" }],
});

export const ReduceL2 = reductionOp({
  type: "ReduceL2",
  since: 18,
  summary: "The Euclidean norm over axes: the square root of the sum of squares.",
  types: numbers,
  reduction: () => euclideanNorm,
  merge: (some, others) => Math.hypot(some, others),
  gradient: (g, x, _y, axes) => mul(g, unitVector(x, axes)),
  complex: (z, axes) => squareRoot(summed(times(z, z), axes)),
  branch: (_x, y) => sign(y),
  accuracy: composed,
  display: {
    label: "‖·‖₂",
    formula: ([x]) => term.indexedCall("norm", 2, x),
    cotangents: ([x], _, delta, y) => [term.elementwise(delta, term.quotient(x, y)), null],
  },
  syntax: { names: [{ name: "norm", arity: 1 }] },
  kinks: [
    { at: "all elements are 0", convention: "the gradient is 0" },
    { at: "elements are infinite", convention: "they count as the greatest numbers there are" },
  ],
  probes: [{ inputs: [{ values: [0, 1, 0, -2], shape: [4], dtype: "float64" }] }],
});

/** x over its norm, which is not that of the result: it may be subnormal, with few digits, or beyond all numbers. */
function unitVector(x: Value, axes: readonly number[]): Value {
  const most = x.dtype === "float32" ? greatestSingle : Number.MAX_VALUE;
  const scaled = mul(clip(x, -most, most), leveller(reduceL2(x, { axes })));
  const length = reduceL2(scaled, { axes });
  return div(scaled, where(equal(length, 0), 1, length));
}

/** What brings numbers of about that size to where neither they nor what they divide vanish or overflow; 1 where they are there. */
function leveller(size: Value): Value {
  const far = size.dtype === "float32" ? 2 ** 100 : 2 ** 600;
  return where(less(size, 1 / far), number(far, size), where(greater(size, far), number(1 / far, size), 1));
}

const greatestSingle = (2 - 2 ** -23) * 2 ** 127;

export const ReduceRootMeanSquare = reductionOp({
  type: "ReduceRootMeanSquare",
  summary: "The root of the mean of squares over axes; NaN over no elements.",
  types: floats,
  reduction: () => rootMeanSquare,
  merge: (some, others, share) => Math.hypot(some * Math.sqrt(1 - share), others * Math.sqrt(share)),
  gradient: (g, x, _y, axes) => mul(div(g, Math.sqrt(sizeOf(axes.map((axis) => x.shape[axis])))), unitVector(x, axes)),
  complex: (z, axes) => {
    const mean = summed(times(z, z), axes);
    return squareRoot(times(1 / sizeOf(axes.map((axis) => z.re.shape[axis])), mean));
  },
  branch: (_x, y) => sign(y),
  accuracy: composed,
  display: {
    label: "rms",
    formula: reduced("rms"),
    cotangents: ([x], _, delta, y) => [term.elementwise(delta, term.quotient(x, term.product("n", y))), null],
  },
  syntax: { names: [{ name: "rms", arity: 1 }] },
  kinks: [{ at: "all elements are 0", convention: "the gradient is 0" }],
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
  accuracy: composed,
  display: {
    label: "Σ²",
    formula: ([x]) => term.call("Σ", term.square(x)),
    cotangents: ([x], _, delta) => [term.product(2, term.elementwise(delta, x)), null],
  },
});

export const reduceL1 = reducer(ReduceL1);
export const reduceL2 = reducer(ReduceL2);
export const reduceRootMeanSquare = reducer(ReduceRootMeanSquare);
export const reduceSumSquare = reducer(ReduceSumSquare);
