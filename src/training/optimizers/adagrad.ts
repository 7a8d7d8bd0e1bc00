import { add } from "../../ops/arithmetic/add.ts";
import { div } from "../../ops/arithmetic/div.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sqrt } from "../../ops/arithmetic/sqrt.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import { atLeastZero, maximize, rate, stabiliser, weightDecay } from "./arguments.ts";
import { byRule, schemaOf } from "./define.ts";
import { penalised } from "./gradient.ts";

/** Gradient descent measured by the root of the sum of all squares so far. */
export const Adagrad = byRule(
  schemaOf(
    "Adagrad",
    "Steps along the gradient, measured in each parameter by the root of the sum of all squares so far.",
    {
      lr: rate(1e-2, 0.1),
      lr_decay: atLeastZero(0, "The learning rate at update t is divided by 1 + (t − 1) times this", 0.01),
      weight_decay: weightDecay,
      initial_accumulator_value: atLeastZero(0, "What the sums of squares start from", 0.1),
      eps: stabiliser(1e-10),
      maximize,
    },
    { lr: 0.1 },
  ),
  (source) => {
    const { lr_decay, eps, initial_accumulator_value } = source;
    return {
      states: [{ name: "sum", initial: initial_accumulator_value }],
      scalars: 1,
      schedule: (t, lr, out) => void (out[0] = lr / (1 + (t - 1) * lr_decay)),
      update: (parameter, gradient, [sum], [lr]) => {
        const pull = penalised(gradient, parameter, source);
        const next = add(sum, mul(pull, pull));
        return { parameter: sub(parameter, div(mul(pull, lr), add(sqrt(next), eps))), states: [next] };
      },
    };
  },
);
