import { z } from "zod";
import { add } from "../../ops/arithmetic/add.ts";
import { div } from "../../ops/arithmetic/div.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sqrt } from "../../ops/arithmetic/sqrt.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import { maximize, rate, stabiliser, weightDecay } from "./arguments.ts";
import { byRule, schemaOf, zeroed } from "./define.ts";
import { averagedSquare, penalised } from "./gradient.ts";

/** Gradient descent whose steps have the average size of earlier steps, so that they are in the parameter's own unit. */
export const Adadelta = byRule(
  schemaOf(
    "Adadelta",
    "Steps along the gradient, measured by the average sizes of earlier steps and gradients.",
    {
      lr: rate(1, 0.5),
      rho: z
        .number()
        .min(0)
        .max(1)
        .default(0.9)
        .meta({ description: "What the average squares keep of their past at each step", examples: [0.95] }),
      eps: stabiliser(1e-6),
      weight_decay: weightDecay,
      maximize,
    },
    { lr: 1 },
  ),
  (source) => {
    const { rho, eps } = source;
    return {
      states: zeroed("square_avg", "acc_delta"),
      scalars: 1,
      schedule: (_t, lr, out) => void (out[0] = lr),
      update: (parameter, gradient, [square, steps], [lr]) => {
        const pull = penalised(gradient, parameter, source);
        const nextSquare = averagedSquare(square, pull, rho);
        const step = mul(div(sqrt(add(steps, eps)), sqrt(add(nextSquare, eps))), pull);
        return { parameter: sub(parameter, mul(step, lr)), states: [nextSquare, averagedSquare(steps, step, rho)] };
      },
    };
  },
);
