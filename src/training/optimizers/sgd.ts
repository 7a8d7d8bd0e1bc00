import { add } from "../../ops/arithmetic/add.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import type { OptimizerOf } from "./source.ts";
import { type OptimizerRule, zeroed } from "./define.ts";
import { penalised } from "./gradient.ts";

/** Gradient descent; with momentum the parameter moves by a velocity that the gradients push. */
export function sgd(source: OptimizerOf<"SGD">): OptimizerRule {
  const { momentum, dampening, nesterov } = source;
  if (momentum === 0) {
    return {
      states: [],
      scalars: 1,
      schedule: (_t, lr, out) => void (out[0] = lr),
      update: (parameter, gradient, _states, [lr]) => ({
        parameter: sub(parameter, mul(penalised(gradient, parameter, source), lr)),
        states: [],
      }),
    };
  }
  return {
    states: zeroed("momentum_buffer"),
    scalars: dampening === 0 ? 1 : 2,
    schedule: (t, lr, out) => {
      out[0] = lr;
      // The first gradient is the velocity to start with, whole.
      if (dampening !== 0) out[1] = t === 1 ? 1 : 1 - dampening;
    },
    update: (parameter, gradient, [velocity], [lr, share]) => {
      const pull = penalised(gradient, parameter, source);
      const moved = add(mul(velocity, momentum), dampening === 0 ? pull : mul(pull, share));
      const direction = nesterov ? add(pull, mul(moved, momentum)) : moved;
      return { parameter: sub(parameter, mul(direction, lr)), states: [moved] };
    },
  };
}
