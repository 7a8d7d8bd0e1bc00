import { z } from "zod";
import { constant, type Value } from "../../ir/graph.ts";
import { markIndices } from "../../kernels/gather.ts";
import type { DType } from "../../tensor/dtype.ts";
import { formatShape } from "../../tensor/shape.ts";
import { tensorOf } from "../../tensor/tensor.ts";
import { mul } from "../arithmetic/mul.ts";
import { sub } from "../arithmetic/sub.ts";
import { axisWithin, int64s, staticNumbers } from "../axes.ts";
import { anyType, defineOp, numbers } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { reduceSum } from "../reduction/reduce-sum.ts";
import { concat } from "./concat.ts";
import { indexProbe } from "./indices.ts";
import { unsqueeze } from "./unsqueeze.ts";

export const OneHot = defineOp({
  type: "OneHot",
  since: 11,
  category: "shape",
  summary:
    "A new axis of length depth that holds the on value at each index and the off value elsewhere; values lists off, then on. Negative indices count from the end, and an index outside marks nothing.",
  inputs: [
    { name: "indices", type: "T1" },
    { name: "depth", type: "T2", static: true },
    { name: "values", type: "T3", differentiable: true },
  ],
  outputs: [{ name: "output" }],
  types: { T1: numbers, T2: numbers, T3: anyType },
  attributes: z.strictObject({ axis: z.int().default(-1) }),
  traits: ["linear"],
  infer: ([indices, depth, values], { axis }) => {
    const along = axisWithin(axis, indices.shape.length + 1);
    const sizes = staticNumbers(depth);
    if (sizes.length !== 1 || !(sizes[0] >= 0 && Number.isSafeInteger(Math.trunc(sizes[0])))) {
      throw new OperatorError("shape", `depth of OneHot is one number from 0 up, not [${sizes.join(", ")}]`, { input: 1 });
    }
    if (values.shape.length !== 1 || values.shape[0] !== 2) {
      throw new OperatorError("shape", `values of OneHot are two, off and on; their shape is ${formatShape(values.shape)}`, { input: 2 });
    }
    return [{ dtype: values.dtype, shape: indices.shape.toSpliced(along, 0, Math.trunc(sizes[0])) }];
  },
  kernel: ([indices, , values], [output], { axis }) =>
    markIndices(indices.data, axisWithin(axis, output.shape.length), values.data[0], values.data[1], output),
  rows: ([row, , ofValues], [indices], { axis }) => {
    if (row === null || ofValues !== null) return null;
    return row < axisWithin(axis, indices.shape.length + 1) ? row : row + 1;
  },
  vjp: ({ inputs: [indices], outputs: [output], grads: [g], attributes: { axis } }) => {
    const depth = output.shape[axisWithin(axis, output.shape.length)];
    const marked = mul(g, oneHot(indices, depth, { axis, dtype: g.dtype }));
    const [off, on] = [sub(g, marked), marked].map((part) => unsqueeze(reduceSum(part, { keepdims: false }), [0]));
    return [null, null, concat([off, on], 0)];
  },
  display: { label: "one-hot", formula: called("onehot", 1) },
  probes: [
    { inputs: [indexProbe([3], [0, 2, -1]), indexProbe([], [4]), [2]] },
    { inputs: [indexProbe([2, 2], [0, 1, 5, -3]), indexProbe([1], [3]), [2]], attributes: { axis: 1 } },
    { inputs: [indexProbe([], [1]), indexProbe([], [2]), [2]], attributes: { axis: 0 } },
  ],
});

/** Where the new axis stands and what it holds; the last one, with 0 and 1, unless told. */
export interface OneHotOptions {
  readonly axis?: number;
  readonly on?: number;
  readonly off?: number;
  readonly dtype?: DType;
}

export const oneHot = (indices: Value, depth: number, { axis = -1, on = 1, off = 0, dtype = "float64" }: OneHotOptions = {}): Value =>
  one(OneHot, [indices, int64s([depth]), constant(tensorOf(dtype, [2], [off, on]))], { axis });
