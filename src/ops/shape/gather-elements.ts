import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { placesAlongAxis, takePlaces } from "../../kernels/gather.ts";
import { formatShape, type Shape } from "../../tensor/shape.ts";
import { axisWithin } from "../axes.ts";
import { anyType, defineOp, integers } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { filled } from "./expand.ts";
import { indexProbe, refusal } from "./indices.ts";
import { scatterElements } from "./scatter-elements.ts";

export const GatherElements = defineOp({
  type: "GatherElements",
  since: 13,
  category: "shape",
  summary: "For every index, the element of the data at the index's own position, except along an axis, where the index says which.",
  inputs: [
    { name: "data", type: "T", differentiable: true },
    { name: "indices", type: "Tind" },
  ],
  outputs: [{ name: "output" }],
  types: { T: anyType, Tind: integers },
  attributes: z.strictObject({ axis: z.int().default(0) }),
  traits: ["linear"],
  infer: ([x, indices], { axis }) => {
    checkIndexShape("GatherElements", x.shape, indices.shape, axis);
    return [{ dtype: x.dtype, shape: indices.shape }];
  },
  kernel: ([x, indices], [y], { axis }) => {
    const along = axisWithin(axis, x.shape.length);
    takePlaces(
      x.data,
      placesAlongAxis(
        indices,
        x.shape,
        along,
        refusal(x.shape, () => along),
      ),
      1,
      y.data,
    );
  },
  rows: ([ofData, ofIndices], [x], { axis }) => (ofData === ofIndices && ofData !== axisWithin(axis, x.shape.length) ? ofData : null),
  vjp: ({ inputs: [x, indices], grads: [g], attributes: { axis } }) => [
    scatterElements(filled(0, x), indices, g, { axis, reduction: "add" }),
    null,
  ],
  display: {
    label: "gather",
    formula: called("gather"),
    cotangents: ([, indices], _, delta) => [term.call("scatter", delta, indices), null],
  },
  probes: [
    { inputs: [[3, 2], indexProbe([2, 2], [0, 2, -1, 2])] },
    { inputs: [[2, 3], indexProbe([2, 4], [0, 0, 1, 2, -1, 1, 1, 0])], attributes: { axis: 1 } },
  ],
});

/** Indices have the rank of the data and reach beyond it along no other axis. */
export function checkIndexShape(op: string, shape: Shape, indices: Shape, axis: number): void {
  const along = axisWithin(axis, shape.length);
  const fits = indices.length === shape.length && indices.every((size, other) => other === along || size <= shape[other]);
  if (!fits) {
    const message = `indices of shape ${formatShape(indices)} do not lie within the data of shape ${formatShape(shape)} of ${op} (axis ${along} apart)`;
    throw new OperatorError("shape", message, { input: 1 });
  }
}

/** For every index, the element at its own position, except along `axis`, where the index says which. */
export const gatherElements = (x: Value, indices: Value, axis: number): Value => one(GatherElements, [x, indices], { axis });
