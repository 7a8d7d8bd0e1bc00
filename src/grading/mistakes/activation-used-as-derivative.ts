import { mul } from "../../ops/arithmetic/mul.ts";
import { atBend } from "../mutants/bends.ts";
import { defineMistake } from "./define.ts";

/** The value of a function of single numbers stands in the place of its derivative. */
export const activationUsedAsDerivative = defineMistake({
  name: "activation_used_as_derivative",
  cost: 1,
  sentences: {
    en: ({ name }) => `The gradient is multiplied by the value of ${name} in place of its derivative.`,
    zh: ({ name }) => `梯度乘的是 ${name} 的函数值，而不是它的导数。`,
  },
  ways: atBend(
    ({ outputs: [y] }) =>
      ({ grads: [g] }) =>
        mul(g, y),
  ),
});
