import { z } from "zod";
import { constant, type Value } from "../../ir/graph.ts";
import { averagePool as averagePoolLoop, windowCounts, windowReads } from "../../kernels/pool.ts";
import { boxOf, kernelsOf, outsOf, sizesOf, type Window } from "../../kernels/window.ts";
import { sizeOf, type Shape } from "../../tensor/shape.ts";
import { tensorOf } from "../../tensor/tensor.ts";
import { div } from "../arithmetic/div.ts";
import { flag } from "../axes.ts";
import { defineOp, floats } from "../define.ts";
import { one } from "../express.ts";
import { called } from "../latex.ts";
import { filled } from "../shape/expand.ts";
import { reshape } from "../shape/reshape.ts";
import { convTranspose } from "./conv-transpose.ts";
import { checkCovered, checkReach, explicit, perAxis, positives, spatialSizes, windowAttributes, windowOver } from "./window.ts";

const attributes = z.strictObject({
  ...windowAttributes,
  ceil_mode: flag.default(false),
  count_include_pad: flag.default(false),
  kernel_shape: positives,
});

export const AveragePool = defineOp({
  type: "AveragePool",
  since: 19,
  category: "network",
  summary:
    "The average of every window. Elements of the padding are left out of the count, unless count_include_pad is set: then they count as zeros.",
  inputs: [{ name: "X", type: "T", differentiable: true }],
  outputs: [{ name: "Y" }],
  types: { T: floats },
  attributes,
  traits: ["linear"],
  infer: ([x], given) => {
    const window = windowOf(x.shape, given);
    checkReach("AveragePool", window, 1, given);
    if (!given.count_include_pad && sizeOf(x.shape.slice(0, 2)) > 0) checkCovered("AveragePool", window);
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...outsOf(window)] }];
  },
  kernel: ([x], [y], given) => {
    const window = windowOf(x.shape, given);
    averagePoolLoop(x, window, windowCounts(window, given.count_include_pad), y);
  },
  // Every element of a window receives the same share: a transposed convolution with a kernel of ones, image by image.
  vjp: ({ inputs: [x], grads: [g], attributes: given }) => {
    if (sizeOf(g.shape) === 0) return [filled(0, x)];
    const window = windowOf(x.shape, given);
    const images = sizeOf(x.shape.slice(0, 2));
    const counts = constant(tensorOf(x.dtype, outsOf(window), windowCounts(window, given.count_include_pad)));
    const ones = filled(1, { dtype: x.dtype, shape: [1, 1, ...kernelsOf(window)] });
    const shares = reshape(div(g, counts), [images, 1, ...outsOf(window)]);
    return [reshape(convTranspose(shares, ones, null, backOnto(window)), x.shape)];
  },
  operations: ([x], [y], given) => sizeOf(y.shape.slice(0, 2)) * windowReads(windowOf(x.shape, given)),
  display: { label: "avg pool", latex: called("avgpool") },
  probes: [
    { inputs: [[1, 2, 4, 4]], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
    { inputs: [[2, 1, 7]], attributes: { kernel_shape: [3], strides: [3], pads: [1, 1], ceil_mode: true } },
    { inputs: [[2, 1, 7]], attributes: { kernel_shape: [4], strides: [3], pads: [1, 1], ceil_mode: true, count_include_pad: true } },
    { inputs: [[1, 1, 2]], attributes: { kernel_shape: [3], strides: [2], ceil_mode: true } },
    { inputs: [[1, 1, 5, 6]], attributes: { kernel_shape: [2, 3], dilations: [2, 1], auto_pad: "SAME_UPPER", count_include_pad: true } },
    { inputs: [[1, 1, 3, 2, 3]], attributes: { kernel_shape: [2, 2, 2], auto_pad: "SAME_LOWER", strides: [2, 1, 2] } },
    { inputs: [[1, 1, 8]], attributes: { kernel_shape: [2], auto_pad: "VALID", strides: [3] } },
  ],
});

function windowOf(shape: Shape, given: z.output<typeof attributes>): Window {
  const sizes = spatialSizes("AveragePool", shape);
  return windowOver("AveragePool", sizes, perAxis("kernel_shape", given.kernel_shape, sizes.length, 1), given, given.ceil_mode);
}

/** The transposed convolution whose output is the window's image: what the windows cover beyond it is cut off, what they miss is added. */
function backOnto(window: Window): Parameters<typeof convTranspose>[3] {
  const beyond = boxOf(window).map((covered, axis) => covered - window[axis].begin - sizesOf(window)[axis]);
  return {
    ...explicit(window.map((axis, at) => ({ ...axis, end: Math.max(0, beyond[at]) }))),
    output_padding: beyond.map((more) => Math.max(0, -more)),
  };
}

/** The averages of windows over (batch, channels, …). */
export const averagePool = (x: Value, given: z.input<typeof attributes>): Value => one(AveragePool, [x], attributes.parse(given));
