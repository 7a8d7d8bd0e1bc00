import { unbroadcast } from "../../autodiff/reverse.ts";
import type { Value } from "../../ir/graph.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import { has, isComposite } from "../../ops/define.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { type Change, ruleOf } from "../backward.ts";
import type { Ground } from "../mutants/ground.ts";
import type { TapeStep } from "../tape.ts";
import { defineMistake, type Mutation } from "./define.ts";

/** Weights that were updated before the gradients of what lies before them were taken: one learning step of unknown rate too far. */
export const usedUpdatedWeights = defineMistake({
  name: "used_updated_weights",
  cost: 2.2,
  sentences: {
    en: ({ name, factor }) =>
      `The backward pass uses ${name} after its update (with a learning rate of about ${factor}). Compute all gradients first and update the weights afterwards.`,
    zh: ({ name, factor }) => `反向传播用的是更新之后的 ${name}（学习率约为 ${factor}）。请先算出所有梯度，再更新权重。`,
  },
  ways: { topic: "weights", overall: updatedWeights },
});

function updatedWeights(ground: Ground): Mutation[] {
  const { program, backward } = ground;
  // Where nothing is called a parameter, every input may be one.
  const isWeight = program.inputs.some(({ role }) => role === "parameter") ? "parameter" : "input";
  return program.inputs.flatMap(({ name, value, role }): Mutation[] => {
    const gradient = role === isWeight && backward !== null ? backward.sumAt(value) : null;
    if (gradient === null || sizeOf(value.shape) < 2) return [];
    const changes = changesWith(ground, value, sub(value, gradient));
    if (changes.size === 0) return [];
    const place = Math.max(...[...changes.keys()].map((step) => ground.placeOf(step)));
    return [{ name, edges: [], place, places: 1, family: "moved", consequence: () => ground.amended(changes) }];
  });
}

/** Rules at other weights, for the gradients of everything but the weights. */
function changesWith(ground: Ground, weights: Value, others: Value): Map<TapeStep, Change> {
  const changes = new Map<TapeStep, Change>();
  for (const { step } of ground.tape.consumers(weights)) {
    if (has(step.op, "linear") || isComposite(step.op)) continue;
    if (!ground.flowingInputs(step).some((at) => step.inputs[at] !== weights)) continue;
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
