import { Sigmoid } from "../../ops/activation/sigmoid.ts";
import { Tanh } from "../../ops/activation/tanh.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import { atBend } from "../mutants/bends.ts";
import { defineMistake } from "./define.ts";

/** 1 - A in place of 1 - A² or of A (1 - A). */
export const incompleteActivationDerivative = defineMistake({
  name: "incomplete_activation_derivative",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The derivative of ${name} is taken to be 1 − A, where A is its value: something is lost. It is 1 − A² for tanh, and A (1 − A) for the sigmoid.`,
    zh: ({ name }) => `${name} 的导数取成了 1 − A（A 为其函数值），漏了一部分。tanh 的导数是 1 − A²，sigmoid 的是 A(1 − A)。`,
  },
  ways: atBend(({ op, outputs: [a] }) => (op === Tanh || op === Sigmoid ? ({ grads: [g] }) => mul(g, sub(1, a)) : null)),
});
