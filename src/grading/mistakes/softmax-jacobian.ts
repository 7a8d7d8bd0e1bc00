import { LogSoftmax, Softmax } from "../../ops/activation/softmax.ts";
import { exp } from "../../ops/arithmetic/exp.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import { madeWith } from "../mutants/operators.ts";
import { defineMistake } from "./define.ts";

/** Softmax is taken for a function of single numbers: only the diagonal of its Jacobian is used, or nothing of it. */
export const softmaxJacobian = defineMistake({
  name: "softmax_jacobian",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `In ${name} every score acts on every probability: the gradient by the scores is p · (g − Σ g·p), not g · p (1 − p) and not g itself.`,
    zh: ({ name }) => `在 ${name} 中，每个得分影响所有概率：对得分的梯度是 p·(g − Σ g·p)，而不是 g·p(1 − p)，也不是 g 本身。`,
  },
  ways: madeWith(
    { operator: Softmax, gradients: ({ outputs: [p], grads: [g] }) => [mul(g, mul(p, sub(1, p)))] },
    { operator: Softmax, gradients: ({ grads: [g] }) => [g] },
    { operator: LogSoftmax, gradients: ({ outputs: [y], grads: [g] }) => [mul(g, sub(1, exp(y)))] },
    { operator: LogSoftmax, gradients: ({ grads: [g] }) => [g] },
  ),
});
