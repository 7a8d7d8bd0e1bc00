import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { div } from "../arithmetic/div.ts";
import { sub } from "../arithmetic/sub.ts";
import { axesWithin, flag, reducedShape, staticNumbers } from "../axes.ts";
import { defineOp, type Display, floats, type Kink, type Operator, sumOfTerms } from "../define.ts";
import { reduced } from "../notation.ts";
import { reshape } from "../shape/reshape.ts";
import { dataOverAxes } from "./family.ts";
import { reduceL2, reduceSumSquare } from "./norms.ts";
import { reduceMean } from "./reduce-mean.ts";

interface SpreadFacts {
  readonly type: string;
  readonly summary: string;
  readonly names: readonly string[];
  /** The spread of elements with mean 0, of which so many count. */
  readonly spread: (centred: Value, axes: readonly number[], degrees: number) => Value;
  readonly display: Display;
  readonly kinks?: readonly Kink[];
}

const attributes = z.strictObject({ keepdims: flag.default(true), correction: z.number().min(0).default(1) });

/** How far elements lie from their mean, over axes; over all of them when they are left out. */
function spreadOp({ names, spread, ...rest }: SpreadFacts): Operator {
  return defineOp({
    ...rest,
    category: "reduction",
    ...dataOverAxes,
    types: { T: floats, Tind: ["int64"] },
    attributes,
    traits: ["reduction"],
    syntax: { names: names.map((name) => ({ name })), arguments: { axis: "axes", ddof: "correction" } },
    accuracy: sumOfTerms,
    body: ([x, axes], { keepdims, correction }) => {
      const named = axes === null ? [] : staticNumbers(axes);
      const over = axesWithin(named.length > 0 ? named : x.shape.keys(), x.shape.length, { input: 1 });
      const count = over.reduce((product, axis) => product * x.shape[axis], 1);
      // Centred twice: what the mean of numbers far from 0 loses in rounding would be the error of every small difference.
      const centred = lessMean(lessMean(x, over), over);
      const kept = spread(centred, over, Math.max(0, count - correction));
      return [reshape(kept, reducedShape(x.shape, over, keepdims))];
    },
    probes: [
      { inputs: [[5]] },
      { inputs: [[2, 3], { values: [1], shape: [1], dtype: "int64" }], attributes: { keepdims: false, correction: 0 } },
      { inputs: [[2, 3]], attributes: { correction: 1.5 } },
    ],
  });
}

function lessMean(x: Value, axes: readonly number[]): Value {
  return sub(x, reduceMean(x, { axes }));
}

const degrees = (correction: unknown): term.TermLike => (correction === 0 ? "n" : term.difference("n", Number(correction)));

const divisor = "the number of elements less the correction: 1 unless told, as in PyTorch; 0 as in NumPy";

export const ReduceVariance = spreadOp({
  type: "ReduceVariance",
  summary: `The variance over axes: the squared distances from the mean, added and divided by ${divisor}.`,
  names: ["var", "variance"],
  spread: (centred, axes, degrees) => div(reduceSumSquare(centred, { axes }), degrees),
  display: {
    label: "var",
    formula: reduced("Var"),
    cotangents: ([x], { correction }, delta) => [
      term.product(term.quotient(2, degrees(correction)), term.elementwise(delta, term.difference(x, term.call("mean", x)))),
      null,
    ],
  },
});

export const ReduceStandardDeviation = spreadOp({
  type: "ReduceStandardDeviation",
  summary: `The standard deviation over axes, the root of the variance, which divides by ${divisor}.`,
  names: ["std", "stdev", "stddev"],
  spread: (centred, axes, degrees) => div(reduceL2(centred, { axes }), Math.sqrt(degrees)),
  display: {
    label: "std",
    formula: reduced("std"),
    cotangents: ([x], { correction }, delta, y) => [
      term.quotient(term.elementwise(delta, term.difference(x, term.call("mean", x))), term.product(degrees(correction), y)),
      null,
    ],
  },
  kinks: [{ at: "all elements are equal", convention: "the gradient is 0" }],
});
