import { has, isComposite } from "../../ops/define.ts";
import { sameShape } from "../../tensor/shape.ts";
import { ruleOf } from "../backward.ts";
import { changing, type Ground } from "../mutants/ground.ts";
import { fitted } from "../mutants/rules.ts";
import type { TapeStep } from "../tape.ts";
import { defineMistake, type WrongRule } from "./define.ts";

/** The gradient of a layer's weights is taken with what stood before the activation of the layer below: Zᵀ dz for Aᵀ dz. */
export const preactivationUsed = defineMistake({
  name: "preactivation_used",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The gradient of ${name} is computed with the values before the activation. Multiply by what the layer was given: the values after the activation.`,
    zh: ({ name }) => `${name} 的梯度用的是激活之前的值。应乘以该层的实际输入，即激活之后的值。`,
  },
  ways: { topic: "operands", rules: withInputsOfBends },
});

function withInputsOfBends(step: TapeStep, ground: Ground): WrongRule[] {
  if (has(step.op, "linear") || isComposite(step.op)) return [];
  const before = step.inputs.map((value) => {
    const bend = value === null ? undefined : ground.tape.steps.find(({ outputs }) => outputs.includes(value));
    const at = bend === undefined ? null : ground.bentInput(bend);
    const z = bend === undefined || at === null ? null : bend.inputs[at];
    return z !== null && value !== null && sameShape(z.shape, value.shape) ? z : value;
  });
  return ground.flowingInputs(step).flatMap((at): WrongRule[] => {
    const inputs = step.inputs.map((value, position) => (position === at ? value : before[position]));
    const value = step.inputs[at];
    if (value === null || inputs.every((each, position) => each === step.inputs[position])) return [];
    const change = changing(at, ({ grads }) => fitted(ruleOf(step, inputs, step.outputs, grads)[at] ?? null, value));
    return [{ step, input: at, name: ground.nameOf(value) ?? undefined, change }];
  });
}
