import { z } from "zod";
import type { Value } from "../../../ir/graph.ts";
import { div } from "../../../ops/arithmetic/div.ts";
import { exp } from "../../../ops/arithmetic/exp.ts";
import { log } from "../../../ops/arithmetic/log.ts";
import { mul } from "../../../ops/arithmetic/mul.ts";
import { sub } from "../../../ops/arithmetic/sub.ts";
import { where } from "../../../ops/arithmetic/where.ts";
import { equal } from "../../../ops/logic/comparison.ts";
import { flag } from "../arguments.ts";
import { defineLoss, LayerFault } from "../define.ts";
import { needsSameShape, reduced, sameAsOutput } from "./reduction.ts";

export const KLDivLoss = defineLoss({
  type: "KLDivLoss",
  description: `The Kullback-Leibler divergence of a target from an output of log-probabilities. ${needsSameShape}`,
  arguments: {
    reduction: z
      .enum(["mean", "batchmean", "sum", "none"])
      .default("mean")
      .meta({
        description: "How the elements become one number; `batchmean`, the sum over the size of the batch, is the divergence's definition",
        examples: ["batchmean"],
      }),
    log_target: flag(false, "Whether the target is given as log-probabilities too"),
  },
  target: sameAsOutput,
  build: (output, target, { reduction, log_target: isLog }) => {
    const losses = isLog ? mul(exp(target), sub(target, output)) : sub(entropyOf(target), mul(target, output));
    if (reduction !== "batchmean") return reduced(losses, reduction);
    if (output.shape.length === 0)
      throw new LayerFault("shape_mismatch", "the output is a scalar, which has no batch to average over", "reduction");
    return div(reduced(losses, "sum"), output.shape[0]);
  },
});

/** t log t, which is 0 at t = 0. */
const entropyOf = (target: Value): Value => mul(target, log(where(equal(target, 0), 1, target)));
