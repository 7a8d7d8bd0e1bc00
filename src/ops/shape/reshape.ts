import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { formatShape, sameShape, type Shape, sizeOf } from "../../tensor/shape.ts";
import { flag, int64s, staticNumbers } from "../axes.ts";
import { anyType, defineOp } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";

export const Reshape = defineOp({
  type: "Reshape",
  since: 21,
  category: "shape",
  summary:
    "The same numbers under another shape. One size may be -1 (what is left over); 0 copies the size of the input unless allowzero is set.",
  inputs: [
    { name: "data", type: "T", differentiable: true },
    { name: "shape", type: "Tshape", static: true, list: true },
  ],
  outputs: [{ name: "reshaped" }],
  types: { T: anyType, Tshape: ["int64"] },
  attributes: z.strictObject({ allowzero: flag.default(false) }),
  traits: ["linear", "view"],
  infer: ([data, shape], { allowzero }) => [{ dtype: data.dtype, shape: resolve(data.shape, staticNumbers(shape), allowzero) }],
  kernel: ([data], [reshaped]) => reshaped.data.set(data.data),
  vjp: ({ inputs: [data], grads: [g] }) => [reshape(g, data.shape), null],
  display: { label: "reshape", formula: called("reshape", 1), cotangents: (_, __, delta) => [term.call("reshape", delta), null] },
  probes: [
    { inputs: [[2, 3], { values: [3, -1], shape: [2], dtype: "int64" }] },
    { inputs: [[2, 3], { values: [0, 3, 1], shape: [3], dtype: "int64" }] },
  ],
  syntax: { names: [{ name: "ravel", arity: 1, operands: [null, [-1]] }] },
});

function resolve(from: Shape, wanted: readonly number[], allowzero: boolean): Shape {
  const refuse = (): OperatorError =>
    new OperatorError("shape", `a tensor of shape ${formatShape(from)} cannot be reshaped to ${formatShape(wanted)}`, { input: 1 });
  const sizes = wanted.map((size, axis) => (size === 0 && !allowzero ? (from[axis] ?? Number.NaN) : size));
  const open = sizes.indexOf(-1);
  if (open !== sizes.lastIndexOf(-1) || sizes.some((size) => !(size >= -1))) throw refuse();
  if (open >= 0) {
    const others = sizeOf(sizes.filter((_, axis) => axis !== open));
    sizes[open] = others === 0 ? Number.NaN : sizeOf(from) / others;
    if (!Number.isInteger(sizes[open])) throw refuse();
  }
  if (sizeOf(sizes) !== sizeOf(from)) throw refuse();
  return sizes;
}

/** `x` itself when it has that shape already. */
export const reshape = (x: Value, shape: Shape): Value =>
  sameShape(x.shape, shape) ? x : one(Reshape, [x, int64s(shape)], { allowzero: true });
