import { add } from "../../ops/arithmetic/add.ts";
import { div } from "../../ops/arithmetic/div.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sqrt } from "../../ops/arithmetic/sqrt.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import { atLeastZero, betas, flag, maximize, rate, stabiliser, weightDecay } from "./arguments.ts";
import { byRule, schemaOf, zeroed } from "./define.ts";
import { averaged, averagedSquare, penalised } from "./gradient.ts";
import { seenBy } from "./bias.ts";

/** Adam with Nesterov's momentum, which rises towards the first of the betas. */
export const NAdam = byRule(
  schemaOf(
    "NAdam",
    "Adam with Nesterov's momentum.",
    {
      lr: rate(2e-3, 0.01),
      betas,
      eps: stabiliser(1e-8),
      weight_decay: weightDecay,
      momentum_decay: atLeastZero(4e-3, "How fast the momentum rises towards the first of the betas", 0.01),
      decoupled_weight_decay: flag("Whether the weight decay is AdamW's, apart from the gradient"),
      maximize,
    },
    { lr: 0.01 },
  ),
  ({ betas, eps, momentum_decay, decoupled_weight_decay, weight_decay, maximize }) => {
    const [beta1, beta2] = betas;
    const penalty = { maximize, weight_decay: decoupled_weight_decay ? 0 : weight_decay };
    const momentumAt = (t: number): number => beta1 * (1 - 0.5 * 0.96 ** (t * momentum_decay));
    const productAt = runningProduct(momentumAt);
    return {
      states: zeroed("exp_avg", "exp_avg_sq"),
      scalars: decoupled_weight_decay ? 4 : 3,
      schedule: (t, lr, out) => {
        const momentum = momentumAt(t);
        const next = momentumAt(t + 1);
        const product = productAt(t);
        out[0] = (lr * (1 - momentum)) / (1 - product);
        out[1] = (lr * next) / (1 - product * next);
        out[2] = seenBy(t, beta2);
        if (decoupled_weight_decay) out[3] = 1 - lr * weight_decay;
      },
      update: (parameter, gradient, [average, square], [ofGradient, ofAverage, correction, kept]) => {
        const pull = penalised(gradient, parameter, penalty);
        const nextAverage = averaged(average, pull, beta1);
        const nextSquare = averagedSquare(square, pull, beta2);
        const measure = add(sqrt(div(nextSquare, correction)), eps);
        const from = decoupled_weight_decay ? mul(parameter, kept) : parameter;
        return {
          parameter: sub(sub(from, div(mul(pull, ofGradient), measure)), div(mul(nextAverage, ofAverage), measure)),
          states: [nextAverage, nextSquare],
        };
      },
    };
  },
);

/** The product of the factors 1 to t, in that order whatever was asked before. Asked for one t after the other, it takes one multiplication. */
function runningProduct(factorAt: (t: number) => number): (t: number) => number {
  let reached = 0;
  let product = 1;
  return (t) => {
    if (t < reached) {
      reached = 0;
      product = 1;
    }
    while (reached < t) product *= factorAt(++reached);
    return product;
  };
}
