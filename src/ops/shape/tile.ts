import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { copyByTables } from "../../kernels/copy.ts";
import { formatShape, type Shape } from "../../tensor/shape.ts";
import { int64s, staticNumbers } from "../axes.ts";
import { anyType, defineOp } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { reduceSum } from "../reduction/reduce-sum.ts";
import { indexProbe } from "./indices.ts";
import { reshape } from "./reshape.ts";

export const Tile = defineOp({
  type: "Tile",
  since: 13,
  category: "shape",
  summary: "The input laid out repeatedly along every axis.",
  inputs: [
    { name: "input", type: "T", differentiable: true },
    { name: "repeats", type: "T1", static: true, list: true },
  ],
  outputs: [{ name: "output" }],
  types: { T: anyType, T1: ["int64"] },
  attributes: noAttributes,
  traits: ["linear"],
  infer: ([x, repeats]) => {
    const counts = countsFor(x.shape, staticNumbers(repeats));
    return [{ dtype: x.dtype, shape: x.shape.map((size, axis) => size * counts[axis]) }];
  },
  kernel: ([x], [y]) => {
    const tables = y.shape.map((size, axis) => Int32Array.from({ length: size }, (_, at) => at % x.shape[axis]));
    copyByTables(x, tables, 0, y);
  },
  rows: ([row], [x, repeats]) => (row !== null && countsFor(x.shape, staticNumbers(repeats))[row] === 1 ? row : null),
  vjp: ({ inputs: [x, repeats], grads: [g] }) => {
    const counts = staticNumbers(repeats);
    // Every axis becomes two, which copy and where in it, and the copies are summed.
    const copies = reshape(
      g,
      x.shape.flatMap((size, axis) => [counts[axis], size]),
    );
    return [reduceSum(copies, { axes: x.shape.map((_, axis) => 2 * axis), keepdims: false }), null];
  },
  display: { label: "tile", formula: called("tile", 1), cotangents: (_, __, delta) => [term.call("Σ", delta), null] },
  probes: [
    { inputs: [[3], indexProbe([1], [2])] },
    { inputs: [[2, 3], indexProbe([2], [2, 2])] },
    { inputs: [[2, 1], indexProbe([2], [1, 3])] },
    { inputs: [[2], indexProbe([1], [0])] },
  ],
});

function countsFor(shape: Shape, counts: readonly number[]): readonly number[] {
  if (counts.length !== shape.length || counts.some((count) => count < 0)) {
    const message = `Tile of ${formatShape(shape)} takes ${shape.length} repeats from 0 up, not [${counts.join(", ")}]`;
    throw new OperatorError("shape", message, { input: 1 });
  }
  return counts;
}

/** `x` laid out `repeats[axis]` times along every axis. */
export const tile = (x: Value, repeats: readonly number[]): Value =>
  repeats.every((count) => count === 1) ? x : one(Tile, [x, int64s(repeats)]);
