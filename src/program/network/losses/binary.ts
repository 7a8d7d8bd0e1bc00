import { TensorInput } from "../../../request/values.ts";
import type { Value } from "../../../ir/graph.ts";
import { softplus } from "../../../ops/activation/softplus.ts";
import { add } from "../../../ops/arithmetic/add.ts";
import { clip } from "../../../ops/arithmetic/clip.ts";
import { log } from "../../../ops/arithmetic/log.ts";
import { mul } from "../../../ops/arithmetic/mul.ts";
import { neg } from "../../../ops/arithmetic/neg.ts";
import { sub } from "../../../ops/arithmetic/sub.ts";
import { defineLoss, type LossBuilding } from "../define.ts";
import { checkBroadcasts, needsSameShape, reduced, reduction, sameAsOutput } from "./reduction.ts";

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

const elementWeight = TensorInput.optional().meta({
  description: "A weight for each element, in a shape that broadcasts to the output's; 1 for all when left out",
  examples: [[0.5, 1, 2]],
});

export const BCELoss = defineLoss({
  type: "BCELoss",
  description: `The binary cross entropy between a target and an output that is a probability. Its logarithms are held at −100, where no gradient flows through them. ${needsSameShape}`,
  arguments: { reduction, weight: elementWeight },
  target: sameAsOutput,
  build: (output, target, { reduction }, building) => {
    const agreement = add(mul(target, heldLogarithm(output)), mul(sub(1, target), heldLogarithm(sub(1, output))));
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
    // (1 - t) x + (1 + (w - 1) t) softplus(-x), which is -(w t log σ(x) + (1 - t) log σ(-x)).
    const missed = softplus(neg(output));
    const scaled = positive === null ? missed : mul(add(mul(sub(positive, 1), target), 1), missed);
    return reduced(weighted(add(mul(sub(1, target), output), scaled), building), reduction);
  },
});
