import { z } from "zod";
import { add } from "../../ops/arithmetic/add.ts";
import { div } from "../../ops/arithmetic/div.ts";
import { max } from "../../ops/arithmetic/max-min.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sqrt } from "../../ops/arithmetic/sqrt.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import { atLeastZero, flag, maximize, rate, stabiliser, weightDecay } from "./arguments.ts";
import { byRule, schemaOf, zeroed } from "./define.ts";
import { averaged, averagedSquare, penalised } from "./gradient.ts";

/** Gradient descent measured by the root of the average square; centred, by the deviation from the average gradient. */
export const RMSprop = byRule(
  schemaOf(
    "RMSprop",
    "Steps along the gradient, measured in each parameter by the root of the average square.",
    {
      lr: rate(1e-2, 0.001),
      alpha: z
        .number()
        .min(0)
        .max(1)
        .default(0.99)
        .meta({ description: "What the average square keeps of its past at each step", examples: [0.9] }),
      eps: stabiliser(1e-8),
      weight_decay: weightDecay,
      momentum: atLeastZero(0, "What the velocity keeps of its past at each step", 0.9),
      centered: flag("Whether the gradient is measured by its estimated deviation from its average instead"),
      maximize,
    },
    { lr: 0.001 },
  ),
  (source) => {
    const { alpha, eps, momentum, centered } = source;
    const names = ["square_avg", ...(centered ? ["grad_avg"] : []), ...(momentum > 0 ? ["momentum_buffer"] : [])];
    return {
      states: zeroed(...names),
      scalars: 1,
      schedule: (_t, lr, out) => void (out[0] = lr),
      update: (parameter, gradient, states, [lr]) => {
        const pull = penalised(gradient, parameter, source);
        const square = averagedSquare(states[0], pull, alpha);
        const average = centered ? [averaged(states[1], pull, alpha)] : [];
        // A variance of equal gradients is nothing but rounding, which may be below 0.
        const variance = average.length === 0 ? square : max(sub(square, mul(average[0], average[0])), 0);
        const measure = add(sqrt(variance), eps);
        if (momentum === 0) return { parameter: sub(parameter, div(mul(pull, lr), measure)), states: [square, ...average] };
        const velocity = add(mul(states[names.length - 1], momentum), div(pull, measure));
        return { parameter: sub(parameter, mul(velocity, lr)), states: [square, ...average, velocity] };
      },
    };
  },
);
