import { add } from "../../ops/arithmetic/add.ts";
import { div } from "../../ops/arithmetic/div.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sqrt } from "../../ops/arithmetic/sqrt.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import type { OptimizerOf } from "./source.ts";
import type { OptimizerRule } from "./define.ts";
import { penalised } from "./gradient.ts";

/** Gradient descent measured by the root of the sum of all squares so far. */
export function adagrad(source: OptimizerOf<"Adagrad">): OptimizerRule {
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
}
