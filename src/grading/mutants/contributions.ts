import { has } from "../../ops/define.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Change } from "../backward.ts";
import type { Mutation } from "../mistakes/define.ts";
import type { Consumer, TapeStep } from "../tape.ts";
import type { Ground } from "./ground.ts";

/** The pass in which nothing flows along some edges. */
export function without(
  edges: readonly Consumer[],
  ground: Ground,
  rest: Pick<Mutation, "name" | "family" | "contribution" | "fanout">,
): Mutation {
  const changes = new Map<TapeStep, Change>();
  for (const [step, consumers] of Map.groupBy(edges, (edge) => edge.step)) {
    const dropped = new Set(consumers.map((edge) => edge.input));
    changes.set(step, ({ flows }) => flows.map((flow, at) => (dropped.has(at) ? null : flow)));
  }
  return {
    ...rest,
    edges: ground.edges(edges),
    place: Math.max(...edges.map(({ step }) => ground.placeOf(step))),
    places: 1,
    consequence: () => ground.amended(changes),
  };
}

/** Counts of the elements whose gradients are summed up on the way through an edge, as for a bias: all of them, or along the batch. */
export function summedOver({ step, input: at }: Consumer): number[] {
  const value = step.inputs[at];
  const [output] = step.outputs;
  if (value === null || value.shape.length === 0 || sizeOf(value.shape) === 0) return [];
  const ratio = sizeOf(output.shape) / sizeOf(value.shape);
  if (ratio <= 1 || !Number.isInteger(ratio) || value.shape.length > output.shape.length) return [];
  // Weights are multiplied, not spread: their own rule adds up products.
  const spread = has(step.op, "elementwise") || value.shape.length === 1 || value.shape.filter((size) => size > 1).length <= 1;
  return spread ? [...new Set([ratio, output.shape[0]])].filter((count) => count > 1) : [];
}
