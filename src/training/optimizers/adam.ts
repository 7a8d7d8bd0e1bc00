import { add } from "../../ops/arithmetic/add.ts";
import { div } from "../../ops/arithmetic/div.ts";
import { max } from "../../ops/arithmetic/max-min.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sqrt } from "../../ops/arithmetic/sqrt.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import type { OptimizerOf } from "./source.ts";
import { type OptimizerRule, zeroed } from "./define.ts";
import { averaged, averagedSquare, penalised } from "./gradient.ts";

/** Adam and AdamW. The averages start from zero, and `schedule` corrects what that does to them. */
export function adam(source: OptimizerOf<"Adam" | "AdamW">): OptimizerRule {
  const { betas, eps, eps_place, amsgrad, weight_decay, maximize } = source;
  const [beta1, beta2] = betas;
  const isDecoupled = source.type === "AdamW";
  const penalty = { maximize, weight_decay: isDecoupled ? 0 : weight_decay };
  return {
    states: zeroed("exp_avg", "exp_avg_sq", ...(amsgrad ? ["max_exp_avg_sq"] : [])),
    scalars: isDecoupled ? 3 : 2,
    schedule: (t, lr, out) => {
      out[0] = lr / (1 - beta1 ** t);
      out[1] = Math.sqrt(1 - beta2 ** t);
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
