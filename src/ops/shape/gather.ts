import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { normalIndices, takeSlices } from "../../kernels/gather.ts";
import { cast } from "../arithmetic/cast.ts";
import { axisWithin } from "../axes.ts";
import { anyType, defineOp, integers } from "../define.ts";
import { one } from "../express.ts";
import { filled } from "./expand.ts";
import { indexProbe, refusal } from "./indices.ts";
import { scatterND } from "./scatter-nd.ts";
import { inverse, transpose } from "./transpose.ts";
import { unsqueeze } from "./unsqueeze.ts";

export const Gather = defineOp({
  type: "Gather",
  since: 13,
  category: "shape",
  summary: "The slices of the data that the indices name along an axis; the axes of the indices take that axis's place.",
  inputs: [
    { name: "data", type: "T", differentiable: true },
    { name: "indices", type: "Tind" },
  ],
  outputs: [{ name: "output" }],
  types: { T: anyType, Tind: integers },
  attributes: z.strictObject({ axis: z.int().default(0) }),
  traits: ["linear"],
  infer: ([x, indices], { axis }) => {
    const along = axisWithin(axis, x.shape.length);
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)] }];
  },
  kernel: ([x, indices], [y], { axis }) => {
    const along = axisWithin(axis, x.shape.length);
    const normal = normalIndices(
      indices.data,
      x.shape[along],
      refusal(x.shape, () => along),
    );
    takeSlices(x, normal, along, y.data);
  },
  rows: ([ofData, ofIndices], [x, indices], { axis }) => {
    const along = axisWithin(axis, x.shape.length);
    if (ofData === null) return ofIndices === null ? null : along + ofIndices;
    if (ofIndices !== null || ofData === along) return null;
    return ofData < along ? ofData : ofData + indices.shape.length - 1;
  },
  vjp: ({ inputs: [x, indices], grads: [g], attributes: { axis } }) => {
    const along = axisWithin(axis, x.shape.length);
    return [scatterSlices(g, indices, along, x.shape[along]), null];
  },
  display: {
    label: "gather",
    // As it is written: m[:, 0].
    formula: ([x, indices], { axis }) => {
      const before = Number(axis);
      return before < 0 ? term.call("gather", x, indices) : term.element(x, ...new Array<term.Term>(before).fill(term.words(":")), indices);
    },
    cotangents: ([, indices], _, delta) => [term.call("scatter", delta, indices), null],
  },
  probes: [
    { inputs: [[4, 2], indexProbe([2], [3, 3])] },
    { inputs: [[2, 3, 2], indexProbe([2, 2], [0, -1, 2, 0])], attributes: { axis: 1 } },
    { inputs: [[3], indexProbe([], [-2])] },
  ],
  syntax: { subscript: "position" },
});

/** The slices of `x` that `indices` name along `axis`. */
export const gather = (x: Value, indices: Value, axis: number): Value => one(Gather, [x, indices], { axis });

/** The transpose of `gather`: the slices of `g` added together at their indices along an axis of the given size. */
export function scatterSlices(g: Value, indices: Value, axis: number, size: number): Value {
  const taken = indices.shape.length;
  const axes = g.shape.map((_, at) => at);
  const others = [...g.shape.slice(0, axis), ...g.shape.slice(axis + taken)];
  // Scattering writes slices along the first axis, so that one comes first and goes back afterwards.
  const updates = transpose(g, [...axes.slice(axis, axis + taken), ...axes.slice(0, axis), ...axes.slice(axis + taken)]);
  const tuples = unsqueeze(indices.dtype === "int64" ? indices : cast(indices, "int64"), [-1]);
  const summed = scatterND(filled(0, { dtype: g.dtype, shape: [size, ...others] }), tuples, updates, { reduction: "add" });
  const first = [axis, ...others.map((_, at) => (at < axis ? at : at + 1))];
  return transpose(summed, inverse(first));
}
