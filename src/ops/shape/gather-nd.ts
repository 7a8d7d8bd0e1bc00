import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { placesOfTuples, takePlaces } from "../../kernels/gather.ts";
import { formatShape, type Shape, sizeOf } from "../../tensor/shape.ts";
import { anyType, defineOp } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { concat } from "./concat.ts";
import { expand, filled } from "./expand.ts";
import { indexProbe, refusal } from "./indices.ts";
import { range } from "./range.ts";
import { reshape } from "./reshape.ts";
import { scatterND } from "./scatter-nd.ts";

export const GatherND = defineOp({
  type: "GatherND",
  since: 13,
  category: "shape",
  summary:
    "The slices of the data that index tuples (the last axis of the indices) name, after the first batch_dims axes, which both share.",
  inputs: [
    { name: "data", type: "T", differentiable: true },
    { name: "indices", type: "Tind" },
  ],
  outputs: [{ name: "output" }],
  types: { T: anyType, Tind: ["int64"] },
  attributes: z.strictObject({ batch_dims: z.int().min(0).default(0) }),
  traits: ["linear"],
  infer: ([x, indices], { batch_dims: batch }) => {
    const length = tupleLength(x.shape, indices.shape, batch);
    return [{ dtype: x.dtype, shape: [...indices.shape.slice(0, -1), ...x.shape.slice(batch + length)] }];
  },
  kernel: ([x, indices], [y], { batch_dims: batch }) => {
    const length = tupleLength(x.shape, indices.shape, batch);
    const refuse = refusal(x.shape, (at) => batch + (at % length));
    takePlaces(x.data, placesOfTuples(indices, x.shape, batch, refuse), sizeOf(x.shape.slice(batch + length)), y.data);
  },
  vjp: ({ inputs: [x, indices], grads: [g], attributes: { batch_dims: batch } }) => [
    scatterND(filled(0, x), fullTuples(indices, batch), g, { reduction: "add" }),
    null,
  ],
  display: {
    label: "gather",
    formula: called("gather"),
    cotangents: ([, indices], _, delta) => [term.call("scatter", delta, indices), null],
  },
  probes: [
    { inputs: [[3, 2], indexProbe([3, 1], [0, 2, -1])] },
    { inputs: [[2, 3, 2], indexProbe([2, 2], [0, 1, 1, -1])] },
    { inputs: [[2, 3, 2], indexProbe([2, 2, 1], [0, 1, 2, 2])], attributes: { batch_dims: 1 } },
  ],
});

function tupleLength(shape: Shape, indices: Shape, batch: number): number {
  const length = indices.at(-1) ?? 0;
  if (batch >= Math.min(shape.length, indices.length)) {
    const message = `batch_dims ${batch} leaves no axis of data ${formatShape(shape)} and indices ${formatShape(indices)}`;
    throw new OperatorError("attribute", message, { attribute: "batch_dims" });
  }
  const shared = indices.slice(0, batch).every((size, axis) => size === shape[axis]);
  if (!shared || length < 1 || batch + length > shape.length) {
    const message = `indices of shape ${formatShape(indices)} do not fit data of shape ${formatShape(shape)} with batch_dims ${batch}`;
    throw new OperatorError("shape", message, { input: 1 });
  }
  return length;
}

/** Index tuples with their own position along the batch axes in front, so that they name places in the whole tensor. */
function fullTuples(indices: Value, batch: number): Value {
  if (batch === 0) return indices;
  const column = [...indices.shape.slice(0, -1), 1];
  const positions = Array.from({ length: batch }, (_, axis) => {
    const along = column.map((size, other) => (other === axis ? size : 1));
    return expand(reshape(range(0, indices.shape[axis], 1, "int64"), along), column);
  });
  return concat([...positions, indices], -1);
}

/** The slices of `x` that the tuples in the last axis of `indices` name. */
export const gatherND = (x: Value, indices: Value, { batchDims = 0 }: { batchDims?: number } = {}): Value =>
  one(GatherND, [x, indices], { batch_dims: batchDims });
