import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { reduce } from "../../kernels/reduce.ts";
import { type Summary, truncateToInt64 } from "../../kernels/summaries.ts";
import type { DType } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { axesWithin, flag, int64s, keptAxis, reducedShape, staticNumbers } from "../axes.ts";
import {
  type Accuracy,
  type Complex,
  defineOp,
  type Display,
  type Kink,
  type Merge,
  type Operator,
  type Probe,
  type Syntax,
  type Trait,
} from "../define.ts";
import { one } from "../express.ts";
import { filled } from "../shape/expand.ts";
import { reshape } from "../shape/reshape.ts";

interface ReductionFacts {
  readonly type: string;
  readonly since?: number;
  readonly summary: string;
  /** What becomes of the reduced elements; integers are rounded towards zero. */
  readonly reduction: (dtype: DType) => Summary;
  /** Element types of the data. */
  readonly types: readonly DType[];
  /** The gradient; cotangent and result come with the reduced axes kept as size 1. */
  readonly gradient: (g: Value, x: Value, y: Value, axes: readonly number[]) => Value;
  /** Of complex elements, with the reduced axes kept as size 1. */
  readonly complex?: (z: Complex, axes: readonly number[]) => Complex;
  /** Tells the smooth pieces apart (see `branches`); the result comes with the reduced axes kept as size 1. */
  readonly branch?: (x: Value, y: Value) => Value;
  readonly traits?: readonly Trait[];
  /** How results over some rows and over others become that over all. */
  readonly merge: Merge;
  readonly display: Display;
  readonly syntax?: Omit<Syntax, "arguments">;
  readonly kinks?: readonly Kink[];
  readonly accuracy?: Accuracy;
  /** Bounds of the common probes' numbers, inside the domain. */
  readonly between?: readonly [number, number];
  readonly probes?: readonly Probe[];
}

/** What every reduction takes and gives. */
export const dataOverAxes = {
  inputs: [
    { name: "data", type: "T", differentiable: true },
    { name: "axes", type: "Tind", optional: true, static: true, list: true },
  ],
  outputs: [{ name: "reduced" }],
} as const;

/** A reduction over the axes of its second input; over all of them when that is left out or empty (unless told otherwise). */
export function reductionOp(facts: ReductionFacts): Operator {
  const { reduction, gradient, complex, branch, merge, types, syntax, traits = [], between = [-2, 2], probes = [], ...rest } = facts;
  return defineOp({
    ...rest,
    category: "reduction",
    ...dataOverAxes,
    types: { T: types, Tind: ["int64"] },
    attributes: z.strictObject({ keepdims: flag.default(true), noop_with_empty_axes: flag.default(false) }),
    traits: ["reduction", ...traits],
    syntax: { ...syntax, arguments: { axis: "axes" } },
    infer: ([data, axes], attributes) => [
      { dtype: data.dtype, shape: reducedShape(data.shape, reducedAxes(data, axes, attributes), attributes.keepdims) },
    ],
    kernel: ([data, axes], [reduced], attributes) => {
      reduce(reduction(data.dtype), data, reducedAxes(data, axes, attributes), reduced);
      if (reduced.dtype === "int64") truncateToInt64(reduced.data);
    },
    vjp: ({ inputs: [data, axes], outputs: [reduced], grads: [g], attributes }) => {
      // What no element decides is constant, and rules need not care about dividing by none.
      if (sizeOf(data.shape) === 0) return [filled(0, data), null];
      const over = reducedAxes(data, axes, attributes);
      const kept = reducedShape(data.shape, over, true);
      return [gradient(reshape(g, kept), data, reshape(reduced, kept), over), null];
    },
    rows: ([axis], [data, axes], attributes) => {
      if (axis === null) return null;
      const over = reducedAxes(data, axes, attributes);
      return over.includes(axis) ? merge : keptAxis(axis, over, attributes.keepdims);
    },
    complex:
      complex &&
      (({ inputs: [data, axes], attributes }) => {
        const over = reducedAxes(data.re, axes && axes.re, attributes);
        const { re, im } = complex(data, over);
        const shape = reducedShape(data.re.shape, over, attributes.keepdims);
        return [{ re: reshape(re, shape), im: im && reshape(im, shape) }];
      }),
    branches:
      branch &&
      (({ inputs: [data, axes], outputs: [reduced], attributes }) => [
        branch(data, reshape(reduced, reducedShape(data.shape, reducedAxes(data, axes, attributes), true))),
      ]),
    probes: [
      { inputs: [{ shape: [2, 3], between }] },
      {
        inputs: [
          { shape: [2, 3], between },
          { values: [1], shape: [1], dtype: "int64" },
        ],
        attributes: { keepdims: false },
      },
      { inputs: [{ shape: [], between }] },
      ...probes,
    ],
  });
}

function reducedAxes(
  data: { shape: readonly number[] },
  axes: Parameters<typeof staticNumbers>[0] | null,
  attributes: { noop_with_empty_axes: boolean },
): number[] {
  const named = axes === null ? [] : staticNumbers(axes);
  if (named.length > 0) return axesWithin(named, data.shape.length, { input: 1 });
  return attributes.noop_with_empty_axes ? [] : data.shape.map((_, axis) => axis);
}

/** The operator as a function of symbolic values; `axes` left out means all. */
export function reducer(op: Operator): (x: Value, options?: { axes?: readonly number[]; keepdims?: boolean }) => Value {
  return (x, { axes, keepdims = true } = {}) =>
    one(op, [x, axes === undefined ? null : int64s(axes)], { keepdims, noop_with_empty_axes: axes?.length === 0 });
}
