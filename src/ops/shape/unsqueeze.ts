import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import type { Shape } from "../../tensor/shape.ts";
import { axesWithin, int64s, staticNumbers } from "../axes.ts";
import { anyType, defineOp } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { reshape } from "./reshape.ts";

export const Unsqueeze = defineOp({
  type: "Unsqueeze",
  since: 21,
  category: "shape",
  summary: "New axes of size 1, at the named places of the result.",
  inputs: [
    { name: "data", type: "T", differentiable: true },
    { name: "axes", type: "Tind", static: true, list: true },
  ],
  outputs: [{ name: "expanded" }],
  types: { T: anyType, Tind: ["int64"] },
  attributes: noAttributes,
  traits: ["linear", "view"],
  infer: ([x, axes]) => [{ dtype: x.dtype, shape: unsqueezed(x.shape, staticNumbers(axes)) }],
  kernel: ([x], [y]) => y.data.set(x.data),
  vjp: ({ inputs: [x], grads: [g] }) => [reshape(g, x.shape), null],
  display: { label: "unsqueeze", formula: called("unsqueeze", 1), cotangents: (_, __, delta) => [term.call("reshape", delta), null] },
  syntax: { arguments: { axis: "axes" } },
  probes: [
    { inputs: [[2, 3], { values: [0, -1], shape: [2], dtype: "int64" }] },
    { inputs: [[], { values: [0], shape: [1], dtype: "int64" }] },
  ],
});

function unsqueezed(shape: Shape, named: readonly number[]): Shape {
  const rank = shape.length + named.length;
  const axes = axesWithin(named, rank, { input: 1 });
  let from = 0;
  return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : shape[from++]));
}

/** `x` with new axes of size 1 at the named places of the result. */
export const unsqueeze = (x: Value, axes: readonly number[]): Value => (axes.length === 0 ? x : one(Unsqueeze, [x, int64s(axes)]));
