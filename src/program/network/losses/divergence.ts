import { z } from "zod";
import type { Value } from "../../../ir/graph.ts";
import { div } from "../../../ops/arithmetic/div.ts";
import { exp } from "../../../ops/arithmetic/exp.ts";
import { mulNoNan } from "../../../ops/arithmetic/mul-no-nan.ts";
import { mul } from "../../../ops/arithmetic/mul.ts";
import { sub } from "../../../ops/arithmetic/sub.ts";
import { where } from "../../../ops/arithmetic/where.ts";
import { xLogX } from "../../../ops/arithmetic/x-log-x.ts";
import { equal } from "../../../ops/logic/comparison.ts";
import { flag } from "../arguments.ts";
import { defineLoss, LayerFault } from "../define.ts";
import { needsSameShape, reduced, sameAsOutput } from "./reduction.ts";

export const KLDivLoss = defineLoss({
  type: "KLDivLoss",
  description: `The Kullback-Leibler divergence of a target from an output of log-probabilities. A target of 0 adds nothing, whatever the output; the derivative by that target is -∞. ${needsSameShape}`,
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
    const losses = isLog ? ofLogarithms(target, output) : sub(xLogX(target), mulNoNan(target, output));
    if (reduction !== "batchmean") return reduced(losses, reduction);
    if (output.shape.length === 0)
      throw new LayerFault("shape_mismatch", "the output is a scalar, which has no batch to average over", "reduction");
    return div(reduced(losses, "sum"), output.shape[0]);
  },
});

/** exp(t) (t - x), which is 0 at t = -∞ with all its derivatives. */
function ofLogarithms(target: Value, output: Value): Value {
  const isNothing = equal(target, Number.NEGATIVE_INFINITY);
  const some = where(isNothing, 0, target);
  return where(isNothing, 0, mul(exp(some), sub(some, where(isNothing, 0, output))));
}
