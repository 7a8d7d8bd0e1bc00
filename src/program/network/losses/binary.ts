import type { Value } from "../../../ir/graph.ts";
import { softplus } from "../../../ops/activation/softplus.ts";
import { add } from "../../../ops/arithmetic/add.ts";
import { clip } from "../../../ops/arithmetic/clip.ts";
import { log } from "../../../ops/arithmetic/log.ts";
import { mul } from "../../../ops/arithmetic/mul.ts";
import { neg } from "../../../ops/arithmetic/neg.ts";
import { sub } from "../../../ops/arithmetic/sub.ts";
import * as schemas from "../schemas/losses.ts";
import { defineLoss, type LossBuilding } from "../define.ts";
import { checkBroadcasts, reduced, sameAsOutput } from "./reduction.ts";

const leastLogarithm = -100;

/**
 * max(log p, -100). What is below the least probability is raised to one whose logarithm is a little less than -100 first: the gradient at
 * p = 0 is then 0 and not 0 times infinity.
 */
const heldLogarithm = (p: Value): Value => clip(log(clip(p, Math.exp(leastLogarithm - 1))), leastLogarithm);

function weighted(losses: Value, { tensor }: LossBuilding): Value {
  const weight = tensor("weight");
  if (weight === null) return losses;
  checkBroadcasts("weight", weight, losses.shape);
  return mul(losses, weight);
}

export const BCELoss = defineLoss(schemas.BCELoss, {
  target: sameAsOutput,
  build: (output, target, { reduction }, building) => {
    const agreement = add(mul(target, heldLogarithm(output)), mul(sub(1, target), heldLogarithm(sub(1, output))));
    return reduced(weighted(neg(agreement), building), reduction);
  },
});

export const BCEWithLogitsLoss = defineLoss(schemas.BCEWithLogitsLoss, {
  target: sameAsOutput,
  build: (output, target, { reduction }, building) => {
    const positive = building.tensor("pos_weight");
    if (positive !== null) checkBroadcasts("pos_weight", positive, output.shape);
    // (1 - t) x + (1 + (w - 1) t) softplus(-x), which is -(w t log σ(x) + (1 - t) log σ(-x)).
    const missed = softplus(neg(output));
    const scaled = positive === null ? missed : mul(add(mul(sub(positive, 1), target), 1), missed);
    return reduced(weighted(add(mul(sub(1, target), output), scaled), building), reduction);
  },
});
