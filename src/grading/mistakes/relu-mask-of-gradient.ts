import { relu, Relu } from "../../ops/activation/relu.ts";
import { atBend } from "../mutants/bends.ts";
import { defineMistake } from "./define.ts";

/** The gradient is kept where it is positive itself: the mask is taken of the wrong array. */
export const reluMaskOfGradient = defineMistake({
  name: "relu_mask_of_gradient",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The mask of ${name} is taken of the gradient that arrives, as in dh * (dh > 0). It belongs to the input of the function: the gradient passes where that is positive.`,
    zh: ({ name }) => `${name} 的掩码取自传来的梯度，如 dh * (dh > 0)。掩码应取自函数的输入：输入为正处梯度通过。`,
  },
  ways: atBend(({ op }) => (op === Relu ? ({ grads: [g] }) => relu(g) : null)),
});
