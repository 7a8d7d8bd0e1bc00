import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { maxPool as maxPoolLoop, toColumnMajor, windowReads } from "../../kernels/pool.ts";
import { outsOf, type Window } from "../../kernels/window.ts";
import { sizeOf, type Shape } from "../../tensor/shape.ts";
import { apply } from "../apply.ts";
import { flag } from "../axes.ts";
import { copied, defineOp, floats } from "../define.ts";
import { maxPoolGradient } from "./max-pool-gradient.ts";
import { checkCovered, checkReach, perAxis, positives, spatialSizes, windowAttributes, windowOver } from "./window.ts";
import { imaginary, real } from "../complex.ts";
import { called } from "../notation.ts";
import { gatherElements } from "../shape/gather-elements.ts";
import { reshape } from "../shape/reshape.ts";

const attributes = z.strictObject({
  ...windowAttributes,
  ceil_mode: flag.default(false),
  kernel_shape: positives,
  storage_order: z.union([z.literal(0), z.literal(1)]).default(0),
});

export const MaxPool = defineOp({
  type: "MaxPool",
  since: 12,
  category: "network",
  summary:
    "The largest element of every window, and where it lies in the flattened input (column by column within an image when storage_order is 1). Padding never wins; a NaN always does.",
  inputs: [{ name: "X", type: "T", differentiable: true }],
  outputs: [{ name: "Y" }, { name: "Indices" }],
  types: { T: floats },
  attributes,
  // Both outputs exist even where only Y is named, because the gradient needs the indices.
  infer: ([x], given) => {
    const window = windowOf(x.shape, given);
    checkReach("MaxPool", window, 1, given);
    if (sizeOf(x.shape.slice(0, 2)) > 0) checkCovered("MaxPool", window);
    const shape = [...x.shape.slice(0, 2), ...outsOf(window)];
    return [
      { dtype: x.dtype, shape },
      { dtype: "int64", shape },
    ];
  },
  kernel: ([x], [y, indices], given) => {
    const window = windowOf(x.shape, given);
    maxPoolLoop(x, window, y, indices);
    if (given.storage_order === 1) toColumnMajor(indices, window);
  },
  // Where an element lies depends on the row that it is in.
  rows: ([row]) => (row === 0 ? [0, null] : null),
  vjp: ({ inputs: [x], outputs, grads: [g], attributes: given }) => {
    // The gradient's places count row by row.
    const indices = given.storage_order === 0 ? outputs[1] : selected(x, { ...given, storage_order: 0 });
    return [maxPoolGradient(g, indices, x.shape)];
  },
  complex: ({ inputs: [z], attributes: given }) => {
    const [y, indices] = apply(MaxPool, [z.re], given);
    const places = given.storage_order === 0 ? indices : selected(z.re, { ...given, storage_order: 0 });
    const flat = reshape(imaginary(z), [sizeOf(z.re.shape)]);
    return [{ re: y, im: reshape(gatherElements(flat, reshape(places, [sizeOf(places.shape)]), 0), y.shape) }, real(indices)];
  },
  operations: ([x], [y], given) => sizeOf(y.shape.slice(0, 2)) * windowReads(windowOf(x.shape, given)),
  accuracy: copied,
  display: { label: "max pool", formula: called("maxpool"), cotangents: (_, __, delta) => [term.call("maxpool∇", delta)] },
  kinks: [{ at: "ties within a window", convention: "the first of the largest elements (row by row) receives the whole gradient" }],
  probes: [
    { inputs: [[1, 2, 4, 4]], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
    { inputs: [[2, 1, 7]], attributes: { kernel_shape: [3], strides: [2], pads: [1, 0], ceil_mode: true } },
    { inputs: [[1, 1, 2]], attributes: { kernel_shape: [3], strides: [2], ceil_mode: true } },
    { inputs: [[1, 1, 5, 6]], attributes: { kernel_shape: [2, 3], dilations: [2, 1], auto_pad: "SAME_UPPER", storage_order: 1 } },
    { inputs: [[1, 2, 3, 2, 3]], attributes: { kernel_shape: [2, 2, 2], auto_pad: "SAME_LOWER", strides: [2, 1, 2] } },
    { inputs: [[1, 1, 6]], attributes: { kernel_shape: [2], auto_pad: "VALID", strides: [2] }, outputs: 1 },
  ],
});

function windowOf(shape: Shape, given: z.output<typeof attributes>): Window {
  const sizes = spatialSizes("MaxPool", shape);
  return windowOver("MaxPool", sizes, perAxis("kernel_shape", given.kernel_shape, sizes.length, 1), given, given.ceil_mode);
}

const selected = (x: Value, given: z.output<typeof attributes>): Value => apply(MaxPool, [x], given)[1];

/** The largest elements of windows over (batch, channels, …). */
export const maxPool = (x: Value, given: z.input<typeof attributes>): Value => apply(MaxPool, [x], attributes.parse(given), 1)[0];
