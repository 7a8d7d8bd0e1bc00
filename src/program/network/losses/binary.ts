import { TensorInput } from "../../../request/values.ts";
import type { Value } from "../../../ir/graph.ts";
import { softplus } from "../../../ops/activation/softplus.ts";
import { add } from "../../../ops/arithmetic/add.ts";
import { clip } from "../../../ops/arithmetic/clip.ts";
import { log } from "../../../ops/arithmetic/log.ts";
import { log1p } from "../../../ops/arithmetic/log1p.ts";
import { mulNoNan } from "../../../ops/arithmetic/mul-no-nan.ts";
import { mul } from "../../../ops/arithmetic/mul.ts";
import { neg } from "../../../ops/arithmetic/neg.ts";
import { probability } from "../../../ops/arithmetic/probability.ts";
import { sub } from "../../../ops/arithmetic/sub.ts";
import { where } from "../../../ops/arithmetic/where.ts";
import { equal } from "../../../ops/logic/comparison.ts";
import { defineLoss, type LossBuilding } from "../define.ts";
import { checkBroadcasts, needsSameShape, reduced, reduction, sameAsOutput } from "./reduction.ts";

const leastLogarithm = -100;

/**
 * max(log p, -100). What is below the least probability is raised to one whose logarithm is a little less than -100 first: the gradient at
 * p = 0 is then 0 and not 0 times infinity.
 */
const heldLogarithm = (p: Value): Value => clip(log(clip(p, Math.exp(leastLogarithm - 1))), leastLogarithm);

/** max(log(1 - p), -100), with the digits of a small p. Only 1 itself is held. */
function heldLogarithmOfRest(p: Value): Value {
  const isSure = equal(p, 1);
  return where(isSure, leastLogarithm, log1p(neg(where(isSure, 0, p))));
}

function weighted(losses: Value, { tensor }: LossBuilding): Value {
  const weight = tensor("weight");
  if (weight === null) return losses;
  checkBroadcasts("weight", weight, losses.shape);
  return mulNoNan(weight, losses);
}

const elementWeight = TensorInput.optional().meta({
  description: "A weight for each element, in a shape that broadcasts to the output's; 1 for all when left out",
  examples: [[0.5, 1, 2]],
});

export const BCELoss = defineLoss({
  type: "BCELoss",
  description: `The binary cross entropy between a target and an output that is a probability. Its logarithms are held at −100, where no gradient flows through them. An output or a target below 0 or above 1 is refused. ${needsSameShape}`,
  arguments: { reduction, weight: elementWeight },
  decides: 0.5,
  target: sameAsOutput,
  build: (output, target, { reduction }, building) => {
    const [p, t] = [probability(output, "output"), probability(target, "target")];
    const agreement = add(mul(t, heldLogarithm(p)), mul(sub(1, t), heldLogarithmOfRest(p)));
    return reduced(weighted(neg(agreement), building), reduction);
  },
});

export const BCEWithLogitsLoss = defineLoss({
  type: "BCEWithLogitsLoss",
  description: `The binary cross entropy between a target and the sigmoid of the output, computed together so that nothing overflows. ${needsSameShape}`,
  arguments: {
    reduction,
    weight: elementWeight,
    pos_weight: TensorInput.optional().meta({
      description: "A weight for the positive part, in a shape that broadcasts to the output's; 1 for all when left out",
      examples: [[3, 0.5, 1.2]],
    }),
  },
  // A logit of 0 is a probability of one half.
  decides: 0,
  target: sameAsOutput,
  build: (output, target, { reduction }, building) => {
    const positive = building.tensor("pos_weight");
    if (positive !== null) checkBroadcasts("pos_weight", positive, output.shape);
    // -(w t log σ(x) + (1 - t) log σ(-x)): a sum in which nothing cancels, and what counts for nothing may be infinite.
    const missed = mulNoNan(positive === null ? target : mul(positive, target), softplus(neg(output)));
    return reduced(weighted(add(missed, mulNoNan(sub(1, target), softplus(output))), building), reduction);
  },
});
