import { z } from "zod";
import { add } from "../../ops/arithmetic/add.ts";
import { div } from "../../ops/arithmetic/div.ts";
import { max } from "../../ops/arithmetic/max-min.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sqrt } from "../../ops/arithmetic/sqrt.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import { atLeastZero, betas, flag, maximize, rate, stabiliser, weightDecay } from "./arguments.ts";
import { byRule, type OptimizerRule, schemaOf, zeroed } from "./define.ts";
import { averaged, averagedSquare, penalised } from "./gradient.ts";
import { seenBy } from "./bias.ts";

const members = {
  lr: rate(1e-3, 0.01),
  betas,
  eps: stabiliser(1e-8),
  eps_place: z
    .enum(["outside", "uncorrected"])
    .default("outside")
    .meta({
      description:
        "Where `eps` stands. outside, as in torch: beside the root of the bias-corrected average of squares. uncorrected, as in textbooks: beside the root of the average as it is, with both corrections in the learning rate",
      examples: ["uncorrected"],
    }),
  amsgrad: flag("Whether the greatest average of squares so far takes the place of the last"),
  maximize,
};

const plain = schemaOf(
  "Adam",
  "Steps along the average gradient, measured in each parameter by the root of the average square.",
  { ...members, weight_decay: weightDecay },
  { lr: 0.01 },
);

const decoupled = schemaOf(
  "AdamW",
  "Adam with a weight decay that does not pass through the averages.",
  {
    ...members,
    weight_decay: atLeastZero(
      1e-2,
      "What times the learning rate each parameter shrinks by before its update, apart from its gradient",
      0.01,
    ),
  },
  { lr: 0.01, weight_decay: 0.1 },
);

/** Adam and AdamW. The averages start from zero, and `schedule` corrects what that does to them. */
function adam(source: z.output<typeof plain | typeof decoupled>): OptimizerRule {
  const { betas, eps, eps_place, amsgrad, weight_decay, maximize } = source;
  const [beta1, beta2] = betas;
  const isDecoupled = source.type === "AdamW";
  const penalty = { maximize, weight_decay: isDecoupled ? 0 : weight_decay };
  return {
    states: zeroed("exp_avg", "exp_avg_sq", ...(amsgrad ? ["max_exp_avg_sq"] : [])),
    scalars: isDecoupled ? 3 : 2,
    schedule: (t, lr, out) => {
      out[0] = lr / seenBy(t, beta1);
      out[1] = Math.sqrt(seenBy(t, beta2));
      if (isDecoupled) out[2] = 1 - lr * weight_decay;
    },
    update: (parameter, gradient, [average, square, greatest], [size, correction, kept]) => {
      const pull = penalised(gradient, parameter, penalty);
      const nextAverage = averaged(average, pull, beta1);
      const nextSquare = averagedSquare(square, pull, beta2);
      const measure = amsgrad ? max(greatest, nextSquare) : nextSquare;
      const step = mul(nextAverage, size);
      const change =
        eps_place === "outside" ? div(step, add(div(sqrt(measure), correction), eps)) : div(mul(step, correction), add(sqrt(measure), eps));
      return {
        parameter: sub(isDecoupled ? mul(parameter, kept) : parameter, change),
        states: amsgrad ? [nextAverage, nextSquare, measure] : [nextAverage, nextSquare],
      };
    },
  };
}

export const Adam = byRule(plain, adam);
export const AdamW = byRule(decoupled, adam);
