import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { formatShape, type Shape } from "../../tensor/shape.ts";
import { axesWithin, int64s, staticNumbers } from "../axes.ts";
import { anyType, defineOp } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { reshape } from "./reshape.ts";

export const Squeeze = defineOp({
  type: "Squeeze",
  since: 21,
  category: "shape",
  summary: "The named axes, whose sizes must be 1, are dropped; without axes, every axis of size 1.",
  inputs: [
    { name: "data", type: "T", differentiable: true },
    { name: "axes", type: "Tind", optional: true, static: true, list: true },
  ],
  outputs: [{ name: "squeezed" }],
  types: { T: anyType, Tind: ["int64"] },
  attributes: noAttributes,
  traits: ["linear", "view"],
  infer: ([x, axes]) => [{ dtype: x.dtype, shape: squeezed(x.shape, axes === null ? null : staticNumbers(axes)) }],
  kernel: ([x], [y]) => y.data.set(x.data),
  vjp: ({ inputs: [x], grads: [g] }) => [reshape(g, x.shape), null],
  display: { label: "squeeze", formula: called("squeeze", 1), cotangents: (_, __, delta) => [term.call("reshape", delta), null] },
  syntax: { arguments: { axis: "axes" } },
  probes: [
    { inputs: [[1, 3, 1]] },
    { inputs: [[1, 3, 1], { values: [-1], shape: [1], dtype: "int64" }] },
    { inputs: [[1], { values: [0], shape: [1], dtype: "int64" }] },
  ],
});

function squeezed(shape: Shape, named: readonly number[] | null): Shape {
  if (named === null) return shape.filter((size) => size !== 1);
  const axes = axesWithin(named, shape.length, { input: 1 });
  const wide = axes.find((axis) => shape[axis] !== 1);
  if (wide !== undefined) {
    throw new OperatorError("shape", `axis ${wide} of ${formatShape(shape)} has size ${shape[wide]}; only axes of size 1 can be squeezed`, {
      input: 1,
    });
  }
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** `x` without the named axes of size 1. */
export const squeeze = (x: Value, axes: readonly number[]): Value => (axes.length === 0 ? x : one(Squeeze, [x, int64s(axes)]));
