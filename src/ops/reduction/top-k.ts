import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { selectTop } from "../../kernels/scan.ts";
import { formatShape, type Shape } from "../../tensor/shape.ts";
import { apply } from "../apply.ts";
import { axisWithin, flag, int64s, staticNumbers } from "../axes.ts";
import { copied, defineOp, numbers, type ProbeInput } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { filled } from "../shape/expand.ts";
import { scatterElements } from "../shape/scatter-elements.ts";
import { imaginary, real } from "../complex.ts";
import { called } from "../notation.ts";
import { gatherElements } from "../shape/gather-elements.ts";

export const TopK = defineOp({
  type: "TopK",
  since: 11,
  category: "reduction",
  summary:
    "The k greatest (or smallest) elements along an axis in order, and their indices. Of equal elements the first is taken first; NaN comes before all numbers.",
  inputs: [
    { name: "X", type: "T", differentiable: true },
    { name: "K", type: "Tk", static: true, list: true },
  ],
  outputs: [{ name: "Values" }, { name: "Indices" }],
  types: { T: numbers, Tk: ["int64"] },
  attributes: z.strictObject({ axis: z.int().default(-1), largest: flag.default(true), sorted: flag.default(true) }),
  infer: ([x, k], { axis }) => {
    const along = axisWithin(axis, x.shape.length);
    const shape = x.shape.with(along, countOf(x.shape, along, staticNumbers(k)));
    return [
      { dtype: x.dtype, shape },
      { dtype: "int64", shape },
    ];
  },
  kernel: ([x], [values, indices], { axis, largest }) => selectTop(x, axisWithin(axis, x.shape.length), largest, values, indices),
  rows: ([row], [x], { axis }) => (row === axisWithin(axis, x.shape.length) ? null : row),
  vjp: ({ inputs: [x], outputs: [, indices], grads: [g], attributes: { axis } }) => [
    scatterElements(filled(0, x), indices, g, { axis, reduction: "add" }),
    null,
  ],
  complex: ({ inputs: [z, k], attributes }) => {
    const [values, indices] = apply(TopK, [z.re, k.re], attributes);
    return [{ re: values, im: gatherElements(imaginary(z), indices, attributes.axis) }, real(indices)];
  },
  accuracy: copied,
  display: { label: "top k", formula: called("topk") },
  syntax: { names: [{ name: "topk" }], arguments: { k: "K" } },
  kinks: [{ at: "equal elements around the k-th", convention: "the gradient goes to the selected ones, the first along the axis" }],
  probes: [
    { inputs: [[5], countProbe(2)] },
    { inputs: [[4, 2], countProbe(3)], attributes: { axis: 0, largest: false } },
    { inputs: [[2, 3], countProbe(1)], attributes: { sorted: 0 } },
  ],
});

function countProbe(k: number): ProbeInput {
  return { values: [k], shape: [1], dtype: "int64" };
}

function countOf(shape: Shape, axis: number, k: readonly number[]): number {
  if (k.length !== 1 || k[0] < 0 || k[0] > shape[axis]) {
    const message = `K of TopK is one number from 0 to ${shape[axis]}, the size of axis ${axis} of ${formatShape(shape)}, not [${k.join(", ")}]`;
    throw new OperatorError("shape", message, { input: 1 });
  }
  return k[0];
}

/** The k greatest elements along an axis, the last unless told. */
export function topK(
  x: Value,
  k: number,
  { axis = -1, largest = true }: { axis?: number; largest?: boolean } = {},
): { readonly values: Value; readonly indices: Value } {
  const [values, indices] = apply(TopK, [x, int64s([k])], { axis, largest });
  return { values, indices };
}
