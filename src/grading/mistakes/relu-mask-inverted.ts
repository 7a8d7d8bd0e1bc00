import { neg } from "../../ops/arithmetic/neg.ts";
import { isComposite } from "../../ops/define.ts";
import { atBend, derivativeAt } from "../mutants/bends.ts";
import { defineMistake } from "./define.ts";

/** The gradient passes on the wrong side of a kink. Where that lies at 0, the other side is where the sign is the other. */
export const reluMaskInverted = defineMistake({
  name: "relu_mask_inverted",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The mask of ${name} is inverted: the gradient passes where the input is negative and is blocked where it is positive.`,
    zh: ({ name }) => `${name} 的掩码取反了：梯度在输入为负处通过，在输入为正处被阻断。`,
  },
  ways: atBend((step, at) => {
    const value = step.inputs[at];
    if (value === null || !(isComposite(step.op) || step.op.branches !== undefined)) return null;
    return ({ grads }) => derivativeAt(step, at, neg(value), grads);
  }),
});
