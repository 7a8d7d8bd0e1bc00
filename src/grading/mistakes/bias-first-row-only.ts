import { unbroadcast } from "../../autodiff/reverse.ts";
import { constant, type Value } from "../../ir/graph.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { tensorOf } from "../../tensor/tensor.ts";
import { ruleOf } from "../backward.ts";
import { changing, type Ground } from "../mutants/ground.ts";
import { spreadOperands } from "../mutants/spread.ts";
import type { TapeStep } from "../tape.ts";
import { defineMistake, type WrongRule } from "./define.ts";

/** The gradient of an operand that is spread over a batch, such as a bias, is taken from its first row. */
export const biasFirstRowOnly = defineMistake({
  name: "bias_first_row_only",
  cost: 1,
  sentences: {
    en: ({ name }) => `The gradient of ${name} holds the first row of the batch only. Sum over all rows.`,
    zh: ({ name }) => `${name} 的梯度只取了批次的第一行。请对所有行求和。`,
  },
  ways: { topic: "spread operands", rules: firstRows },
});

function firstRows(step: TapeStep, ground: Ground): WrongRule[] {
  return spreadOperands(step, ground).map(({ at, value, name }) => ({
    step,
    input: at,
    name,
    change: changing(at, ({ grads: [g, ...others] }) => {
      const gradient = ruleOf(step, step.inputs, step.outputs, [mul(g, firstRow(g)), ...others])[at] ?? null;
      return gradient === null ? null : unbroadcast(gradient, value.shape);
    }),
  }));
}

/** 1 in the first row along axis 0, and 0 elsewhere. */
function firstRow({ dtype, shape }: Value): Value {
  const rows = new Float64Array(shape[0]);
  rows[0] = 1;
  return constant(tensorOf(dtype, [shape[0], ...shape.slice(1).map(() => 1)], rows));
}
