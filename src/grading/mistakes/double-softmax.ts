import { LogSoftmax, Softmax, softmax } from "../../ops/activation/softmax.ts";
import { exp } from "../../ops/arithmetic/exp.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import { axisOf, madeWith, sumAlong } from "../mutants/operators.ts";
import { defineMistake, type OperatorMistake } from "./define.ts";

const twice: OperatorMistake["output"] = ([x], attributes, operator) => operator([softmax(x, axisOf(attributes))]);

/** A softmax of a softmax, in the value or in the gradient alone. */
export const doubleSoftmax = defineMistake({
  name: "double_softmax",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `Softmax is applied twice around ${name}: the loss already contains it. Give the loss raw scores, or take the logarithm of the probabilities only once.`,
    zh: ({ name }) => `${name} 处做了两次 softmax：损失函数中已包含它。请传入原始得分，只做一次 softmax。`,
  },
  ways: madeWith(
    {
      operator: Softmax,
      gradients: ({ outputs: [y], grads: [g], attributes }) => {
        const again = softmax(y, axisOf(attributes));
        return [sub(mul(y, g), mul(again, sumAlong(mul(g, y), attributes)))];
      },
      output: twice,
    },
    {
      operator: LogSoftmax,
      gradients: ({ outputs: [y], grads: [g], attributes }) => [sub(g, mul(softmax(exp(y), axisOf(attributes)), sumAlong(g, attributes)))],
      output: twice,
    },
  ),
});
