import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { recur } from "../../kernels/scan.ts";
import { formatShape, sameShape } from "../../tensor/shape.ts";
import { mul } from "../arithmetic/mul.ts";
import { axisWithin, flag } from "../axes.ts";
import { defineOp, floats, sumOfTerms } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { pad } from "../shape/pad.ts";
import { slice } from "../shape/slice.ts";

interface Along {
  readonly axis: number;
  readonly reverse: boolean;
}

export const LinearRecurrence = defineOp({
  type: "LinearRecurrence",
  category: "reduction",
  summary:
    "y[i] = a[i] · y[i-1] + b[i] along an axis, with y[0] = b[0]; from the end towards the start when reverse is set. Discounted sums, running products and moving averages are of this kind.",
  inputs: [
    { name: "a", type: "T", differentiable: true },
    { name: "b", type: "T", differentiable: true },
  ],
  outputs: [{ name: "y" }],
  types: { T: floats },
  attributes: z.strictObject({ axis: z.int().default(-1), reverse: flag.default(false) }),
  infer: ([a, b], { axis }) => {
    axisWithin(axis, a.shape.length);
    if (sameShape(a.shape, b.shape)) return [a];
    throw new OperatorError("shape", `a and b have one shape, not ${formatShape(a.shape)} and ${formatShape(b.shape)}`, { input: 1 });
  },
  kernel: ([a, b], [y], { axis, reverse }) => recur(a, b, axisWithin(axis, a.shape.length), reverse, y),
  // What comes to an element is its own cotangent, and what its successor hands on: the recurrence again, the other way round.
  vjp: ({ inputs: [a], outputs: [y], grads: [g], attributes }) => {
    const along = { axis: axisWithin(attributes.axis, a.shape.length), reverse: attributes.reverse };
    if (a.shape[along.axis] === 0) return [a, g];
    const back = { ...along, reverse: !along.reverse };
    const total = linearRecurrence(shifted(a, back), g, back);
    return [afterNothing(mul(withoutLast(total, back), withoutLast(y, along)), along), total];
  },
  accuracy: sumOfTerms,
  display: { label: "recurrence", formula: called("recurrence") },
  probes: [
    { inputs: [[4], [4]] },
    {
      inputs: [
        [2, 3],
        [2, 3],
      ],
      attributes: { axis: 0, reverse: true },
    },
    {
      inputs: [{ values: [0, 2, 0, 1.5, 0.5, 0], shape: [2, 3], dtype: "float64" }, [2, 3]],
    },
  ],
});

/** Every element moved to the place of the next one in the direction of the recurrence, and 0 at the first. */
const shifted = (x: Value, along: Along): Value => afterNothing(withoutLast(x, along), along);

/** All but the last in the direction of the recurrence. */
function withoutLast(x: Value, { axis, reverse }: Along): Value {
  const size = x.shape[axis];
  return slice(x, { starts: [reverse ? 1 : 0], ends: [reverse ? size : size - 1], axes: [axis] });
}

/** With a 0 before the first. */
function afterNothing(x: Value, { axis, reverse }: Along): Value {
  const pads = [...x.shape, ...x.shape].map((_, at) => Number(at === (reverse ? axis + x.shape.length : axis)));
  return pad(x, pads);
}

export const linearRecurrence = (a: Value, b: Value, along: Along): Value => one(LinearRecurrence, [a, b], { ...along });
