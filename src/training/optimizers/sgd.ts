import { z } from "zod";
import { add } from "../../ops/arithmetic/add.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import { atLeastZero, flag, maximize, rate, weightDecay } from "./arguments.ts";
import { byRule, schemaOf, zeroed } from "./define.ts";
import { penalised } from "./gradient.ts";

/** Gradient descent; with momentum the parameter moves by a velocity that the gradients push. */
export const SGD = byRule(
  schemaOf(
    "SGD",
    "Gradient descent, with momentum where it is asked for.",
    {
      lr: rate(1e-3, 0.025),
      momentum: atLeastZero(0, "What the velocity keeps of its past at each step", 0.9),
      dampening: z
        .number()
        .default(0)
        .meta({ description: "The share of the gradient that does not enter the velocity, from the second step on", examples: [0.1] }),
      weight_decay: weightDecay,
      nesterov: flag("Whether the momentum is Nesterov's, which looks a step ahead"),
      maximize,
    },
    { lr: 0.025, momentum: 0.9 },
  ).refine(({ nesterov, momentum, dampening }) => !nesterov || (momentum > 0 && dampening === 0), {
    error: "Nesterov's momentum needs a momentum above 0 and no dampening",
    path: ["nesterov"],
  }),
  (source) => {
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
  },
);
