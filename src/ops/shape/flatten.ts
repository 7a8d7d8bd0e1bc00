import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import { axisWithin } from "../axes.ts";
import { anyType, defineOp } from "../define.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { reshape } from "./reshape.ts";

export const Flatten = defineOp({
  type: "Flatten",
  since: 21,
  category: "shape",
  summary: "The same numbers as a matrix: the axes before the named one make its rows, the others its columns.",
  inputs: [{ name: "input", type: "T", differentiable: true }],
  outputs: [{ name: "output" }],
  types: { T: anyType },
  attributes: z.strictObject({ axis: z.int().default(1) }),
  traits: ["linear", "view"],
  infer: ([x], { axis }) => {
    const at = boundary(x.shape, axis);
    return [{ dtype: x.dtype, shape: [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))] }];
  },
  kernel: ([x], [y]) => y.data.set(x.data),
  vjp: ({ inputs: [x], grads: [g] }) => [reshape(g, x.shape)],
  display: { label: "flatten", formula: called("flatten"), cotangents: (_, __, delta) => [term.call("reshape", delta)] },
  probes: [
    { inputs: [[2, 3, 2]] },
    { inputs: [[2, 3]], attributes: { axis: 0 } },
    { inputs: [[2, 3, 2]], attributes: { axis: -1 } },
    { inputs: [[3]], attributes: { axis: 1 } },
    { inputs: [[]], attributes: { axis: 0 } },
  ],
});

/** The axis may also be the rank itself: then all axes make rows. */
const boundary = (shape: Shape, axis: number): number => (axis === shape.length ? axis : axisWithin(axis, shape.length));

export const flatten = (x: Value, axis = 1): Value => one(Flatten, [x], { axis });
