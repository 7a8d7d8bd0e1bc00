import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { averagePoolGradient as averagePoolGradientLoop, windowReads } from "../../kernels/pool.ts";
import { outsOf, type Window } from "../../kernels/window.ts";
import { formatShape, sameShape, type Shape, sizeOf } from "../../tensor/shape.ts";
import { defineOp, floats, sumOfTerms } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { averagePool } from "./average-pool.ts";
import { averageAttributes, averageWindow } from "./window.ts";

const attributes = z.strictObject({ ...averageAttributes, shape: z.array(z.int().min(0)) });

/** Adjoint's own: as a transposed convolution with a kernel of ones it would be one for every channel. */
export const AveragePoolGradient = defineOp({
  type: "AveragePoolGradient",
  category: "network",
  summary: "The gradient of an average pool: every element of the given shape receives its share of the cotangents of all windows over it.",
  inputs: [{ name: "dY", type: "T", differentiable: true }],
  outputs: [{ name: "dX" }],
  types: { T: floats },
  attributes,
  traits: ["linear"],
  infer: ([g], given) => {
    const window = windowOf(given);
    const wanted = [...given.shape.slice(0, 2), ...outsOf(window)];
    if (!sameShape(g.shape, wanted)) {
      const message = `the windows over a tensor of shape ${formatShape(given.shape)} have cotangents of shape ${formatShape(wanted)}, not ${formatShape(g.shape)}`;
      throw new OperatorError("shape", message, { input: 0 });
    }
    return [{ dtype: g.dtype, shape: given.shape }];
  },
  kernel: ([g], [x], given) => averagePoolGradientLoop(g, windowOf(given), given.count_include_pad, x),
  vjp: ({ grads: [x], attributes: { shape: _, ...given } }) => [averagePool(x, given)],
  operations: ([g], _outputs, given) => sizeOf(g.shape.slice(0, 2)) * windowReads(windowOf(given)),
  accuracy: sumOfTerms,
  display: { label: "avg pool ∇", formula: called("avgpool∇"), cotangents: (_, __, delta) => [term.call("avgpool", delta)] },
  probes: [
    { inputs: [[1, 2, 2, 2]], attributes: { kernel_shape: [2, 2], strides: [2, 2], shape: [1, 2, 4, 5] } },
    { inputs: [[2, 1, 3]], attributes: { kernel_shape: [3], strides: [3], pads: [1, 1], ceil_mode: true, shape: [2, 1, 7] } },
    {
      inputs: [[1, 1, 5, 6]],
      attributes: { kernel_shape: [2, 3], dilations: [2, 1], auto_pad: "SAME_UPPER", count_include_pad: true, shape: [1, 1, 5, 6] },
    },
  ],
});

const windowOf = (given: z.output<typeof attributes>): Window => averageWindow("AveragePoolGradient", given.shape, given);

/** The gradient by a tensor of `shape` of its averages whose cotangent is `g`. */
export const averagePoolGradient = (g: Value, shape: Shape, given: z.input<z.ZodObject<typeof averageAttributes>>): Value =>
  one(AveragePoolGradient, [g], attributes.parse({ ...given, shape: [...shape] }));
