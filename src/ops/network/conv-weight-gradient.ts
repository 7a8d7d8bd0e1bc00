import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { convolutionWeights } from "../../kernels/conv.ts";
import { kernelsOf, outsOf, type Window } from "../../kernels/window.ts";
import { formatShape, type Shape, sizeOf } from "../../tensor/shape.ts";
import { bilinear } from "../complex.ts";
import { defineOp, floats, sumOfTerms } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { filled } from "../shape/expand.ts";
import { pad } from "../shape/pad.ts";
import { convTranspose } from "./conv-transpose.ts";
import { conv } from "./conv.ts";
import { convolutionOperations, spatialStart } from "./convolution.ts";
import { checkReach, convolutionAttributes, explicit, perAxis, positives, spatialSizes, unreached, windowOver } from "./window.ts";

const attributes = z.strictObject({ ...convolutionAttributes, kernel_shape: positives });

/** Adjoint's own: ONNX would write it as a convolution of transposed tensors, whose few long sums are slow to compute. */
export const ConvWeightGradient = defineOp({
  type: "ConvWeightGradient",
  category: "network",
  summary:
    "The gradient of a convolution by its weights: for every filter, channel and place of the kernel, the sum of the cotangent's elements times what their windows read there.",
  inputs: [
    { name: "X", type: "T", differentiable: true },
    { name: "dY", type: "T", differentiable: true },
  ],
  outputs: [{ name: "dW" }],
  types: { T: floats },
  attributes,
  infer: ([x, g], given) => {
    const window = windowOf(x, g, given);
    if (x.shape[1] % given.group !== 0 || g.shape[1] % given.group !== 0) {
      const message = `group is ${given.group}, which does not divide the ${x.shape[1]} channels and the ${g.shape[1]} filters`;
      throw new OperatorError("attribute", message, { attribute: "group" });
    }
    checkReach("ConvWeightGradient", window, x.shape[1] / given.group, given);
    return [{ dtype: x.dtype, shape: [g.shape[1], x.shape[1] / given.group, ...kernelsOf(window)] }];
  },
  kernel: ([x, g], [w], given) => convolutionWeights(x, g, windowOf(x, g, given), given.group, w),
  vjp: ({ inputs: [x, g], grads: [w], attributes: given }) => {
    if (sizeOf(x.shape) === 0 || sizeOf(g.shape) === 0 || sizeOf(w.shape) === 0) return [filled(0, x), filled(0, g)];
    const { group } = given;
    const window = fullWindow(x, given);
    // Windows that fit beyond those of the cotangent have no part in it.
    const missing = outsOf(window).map((out, axis) => out - g.shape[axis + 2]);
    const whole = pad(g, [0, 0, ...missing.map(() => 0), 0, 0, ...missing]);
    return [
      convTranspose(whole, w, null, { ...explicit(window), group, output_padding: unreached(window) }),
      spatialStart(conv(x, w, null, { ...explicit(window), group }), g.shape.slice(2)),
    ];
  },
  complex: ({ inputs: [x, g], attributes: given }) => [bilinear((a, b) => convWeightGradient(a, b, given), x, g)],
  operations: ([, g], [w]) => convolutionOperations(g.shape, w.shape),
  accuracy: sumOfTerms,
  display: { label: "conv ∇w", formula: called("conv∇") },
  probes: [
    {
      inputs: [
        [2, 2, 4, 4],
        [2, 3, 2, 2],
      ],
      attributes: { kernel_shape: [3, 3] },
    },
    {
      inputs: [
        [2, 1, 7],
        [2, 2, 4],
      ],
      attributes: { kernel_shape: [3], strides: [2], pads: [2, 1] },
    },
    {
      inputs: [
        [1, 4, 5, 6],
        [1, 2, 3, 2],
      ],
      attributes: { kernel_shape: [2, 3], group: 2, strides: [2, 3], dilations: [2, 1], pads: [1, 0, 2, 1] },
    },
    {
      inputs: [
        [1, 1, 8],
        [1, 1, 3],
      ],
      attributes: { kernel_shape: [1], auto_pad: "VALID", strides: [2] },
    },
    {
      inputs: [
        [1, 2, 3, 3, 2],
        [1, 1, 2, 3, 2],
      ],
      attributes: { kernel_shape: [2, 2, 2], pads: [0, 1, 0, 0, 0, 1] },
    },
  ],
});

/** All windows over the image. */
function fullWindow(x: { shape: Shape }, given: z.output<typeof attributes>): Window {
  const sizes = spatialSizes("ConvWeightGradient", x.shape);
  return windowOver("ConvWeightGradient", sizes, perAxis("kernel_shape", given.kernel_shape, sizes.length, 1), given);
}

/** The windows that have a cotangent: the first ones along each axis. */
function windowOf(x: { shape: Shape }, g: { shape: Shape }, given: z.output<typeof attributes>): Window {
  const window = fullWindow(x, given);
  const fits = g.shape.length === x.shape.length && g.shape[0] === x.shape[0] && window.every(({ out }, axis) => g.shape[axis + 2] <= out);
  if (!fits) {
    const windows = `[${[x.shape[0], "filters", ...outsOf(window)].join(", ")}]`;
    const message = `a cotangent of shape ${formatShape(g.shape)} does not lie within the windows over an image of shape ${formatShape(x.shape)}, which are ${windows}`;
    throw new OperatorError("shape", message, { input: 1 });
  }
  return window.map((axis, at) => ({ ...axis, out: g.shape[at + 2] }));
}

/** The gradient by the weights of a convolution of x (batch, channels, …) whose cotangent is g (batch, filters, …). */
export const convWeightGradient = (x: Value, g: Value, given: z.input<typeof attributes>): Value =>
  one(ConvWeightGradient, [x, g], attributes.parse(given));

/** The same for windows as they are: `image` at the side that is padded, `windows` at the side of one element per window. */
export const weightGradient = (image: Value, windows: Value, window: Window, group: number): Value =>
  convWeightGradient(image, windows, { ...explicit(window), group });
