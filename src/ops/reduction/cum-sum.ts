import { z } from "zod";
import * as term from "../../formula/term.ts";
import { constant, type Value } from "../../ir/graph.ts";
import { cumulate } from "../../kernels/scan.ts";
import type { Shape } from "../../tensor/shape.ts";
import { scalar } from "../../tensor/tensor.ts";
import { axisWithin, flag, staticNumbers } from "../axes.ts";
import { defineOp, integers, numbers, type ProbeInput, sumOfTerms } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";

export const CumSum = defineOp({
  type: "CumSum",
  since: 14,
  category: "reduction",
  summary:
    "Running sums along an axis, each including its own element unless exclusive is set; from the end towards the start when reverse is set.",
  inputs: [
    { name: "x", type: "T", differentiable: true },
    { name: "axis", type: "T2", static: true },
  ],
  outputs: [{ name: "y" }],
  types: { T: numbers, T2: integers },
  attributes: z.strictObject({ exclusive: flag.default(false), reverse: flag.default(false) }),
  traits: ["linear"],
  infer: ([x, axis]) => {
    alongAxis(x.shape, axis);
    return [x];
  },
  kernel: ([x, axis], [y], { exclusive, reverse }) => cumulate(x, alongAxis(x.shape, axis), exclusive, reverse, y),
  rows: ([row], [x, axis]) => (row === alongAxis(x.shape, axis) ? null : row),
  vjp: ({ inputs: [x, axis], grads: [g], attributes: { exclusive, reverse } }) => [
    cumSum(g, alongAxis(x.shape, axis), { exclusive, reverse: !reverse }),
    null,
  ],
  accuracy: sumOfTerms,
  display: {
    label: "cumsum",
    formula: called("cumsum", 1),
    cotangents: (_, { reverse }, delta) => {
      const back = (of: term.Term): term.Term => (reverse === true || reverse === 1 ? of : term.call("reverse", of));
      return [back(term.call("cumsum", back(delta))), null];
    },
  },
  syntax: { names: [{ name: "cumsum", arity: 1, operands: [null, -1] }, { name: "cumsum" }] },
  probes: [
    { inputs: [[4], axisProbe(0)] },
    { inputs: [[2, 3], axisProbe(-1)], attributes: { reverse: true } },
    { inputs: [[3, 2], axisProbe(0)], attributes: { exclusive: true } },
    { inputs: [[2, 3, 2], axisProbe(1)], attributes: { exclusive: 1, reverse: 1 } },
  ],
});

function axisProbe(axis: number): ProbeInput {
  return { values: [axis], shape: [], dtype: "int64" };
}

function alongAxis(shape: Shape, axis: Parameters<typeof staticNumbers>[0]): number {
  const numbersOfAxis = staticNumbers(axis);
  if (numbersOfAxis.length !== 1) throw new OperatorError("shape", "CumSum runs along one axis", { input: 1 });
  return axisWithin(numbersOfAxis[0], shape.length, { input: 1 });
}

/** Which elements a running sum takes in; those up to its own from the start unless told. */
export interface CumSumOptions {
  readonly exclusive?: boolean;
  readonly reverse?: boolean;
}

export const cumSum = (x: Value, axis: number, { exclusive = false, reverse = false }: CumSumOptions = {}): Value =>
  one(CumSum, [x, constant(scalar(axis, "int64"))], { exclusive, reverse });
