import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { firstOutside, maxPoolGradient as maxPoolGradientLoop } from "../../kernels/pool.ts";
import { formatShape, sameShape, sizeOf, type Shape } from "../../tensor/shape.ts";
import { sumOfTerms, defineOp, floats } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { gatherElements } from "../shape/gather-elements.ts";
import { reshape } from "../shape/reshape.ts";
import { indexProbe } from "../shape/indices.ts";

/** Adjoint's own: ONNX has no operator that adds up where windows overlap, channel by channel. */
export const MaxPoolGradient = defineOp({
  type: "MaxPoolGradient",
  category: "network",
  summary:
    "The gradient of a max-pool: zeros of the given shape, to which every cotangent is added at the place that its window selected. The places count row by row through the whole tensor, and lie within the cotangent's own channel.",
  inputs: [
    { name: "dY", type: "T", differentiable: true },
    { name: "Indices", type: "Tind" },
  ],
  outputs: [{ name: "dX" }],
  types: { T: floats, Tind: ["int64"] },
  attributes: z.strictObject({ shape: z.array(z.int().min(0)) }),
  traits: ["linear"],
  infer: ([g, indices], { shape }) => {
    if (!sameShape(g.shape, indices.shape)) {
      const message = `indices of shape ${formatShape(indices.shape)} do not pair with cotangents of shape ${formatShape(g.shape)}`;
      throw new OperatorError("shape", message, { input: 1 });
    }
    if (shape.length !== g.shape.length || shape.length < 2 || !sameShape(planes(shape), planes(g.shape))) {
      const message = `shape is ${formatShape(shape)}, which has not the batch and channels of cotangents of shape ${formatShape(g.shape)}`;
      throw new OperatorError("attribute", message, { attribute: "shape" });
    }
    return [{ dtype: g.dtype, shape }];
  },
  kernel: ([g, indices], [x], { shape }) => {
    const size = sizeOf(shape.slice(2));
    const outside = firstOutside(indices, sizeOf(planes(shape)), size);
    if (outside >= 0) {
      const start = Math.floor((outside * x.data.length) / g.data.length / size) * size;
      const range = size === 0 ? "which is empty" : `expected ${start} to ${start + size - 1}`;
      const message = `index ${indices.data[outside]} of MaxPoolGradient is outside its own channel of ${formatShape(shape)}: ${range}`;
      throw new OperatorError("index", message, { input: 1 });
    }
    maxPoolGradientLoop(g, indices, x);
  },
  vjp: ({ inputs: [g, indices], grads: [x] }) => {
    const flat = reshape(x, [sizeOf(x.shape)]);
    return [reshape(gatherElements(flat, reshape(indices, [sizeOf(indices.shape)]), 0), g.shape), null];
  },
  accuracy: sumOfTerms,
  display: { label: "max pool ∇", formula: called("maxpool∇") },
  probes: [
    { inputs: [[1, 2, 2, 2], indexProbe([1, 2, 2, 2], [0, 3, 8, 10, 12, 12, 17, 23])], attributes: { shape: [1, 2, 3, 4] } },
    { inputs: [[2, 1, 3], indexProbe([2, 1, 3], [1, 1, 4, 5, 7, 9])], attributes: { shape: [2, 1, 5] } },
  ],
});

const planes = (shape: Shape): Shape => shape.slice(0, 2);

/** The sum of the cotangents `g` at the places in a tensor of `shape` that `indices` name. */
export const maxPoolGradient = (g: Value, indices: Value, shape: Shape): Value => one(MaxPoolGradient, [g, indices], { shape: [...shape] });
