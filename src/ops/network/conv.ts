import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { convolve } from "../../kernels/conv.ts";
import { outsOf, type Window } from "../../kernels/window.ts";
import { sizeOf, type Shape } from "../../tensor/shape.ts";
import { defineOp, floats, sumOfTerms } from "../define.ts";
import { one } from "../express.ts";
import { filled } from "../shape/expand.ts";
import { convTranspose } from "./conv-transpose.ts";
import { weightGradient } from "./conv-weight-gradient.ts";
import { biasGradient, checkConvolution, convolutionOperations, kernelSizes } from "./convolution.ts";
import { checkReach, convolutionAttributes, explicit, spatialSizes, unreached, windowOver } from "./window.ts";
import { bilinear, plus } from "../complex.ts";
import { called } from "../notation.ts";
import { reshape } from "../shape/reshape.ts";

const attributes = z.strictObject(convolutionAttributes);

export const Conv = defineOp({
  type: "Conv",
  since: 11,
  category: "network",
  summary:
    "Convolution (cross-correlation, as networks use the word) over one or more spatial axes, with strides, paddings, dilations and groups of channels.",
  inputs: [
    { name: "X", type: "T", differentiable: true },
    { name: "W", type: "T", differentiable: true },
    { name: "B", type: "T", differentiable: true, optional: true },
  ],
  outputs: [{ name: "Y" }],
  types: { T: floats },
  attributes,
  infer: ([x, w, b], given) => {
    const window = windowOf(x, w, given);
    checkConvolution("Conv", [x, w, b], given.group, { into: w.shape[1] * given.group, out: w.shape[0] });
    checkReach("Conv", window, w.shape[1], given);
    return [{ dtype: x.dtype, shape: [x.shape[0], w.shape[0], ...outsOf(window)] }];
  },
  kernel: ([x, w, b], [y], given) => convolve(x, w, b, windowOf(x, w, given), given.group, y),
  rows: ([ofX, ofW, ofB]) => (ofX === 0 && ofW === null && ofB === null ? 0 : null),
  vjp: ({ inputs: [x, w, b], grads: [g], attributes: given }) => {
    // Nothing comes out of an empty batch (or no filters), so nothing flows back, and there may be no convolution to write.
    if (sizeOf(g.shape) === 0) return [filled(0, x), filled(0, w), b === null ? null : filled(0, b)];
    const window = windowOf(x, w, given);
    const { group } = given;
    return [
      // An empty image has no gradient to compute, though padding may have given it windows.
      sizeOf(x.shape) === 0 ? filled(0, x) : convTranspose(g, w, null, { ...explicit(window), group, output_padding: unreached(window) }),
      weightGradient(x, g, window, group),
      b === null ? null : biasGradient(g),
    ];
  },
  complex: ({ inputs: [x, w, b], attributes: given }) => {
    const product = bilinear((p, q) => conv(p, q, null, given), x, w);
    if (b === null) return [product];
    const spread = (bias: Value): Value => reshape(bias, [1, bias.shape[0], ...x.re.shape.slice(2).map(() => 1)]);
    return [plus(product, { re: spread(b.re), im: b.im && spread(b.im) })];
  },
  operations: ([, w], [y]) => convolutionOperations(y.shape, w.shape),
  accuracy: sumOfTerms,
  display: {
    label: "conv",
    formula: called("conv"),
    cotangents: ([x, w], _, delta) => [
      term.indexedCall("conv", term.words("full"), delta, term.call("flip", w)),
      term.call("conv", x, delta),
      term.call("Σ", delta),
    ],
  },
  probes: [
    { inputs: [[1, 2, 4, 4], [3, 2, 3, 3], [3]] },
    {
      inputs: [
        [2, 1, 7],
        [2, 1, 3],
      ],
      attributes: { strides: [2], pads: [2, 1] },
    },
    { inputs: [[1, 4, 5, 6], [2, 2, 2, 3], [2]], attributes: { group: 2, strides: [2, 3], dilations: [2, 1], pads: [1, 0, 2, 1] } },
    {
      inputs: [
        [2, 2, 6],
        [4, 1, 2],
      ],
      attributes: { group: 2, auto_pad: "SAME_UPPER", strides: [2] },
    },
    {
      inputs: [
        [1, 1, 5],
        [1, 1, 2],
      ],
      attributes: { auto_pad: "SAME_LOWER", dilations: [3], kernel_shape: [2] },
    },
    {
      inputs: [
        [1, 1, 8],
        [1, 1, 1],
      ],
      attributes: { auto_pad: "VALID", strides: [3] },
    },
    { inputs: [[1, 2, 3, 3, 2], [1, 2, 2, 2, 2], [1]], attributes: { pads: [0, 1, 0, 0, 0, 1] } },
  ],
});

function windowOf(x: { shape: Shape }, w: { shape: Shape }, given: z.output<typeof attributes>): Window {
  return windowOver("Conv", spatialSizes("Conv", x.shape), kernelSizes("Conv", w.shape, given.kernel_shape), given);
}

/** Convolution of x (batch, channels, …) with w (filters, channels / group, …) and a bias per filter. */
export const conv = (x: Value, w: Value, b: Value | null = null, given: z.input<typeof attributes> = {}): Value =>
  one(Conv, [x, w, b], given);
