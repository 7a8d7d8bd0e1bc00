import type { Value } from "../../ir/graph.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { TapeStep } from "../tape.ts";
import type { Ground } from "./ground.ts";

/** The operands of a step that are spread over a batch, such as biases, with the place among its inputs and a name. */
export function spreadOperands(step: TapeStep, ground: Ground): { readonly at: number; readonly value: Value; readonly name: string }[] {
  return ground.flowingInputs(step).flatMap((at) => {
    const value = step.inputs[at];
    if (value === null || !isSpread(value, step.outputs[0])) return [];
    return [{ at, value, name: ground.nameOf(value) ?? step.owner.name }];
  });
}

/** Whether an operand is repeated along the first axis of the result. */
const isSpread = (value: Value, output: Value): boolean =>
  output.shape.length > 0 &&
  output.shape[0] > 1 &&
  sizeOf(value.shape) < sizeOf(output.shape) &&
  value.shape.filter((size) => size > 1).length <= 1 &&
  (value.shape.length < output.shape.length || value.shape[0] === 1);
