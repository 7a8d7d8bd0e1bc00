import { atBend, derivativeAt } from "../mutants/bends.ts";
import { defineMistake } from "./define.ts";

/** The derivative of a function of single numbers is taken at its output. */
export const derivativeOfActivatedValue = defineMistake({
  name: "derivative_of_activated_value",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The derivative of ${name} is taken at its output where it should be taken at its input: the function is applied twice. Pass the value from before the activation, or use the formula in terms of the output.`,
    zh: ({ name }) => `${name} 的导数取在了输出处，而应取在输入处：函数被应用了两次。请传入激活之前的值，或使用以输出表示的导数公式。`,
  },
  ways: atBend(
    (step, at) =>
      ({ grads }) =>
        derivativeAt(step, at, step.outputs[0], grads),
  ),
});
