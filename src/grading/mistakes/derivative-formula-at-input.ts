import { Sigmoid } from "../../ops/activation/sigmoid.ts";
import { Tanh } from "../../ops/activation/tanh.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import { atBend } from "../mutants/bends.ts";
import { defineMistake } from "./define.ts";

/** A formula in terms of the function's value is given its input: z (1 - z), 1 - z². */
export const derivativeFormulaAtInput = defineMistake({
  name: "derivative_formula_at_input",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The derivative of ${name} is computed by a formula for the function's value A, such as A (1 − A) or 1 − A², and was given the function's input in place of A.`,
    zh: ({ name }) => `${name} 的导数用了以函数值 A 表示的公式，如 A(1 − A) 或 1 − A²，但代入的却是函数的输入。`,
  },
  ways: atBend(({ op, inputs }, at) => {
    const z = inputs[at];
    if (z === null) return null;
    if (op === Sigmoid) return ({ grads: [g] }) => mul(g, mul(z, sub(1, z)));
    return op === Tanh ? ({ grads: [g] }) => mul(g, sub(1, mul(z, z))) : null;
  }),
});
