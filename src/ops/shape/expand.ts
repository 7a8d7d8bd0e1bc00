import * as term from "../../formula/term.ts";
import { constant, type Value } from "../../ir/graph.ts";
import { broadcastStrides, formatShape, sameShape, type Shape } from "../../tensor/shape.ts";
import { copyStrided } from "../../kernels/elementwise.ts";
import { scalar, type TensorType } from "../../tensor/tensor.ts";
import { int64s, staticNumbers } from "../axes.ts";
import { anyType, defineOp } from "../define.ts";
import { broadcastAll, noAttributes } from "../elementwise.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";

export const Expand = defineOp({
  type: "Expand",
  since: 13,
  category: "shape",
  summary: "The input broadcast with a shape: sizes of 1 stretch in both directions.",
  inputs: [
    { name: "input", type: "T", differentiable: true },
    { name: "shape", type: "Tshape", static: true, list: true },
  ],
  outputs: [{ name: "output" }],
  types: { T: anyType, Tshape: ["int64"] },
  attributes: noAttributes,
  traits: ["linear", "broadcast"],
  infer: ([x, shape]) => {
    const sizes = staticNumbers(shape);
    if (shape.shape.length !== 1 || sizes.some((size) => size < 0)) {
      throw new OperatorError("shape", `Expand takes a list of sizes from 0 up, not ${formatShape(sizes)}`, { input: 1 });
    }
    return [{ dtype: x.dtype, shape: broadcastAll("Expand", [x, { dtype: x.dtype, shape: sizes }]) }];
  },
  kernel: ([x], [y]) => copyStrided(x, broadcastStrides(x.shape, y.shape), 0, y),
  rows: ([row], [x, shape]) => {
    if (row === null) return null;
    const sizes = staticNumbers(shape);
    const fromEnd = x.shape.length - row;
    const size = sizes.at(-fromEnd) ?? 1;
    return size === 1 || size === x.shape[row] ? Math.max(sizes.length, x.shape.length) - fromEnd : null;
  },
  // The transform sums the cotangent back to the input's shape.
  vjp: ({ grads: [g] }) => [g, null],
  display: { label: "expand", formula: called("expand", 1), cotangents: (_, __, delta) => [term.call("Σ", delta), null] },
  probes: [
    { inputs: [[2, 1], { values: [3, 1, 4], shape: [3], dtype: "int64" }] },
    { inputs: [[], { values: [2], shape: [1], dtype: "int64" }] },
  ],
  syntax: { names: [{ name: "broadcast_to" }] },
});

/** `x` itself when it has that shape already. */
export const expand = (x: Value, shape: Shape): Value => (sameShape(x.shape, shape) ? x : one(Expand, [x, int64s(shape)]));

/** A constant of the given type that holds one number everywhere. */
export const filled = (value: number, { dtype, shape }: TensorType): Value => expand(constant(scalar(value, dtype)), shape);
