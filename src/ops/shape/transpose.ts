import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { copyStrided } from "../../kernels/elementwise.ts";
import { stridesOf } from "../../tensor/shape.ts";
import { anyType, defineOp } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";

export const Transpose = defineOp({
  type: "Transpose",
  since: 21,
  category: "shape",
  summary: "The axes in another order: axis i of the result is axis perm[i] of the input. Without perm the order is reversed.",
  inputs: [{ name: "data", type: "T", differentiable: true }],
  outputs: [{ name: "transposed" }],
  types: { T: anyType },
  attributes: z.strictObject({ perm: z.array(z.int()).optional() }),
  traits: ["linear"],
  infer: ([x], { perm }) => [{ dtype: x.dtype, shape: permutation(x.shape.length, perm).map((axis) => x.shape[axis]) }],
  kernel: ([x], [y], { perm }) => {
    const strides = stridesOf(x.shape);
    const order = permutation(x.shape.length, perm).map((axis) => strides[axis]);
    copyStrided(x, order, 0, y);
  },
  rows: ([row], [x], { perm }) => (row === null ? null : permutation(x.shape.length, perm).indexOf(row)),
  vjp: ({ inputs: [x], grads: [g], attributes: { perm } }) => [transpose(g, inverse(permutation(x.shape.length, perm)))],
  display: {
    label: "T",
    formula: ([x], { perm }) => turned(x, perm),
    cotangents: (_, { perm }, delta) => [turned(delta, perm)],
  },
  syntax: { postfix: "'", names: [{ name: "T" }] },
  probes: [{ inputs: [[2, 3]] }, { inputs: [[2, 3, 4]], attributes: { perm: [1, 2, 0] } }, { inputs: [[]] }],
});

/** ᵀ for two axes, or for all in reverse; any other order is an arrangement. */
const turned = (x: term.Term, perm: unknown): term.Term =>
  perm === undefined || (Array.isArray(perm) && String(perm) === "1,0") ? term.transpose(x) : term.call("permute", x);

function permutation(rank: number, perm: readonly number[] | undefined): readonly number[] {
  if (perm === undefined) return Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const seen = new Set(perm);
  if (perm.length !== rank || seen.size !== rank || perm.some((axis) => axis < 0 || axis >= rank)) {
    throw new OperatorError("attribute", `perm [${perm.join(", ")}] does not order the axes of a tensor of rank ${rank}`, {
      attribute: "perm",
    });
  }
  return perm;
}

/** The order that undoes `perm`. */
export function inverse(perm: readonly number[]): number[] {
  const undo = new Array<number>(perm.length);
  perm.forEach((axis, at) => (undo[axis] = at));
  return undo;
}

/** `x` itself when `perm` changes nothing. */
export const transpose = (x: Value, perm: readonly number[]): Value =>
  perm.every((axis, at) => axis === at) ? x : one(Transpose, [x], { perm });

/** The last two axes exchanged. */
export function matrixTranspose(x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  const last = axes.length - 1;
  return transpose(x, [...axes.slice(0, -2), last, last - 1]);
}
