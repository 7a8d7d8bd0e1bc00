import * as term from "../../formula/term.ts";
import { greatestInt64, leastInt64, maximumOr, minimumOr } from "../../kernels/summaries.ts";
import type { Value } from "../../ir/graph.ts";
import type { DType } from "../../tensor/dtype.ts";
import { cast } from "../arithmetic/cast.ts";
import { div } from "../arithmetic/div.ts";
import { mul } from "../arithmetic/mul.ts";
import { anyType, type Complex, copied, type Kink } from "../define.ts";
import { reduced } from "../notation.ts";
import { equal } from "../logic/comparison.ts";
import { reducer, reductionOp } from "./family.ts";
import { reduceSum } from "./reduce-sum.ts";
import { imaginary } from "../complex.ts";

export const ReduceMax = reductionOp({
  type: "ReduceMax",
  since: 20,
  summary: "The greatest element over axes; NaN when any is, and the least number of the type over no elements.",
  types: anyType,
  reduction: (dtype) => maximumOr(least(dtype)),
  merge: (some, others) => Math.max(some, others),
  gradient: sharedByTies,
  complex: (z, axes) => movedByTies(z, reduceMax(z.re, { axes }), axes),
  branch: (x, y) => equal(x, y),
  accuracy: copied,
  display: {
    label: "max",
    formula: reduced("max"),
    cotangents: ([x], _, delta, y) => [term.elementwise(delta, term.cases(1, term.relation(x, "=", y), 0)), null],
  },
  syntax: { names: [{ name: "amax" }, { name: "max", arity: 1 }] },
  kinks: ties("greatest"),
});

export const ReduceMin = reductionOp({
  type: "ReduceMin",
  since: 20,
  summary: "The smallest element over axes; NaN when any is, and the greatest number of the type over no elements.",
  types: anyType,
  reduction: (dtype) => minimumOr(greatest(dtype)),
  merge: (some, others) => Math.min(some, others),
  gradient: sharedByTies,
  complex: (z, axes) => movedByTies(z, reduceMin(z.re, { axes }), axes),
  branch: (x, y) => equal(x, y),
  accuracy: copied,
  display: {
    label: "min",
    formula: reduced("min"),
    cotangents: ([x], _, delta, y) => [term.elementwise(delta, term.cases(1, term.relation(x, "=", y), 0)), null],
  },
  syntax: { names: [{ name: "amin" }, { name: "min", arity: 1 }] },
  kinks: ties("smallest"),
});

function least(dtype: DType): number {
  return { float64: Number.NEGATIVE_INFINITY, float32: Number.NEGATIVE_INFINITY, int64: leastInt64, int32: -(2 ** 31), bool: 0 }[dtype];
}

function greatest(dtype: DType): number {
  return { float64: Number.POSITIVE_INFINITY, float32: Number.POSITIVE_INFINITY, int64: greatestInt64, int32: 2 ** 31 - 1, bool: 1 }[dtype];
}

function ties(which: string): readonly Kink[] {
  return [{ at: `several elements are the ${which}`, convention: "they share the gradient evenly" }];
}

function sharedByTies(g: Value, x: Value, y: Value, axes: readonly number[]): Value {
  const chosen = cast(equal(x, y), x.dtype);
  return mul(div(g, reduceSum(chosen, { axes })), chosen);
}

function movedByTies(z: Complex, y: Value, axes: readonly number[]): Complex {
  const chosen = cast(equal(z.re, y), y.dtype);
  return { re: y, im: div(reduceSum(mul(chosen, imaginary(z)), { axes }), reduceSum(chosen, { axes })) };
}

export const reduceMax = reducer(ReduceMax);
export const reduceMin = reducer(ReduceMin);
