import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { convolveTransposed } from "../../kernels/conv.ts";
import { extentOf, sizesOf, type Window } from "../../kernels/window.ts";
import { sizeOf, type Shape } from "../../tensor/shape.ts";
import { defineOp, floats, sumOfTerms } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { filled } from "../shape/expand.ts";
import { weightGradient } from "./conv-weight-gradient.ts";
import { conv } from "./conv.ts";
import { biasGradient, checkConvolution, convolutionOperations, kernelSizes, spatialStart } from "./convolution.ts";
import { checkReach, explicit, halves, perAxis, spatialSizes, transposeAttributes } from "./window.ts";
import { bilinear, plus } from "../complex.ts";
import { called } from "../notation.ts";
import { reshape } from "../shape/reshape.ts";

const attributes = z.strictObject(transposeAttributes);

export const ConvTranspose = defineOp({
  type: "ConvTranspose",
  since: 11,
  category: "network",
  summary:
    "The transpose of a convolution: every element of the input spreads over a window of the output. Strides make the output larger.",
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
    const filters = w.shape[1] * given.group;
    checkConvolution("ConvTranspose", [x, w, b], given.group, { into: w.shape[0], out: filters });
    checkReach("ConvTranspose", window, w.shape[1], given);
    return [{ dtype: x.dtype, shape: [x.shape[0], filters, ...sizesOf(window)] }];
  },
  kernel: ([x, w, b], [y], given) => convolveTransposed(x, w, b, windowOf(x, w, given), given.group, y),
  rows: ([ofX, ofW, ofB]) => (ofX === 0 && ofW === null && ofB === null ? 0 : null),
  vjp: ({ inputs: [x, w, b], grads: [g], attributes: given }) => {
    if (sizeOf(g.shape) === 0) return [filled(0, x), filled(0, w), b === null ? null : filled(0, b)];
    const window = windowOf(x, w, given);
    const { group } = given;
    // An output that was lengthened by a whole stride or more has windows that no element of x spread over.
    const spread = conv(g, w, null, { ...explicit(window), group });
    return [spatialStart(spread, x.shape.slice(2)), weightGradient(g, x, window, group), b === null ? null : biasGradient(g)];
  },
  complex: ({ inputs: [x, w, b], attributes: given }) => {
    const product = bilinear((p, q) => convTranspose(p, q, null, given), x, w);
    if (b === null) return [product];
    const spread = (bias: Value): Value => reshape(bias, [1, bias.shape[0], ...x.re.shape.slice(2).map(() => 1)]);
    return [plus(product, { re: spread(b.re), im: b.im && spread(b.im) })];
  },
  operations: ([x, w]) => convolutionOperations(x.shape, w.shape),
  accuracy: sumOfTerms,
  display: {
    label: "convᵀ",
    formula: called("convᵀ"),
    cotangents: ([x, w], _, delta) => [term.call("conv", delta, w), term.call("conv", delta, x), term.call("Σ", delta)],
  },
  probes: [
    { inputs: [[1, 2, 3, 3], [2, 3, 2, 2], [3]] },
    {
      inputs: [
        [2, 1, 4],
        [1, 2, 3],
      ],
      attributes: { strides: [2], pads: [2, 1], output_padding: [1] },
    },
    { inputs: [[1, 4, 2, 3], [4, 1, 3, 2], [2]], attributes: { group: 2, strides: [2, 3], dilations: [1, 2], pads: [1, 0, 0, 1] } },
    {
      inputs: [
        [1, 1, 3],
        [1, 1, 2],
      ],
      attributes: { dilations: [3], output_padding: [2], kernel_shape: [2] },
    },
    {
      inputs: [
        [1, 1, 3],
        [1, 1, 3],
      ],
      attributes: { auto_pad: "SAME_UPPER", strides: [2] },
    },
    {
      inputs: [
        [1, 1, 3],
        [1, 2, 4],
      ],
      attributes: { auto_pad: "SAME_LOWER", output_shape: [5], strides: [2] },
    },
    {
      inputs: [
        [1, 1, 2, 1, 2],
        [1, 1, 2, 2, 1],
      ],
    },
  ],
});

/** The window of the convolution that is transposed: its image is the output, its windows are the elements of x. */
function windowOf(x: { shape: Shape }, w: { shape: Shape }, given: z.output<typeof attributes>): Window {
  const outs = spatialSizes("ConvTranspose", x.shape);
  const rank = outs.length;
  const kernel = kernelSizes("ConvTranspose", w.shape, given.kernel_shape);
  const strides = perAxis("strides", given.strides, rank, 1);
  const dilations = perAxis("dilations", given.dilations, rank, 1);
  const pads = perAxis("pads", given.auto_pad === "NOTSET" ? given.pads : undefined, 2 * rank, 0);
  const more = perAxis("output_padding", given.output_padding, rank, 0);
  const wanted = given.output_shape === undefined ? undefined : perAxis("output_shape", given.output_shape, rank, 1);
  const same = given.auto_pad === "SAME_UPPER" || given.auto_pad === "SAME_LOWER";
  return outs.map((out, axis) => {
    if (out === 0) {
      throw new OperatorError("shape", `spatial axis ${axis} of the input of ConvTranspose is empty`, { input: 0 });
    }
    const own = { kernel: kernel[axis], stride: strides[axis], dilation: dilations[axis], out };
    if (more[axis] > 0 && more[axis] >= Math.max(own.stride, own.dilation)) {
      throw new OperatorError("attribute", `output_padding ${more[axis]} of axis ${axis} is not below its stride or dilation`, {
        attribute: "output_padding",
      });
    }
    const full = own.stride * (out - 1) + extentOf(own) + more[axis];
    if (wanted === undefined && !same) return cropped(axis, { ...own, begin: pads[axis], end: pads[rank + axis] }, full);
    const total = full - (wanted === undefined ? Math.min(full, out * own.stride) : wanted[axis]);
    if (total <= -own.stride) {
      throw new OperatorError("attribute", `output_shape ${full - total} of axis ${axis} is beyond the ${full} elements that are reached`, {
        attribute: "output_shape",
      });
    }
    const [begin, end] = halves(Math.max(0, total), given.auto_pad);
    return { ...own, begin, end, size: full - total };
  });
}

function cropped(axis: number, own: Omit<Window[number], "size">, full: number): Window[number] {
  const size = full - own.begin - own.end;
  if (size >= 1) return { ...own, size };
  throw new OperatorError("attribute", `pads take away all of the ${full} elements of spatial axis ${axis}`, { attribute: "pads" });
}

/** Transposed convolution of x (batch, channels, …) with w (channels, filters / group, …) and a bias per filter. */
export const convTranspose = (x: Value, w: Value, b: Value | null = null, given: z.input<typeof attributes> = {}): Value =>
  one(ConvTranspose, [x, w, b], given);
