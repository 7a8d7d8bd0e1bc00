import type { Value } from "../../ir/graph.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import { has, isComposite } from "../../ops/define.ts";
import { unbroadcast } from "../../autodiff/reverse.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { type BackwardPass, type Change, ruleOf } from "../backward.ts";
import type { Step, Tape } from "../tape.ts";
import type { Ground, Mutant, Places } from "./mutant.ts";

/** Weights that were updated before the gradients of what lies before them were taken: one learning step of unknown rate too far. */
export function weightMutants({ program, tape, backward }: Ground, places: Places): Mutant[] {
  if (backward === null) return [];
  // Where nothing is called a parameter, every input may be one.
  const isWeight = program.inputs.some(({ role }) => role === "parameter") ? "parameter" : "input";
  const changes = program.inputs.flatMap(({ name, value, role }) => {
    const gradient = role === isWeight ? backward.sumAt(value) : null;
    if (gradient === null || sizeOf(value.shape) < 2) return [];
    const change = changesWith(tape, backward, value, sub(value, gradient));
    return change.size === 0 ? [] : [{ name, change }];
  });
  const mutantOf = (name: string, change: ReadonlyMap<Step, Change>, count: number): Mutant => ({
    mistake: "used_updated_weights",
    name,
    edges: [],
    place: Math.max(...[...change.keys()].map((step) => places.of(step))),
    places: count,
    family: "moved",
    outcome: () => ({ tape, backward: backward.amended({ changes: change }) }),
  });
  return changes.map(({ name, change }) => mutantOf(name, change, 1));
}

/** Rules at other weights, for the gradients of everything but the weights. */
function changesWith(tape: Tape, backward: BackwardPass, weights: Value, others: Value): Map<Step, Change> {
  const changes = new Map<Step, Change>();
  for (const { step } of tape.consumers(weights)) {
    if (has(step.op, "linear") || isComposite(step.op)) continue;
    const reaches = step.inputs.some((value, at) => value !== weights && backward.flowAt(step, at) !== null);
    if (!reaches) continue;
    const inputs = step.inputs.map((value) => (value === weights ? others : value));
    changes.set(step, ({ grads, flows }) => {
      const moved = ruleOf(step, inputs, step.outputs, grads);
      return flows.map((right, at) => {
        const value = step.inputs[at];
        const gradient = moved[at] ?? null;
        return right === null || value === null || value === weights || gradient === null ? right : unbroadcast(gradient, value.shape);
      });
    });
  }
  return changes;
}
