import { atBend } from "../mutants/bends.ts";
import { defineMistake } from "./define.ts";

/** The gradient goes through a function of single numbers as it came. */
export const missingActivationDerivative = defineMistake({
  name: "missing_activation_derivative",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The local derivative of ${name} is left out: the gradient goes through it unchanged. Multiply by the derivative of the function at its input.`,
    zh: ({ name }) => `漏乘了 ${name} 的局部导数：梯度原样穿过了它。请乘以该函数在其输入处的导数。`,
  },
  ways: atBend(
    () =>
      ({ grads: [g] }) =>
        g,
  ),
});
