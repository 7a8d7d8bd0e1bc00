import type { Value } from "../../ir/graph.ts";
import { relu, Relu } from "../../ops/activation/relu.ts";
import { sigmoid, Sigmoid } from "../../ops/activation/sigmoid.ts";
import { tanh, Tanh } from "../../ops/activation/tanh.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sign } from "../../ops/arithmetic/sign.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import type { Operator } from "../../ops/define.ts";
import { bendAt } from "../mutants/bends.ts";
import { defineMistake } from "./define.ts";

/** By whose derivative it is: of the value that a function gave, and of what it was given. */
const derivatives: readonly (readonly [operator: Operator, ...(readonly ((a: Value, z: Value) => Value)[])])[] = [
  [Sigmoid, (a) => mul(a, sub(1, a)), (_, z) => mul(sigmoid(z), sub(1, sigmoid(z)))],
  [Tanh, (a) => sub(1, mul(a, a)), (_, z) => sub(1, mul(tanh(z), tanh(z)))],
  [Relu, (_, z) => sign(relu(z))],
];

/** A layer's function was exchanged, and the line with its derivative stayed as it was. */
export const otherActivationDerivative = defineMistake({
  name: "other_activation_derivative",
  cost: 1.1,
  sentences: {
    en: ({ name }) =>
      `The derivative of another function stands in place of that of ${name}. With A for a function's value, A (1 − A) belongs to the sigmoid, 1 − A² to tanh, and 1 where the input is positive to relu.`,
    zh: ({ name }) =>
      `${name} 处用的是另一个函数的导数。记函数值为 A：A(1 − A) 是 sigmoid 的导数，1 − A² 是 tanh 的，输入为正处取 1 是 relu 的。`,
  },
  ways: {
    topic: "activations",
    rules: (step, ground) => {
      const bend = bendAt(step, ground);
      const z = bend === null ? null : bend.step.inputs[bend.at];
      if (bend === null || z === null) return [];
      const { op, outputs } = bend.step;
      const others = derivatives.flatMap(([operator, ...ways]) => (operator === op ? [] : ways));
      return others.map((derivative) => bend.wrong(({ grads: [g] }) => mul(g, derivative(outputs[0], z))));
    },
  },
});
