import type { Value } from "../../ir/graph.ts";
import { has, isComposite } from "../../ops/define.ts";
import { matrixTranspose } from "../../ops/shape/transpose.ts";
import { ruleOf } from "../backward.ts";
import type { Numbers } from "../compare.ts";
import { explains, residualOf, wrongness } from "../diagnosis/observation.ts";
import { changing, type Ground } from "../mutants/ground.ts";
import { fitted } from "../mutants/rules.ts";
import type { TapeStep } from "../tape.ts";
import { defineMistake, type WrongRule } from "./define.ts";

/** A gradient comes out transposed, or a square matrix is used where its transpose is needed. */
export const transposed = defineMistake({
  name: "transposed",
  cost: 1.2,
  sentences: {
    en: ({ name }) =>
      `The gradient of ${name} comes out transposed, or a matrix was not transposed on the way to it. Check the order and the transposes of the matrix product.`,
    zh: ({ name }) => `${name} 的梯度被转置了，或计算时漏了某个矩阵的转置。请检查矩阵乘法的次序和转置。`,
  },
  ways: { topic: "operands", rules: turnedOperands },
  seen: ({ observation }) => {
    const { expected } = observation;
    if (expected.shape.length !== 2) return null;
    const residual = residualOf(observation, turned(expected));
    return explains(residual, wrongness(observation)) ? { residual } : null;
  },
});

function turned({ shape: [rows, columns], data }: Numbers): Numbers {
  const other = new Float64Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) other[column * rows + row] = data[row * columns + column];
  return { shape: [columns, rows], data: other };
}

function turnedOperands(step: TapeStep, ground: Ground): WrongRule[] {
  if (has(step.op, "elementwise") || isComposite(step.op)) return [];
  return ground.flowingInputs(step).flatMap((at): WrongRule[] => {
    const inputs = step.inputs.map((value, position) => (position !== at && isSquare(value) ? matrixTranspose(value) : value));
    if (inputs.every((value, position) => value === step.inputs[position])) return [];
    const value = step.inputs[at];
    return [
      {
        step,
        input: at,
        name: value === null ? undefined : (ground.nameOf(value) ?? undefined),
        change: changing(at, ({ grads }) => fitted(ruleOf(step, inputs, step.outputs, grads)[at] ?? null, value)),
      },
    ];
  });
}

const isSquare = (value: Value | null): value is Value =>
  value !== null && value.known === null && value.shape.length === 2 && value.shape[0] === value.shape[1] && value.shape[0] > 1;
