import type { Value } from "../../ir/graph.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Mutation, Ways } from "../mistakes/define.ts";
import type { TapeStep } from "../tape.ts";
import { changing, type Ground } from "./ground.ts";

/** The operands of a step that are spread over a batch, such as biases, with the place among its inputs and a name. */
export function spreadOperands(step: TapeStep, ground: Ground): { readonly at: number; readonly value: Value; readonly name: string }[] {
  return ground.flowingInputs(step).flatMap((at) => {
    const value = step.inputs[at];
    if (value === null || !isSpread(value, step.outputs[0])) return [];
    return [{ at, value, name: ground.nameOf(value) ?? step.owner.name }];
  });
}

/** What somebody makes of the gradient as it arrives, in the shape of the result, for an operand of such a kind; null where that is nothing wrong. */
type Unreduced = (arriving: Value, operand: Value) => Value | null;

/** Gradients of spread operands that were not summed as they should be, in whatever shape they come. */
export const unreduced = (...ways: readonly Unreduced[]): Ways => ({
  topic: "spread operands",
  mutations: (step, ground) =>
    spreadOperands(step, ground).flatMap(({ at, value, name }) =>
      ways.map((made): Mutation => ({
        name,
        edges: ground.edges([{ step, input: at }]),
        place: ground.placeOf(step),
        places: 1,
        family: "fixed",
        consequence: () => {
          // Nothing that is computed from it would fit any more, so only the gradient itself is of interest.
          let gradient: Value | null = null;
          const look = changing(at, ({ raw, flows }) => {
            const arriving = raw[at] ?? null;
            gradient = arriving && made(arriving, value);
            return flows[at];
          });
          const after = ground.amended(new Map([[step, look]]));
          return { ...after, only: gradient === null ? null : { value, gradient } };
        },
      })),
    ),
});

/** Whether an operand is repeated along the first axis of the result. */
const isSpread = (value: Value, output: Value): boolean =>
  output.shape.length > 0 &&
  output.shape[0] > 1 &&
  sizeOf(value.shape) < sizeOf(output.shape) &&
  value.shape.filter((size) => size > 1).length <= 1 &&
  (value.shape.length < output.shape.length || value.shape[0] === 1);
