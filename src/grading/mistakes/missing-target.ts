import { LogSoftmax, Softmax } from "../../ops/activation/softmax.ts";
import { exp } from "../../ops/arithmetic/exp.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { neg } from "../../ops/arithmetic/neg.ts";
import { madeWith, sumAlong } from "../mutants/operators.ts";
import { defineMistake } from "./define.ts";

/** The gradient by the scores of a cross-entropy is the probabilities alone. */
export const missingTarget = defineMistake({
  name: "missing_target",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The gradient by the scores of ${name} is the probabilities alone; it should be probabilities minus the target (one-hot).`,
    zh: ({ name }) => `${name} 对得分的梯度只有概率本身；应为概率减去目标（one-hot）。`,
  },
  ways: madeWith(
    // y g is minus the target and -sum(g y) its total, so that the gradient by the scores is y - target.
    {
      operator: Softmax,
      gradients: ({ outputs: [y], grads: [g], attributes }) => [neg(mul(y, sumAlong(mul(g, y), attributes)))],
    },
    // Here g itself is minus the target.
    {
      operator: LogSoftmax,
      gradients: ({ outputs: [y], grads: [g], attributes }) => [neg(mul(exp(y), sumAlong(g, attributes)))],
    },
  ),
});
