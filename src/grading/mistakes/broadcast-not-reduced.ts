import type { Value } from "../../ir/graph.ts";
import { sameShape } from "../../tensor/shape.ts";
import { changing, type Ground } from "../mutants/ground.ts";
import { spreadOperands } from "../mutants/spread.ts";
import type { TapeStep } from "../tape.ts";
import { defineMistake, type Mutation } from "./define.ts";

/** The gradient of an operand that is spread over a batch, such as a bias, is not summed up at all. */
export const broadcastNotReduced = defineMistake({
  name: "broadcast_not_reduced",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `${name} was broadcast in the forward pass, so its gradient must be summed back to its shape; here the sum is missing.`,
    zh: ({ name }) => `${name} 在前向传播中被广播，其梯度应沿广播的轴求和以恢复原形状；这里没有求和。`,
  },
  ways: { topic: "spread operands", mutations: unsummed },
});

function unsummed(step: TapeStep, ground: Ground): Mutation[] {
  return spreadOperands(step, ground).map(({ at, value, name }): Mutation => {
    let raw: Value | null = null;
    return {
      name,
      edges: ground.edges([{ step, input: at }]),
      place: ground.placeOf(step),
      places: 1,
      family: "fixed",
      consequence: () => {
        // Nothing that is computed from it would fit any more, so only the gradient itself is of interest.
        const after = ground.amended(new Map([[step, changing(at, (pull) => (raw = pull.raw[at] ?? null))]]));
        return { ...after, only: raw === null || sameShape(raw.shape, value.shape) ? null : { value, gradient: raw } };
      },
    };
  });
}
