import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { averagePool as averagePoolLoop, windowReads } from "../../kernels/pool.ts";
import { outsOf } from "../../kernels/window.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { defineOp, floats, sumOfTerms } from "../define.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { averagePoolGradient } from "./average-pool-gradient.ts";
import { averageAttributes, averageWindow } from "./window.ts";

const attributes = z.strictObject(averageAttributes);

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
    const window = averageWindow("AveragePool", x.shape, given);
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...outsOf(window)] }];
  },
  kernel: ([x], [y], given) => averagePoolLoop(x, averageWindow("AveragePool", x.shape, given), given.count_include_pad, y),
  rows: ([row]) => (row === 0 ? 0 : null),
  vjp: ({ inputs: [x], grads: [g], attributes: given }) => [averagePoolGradient(g, x.shape, given)],
  operations: ([x], [y], given) => sizeOf(y.shape.slice(0, 2)) * windowReads(averageWindow("AveragePool", x.shape, given)),
  accuracy: sumOfTerms,
  display: { label: "avg pool", formula: called("avgpool"), cotangents: (_, __, delta) => [term.call("avgpool∇", delta)] },
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

/** The averages of windows over (batch, channels, …). */
export const averagePool = (x: Value, given: z.input<typeof attributes>): Value => one(AveragePool, [x], attributes.parse(given));
