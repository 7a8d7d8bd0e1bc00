import { z } from "zod";
import * as term from "../../formula/term.ts";
import { constant, type Value } from "../../ir/graph.ts";
import { triangle } from "../../kernels/copy.ts";
import { formatShape } from "../../tensor/shape.ts";
import { scalar, type Tensor } from "../../tensor/tensor.ts";
import { flag, staticNumbers } from "../axes.ts";
import { anyType, defineOp } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { indexProbe } from "./indices.ts";

export const Trilu = defineOp({
  type: "Trilu",
  since: 14,
  category: "shape",
  summary: "The upper (or lower) triangle of every matrix in the last two axes, from the k-th diagonal on; zeros elsewhere.",
  inputs: [
    { name: "input", type: "T", differentiable: true },
    { name: "k", type: "Tk", optional: true, static: true },
  ],
  outputs: [{ name: "output" }],
  types: { T: anyType, Tk: ["int64"] },
  attributes: z.strictObject({ upper: flag.default(true) }),
  traits: ["linear"],
  infer: ([x, k]) => {
    if (x.shape.length < 2) {
      throw new OperatorError("shape", `Trilu takes matrices; a tensor of shape ${formatShape(x.shape)} holds none`, { input: 0 });
    }
    diagonal(k);
    return [x];
  },
  kernel: ([x, k], [y], { upper }) => triangle(x, upper, diagonal(k), y),
  vjp: ({ inputs: [, k], grads: [g], attributes: { upper } }) => [trilu(g, { upper, k: diagonal(k) }), null],
  display: {
    label: "triangle",
    formula: ([x, k], { upper }) => half(x, k, upper),
    cotangents: ([, k], { upper }, delta) => [half(delta, k, upper), null],
  },
  probes: [
    { inputs: [[3, 3]] },
    { inputs: [[2, 2, 3], indexProbe([], [1])] },
    { inputs: [[3, 2], indexProbe([], [-1])], attributes: { upper: 0 } },
  ],
});

const half = (x: term.Term, k: term.Term | undefined, upper: unknown): term.Term =>
  called(upper === false || upper === 0 ? "tril" : "triu")(k === undefined ? [x] : [x, k], {});

function diagonal(k: Value | Tensor | null): number {
  if (k === null) return 0;
  const values = staticNumbers(k);
  if (values.length !== 1)
    throw new OperatorError("shape", `k of Trilu is one number, not a tensor of shape ${formatShape(k.shape)}`, { input: 1 });
  return values[0];
}

/** The upper triangle from the k-th diagonal on, or the lower one up to it. */
export const trilu = (x: Value, { upper = true, k = 0 }: { upper?: boolean; k?: number } = {}): Value =>
  one(Trilu, [x, constant(scalar(k, "int64"))], { upper });
