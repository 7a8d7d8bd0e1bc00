import { z } from "zod";
import { TensorInput } from "../../../request/values.ts";
import type { Value } from "../../../ir/graph.ts";
import { logSoftmax } from "../../../ops/activation/softmax.ts";
import { add } from "../../../ops/arithmetic/add.ts";
import { cast } from "../../../ops/arithmetic/cast.ts";
import { div } from "../../../ops/arithmetic/div.ts";
import { mulNoNan } from "../../../ops/arithmetic/mul-no-nan.ts";
import { mul } from "../../../ops/arithmetic/mul.ts";
import { neg } from "../../../ops/arithmetic/neg.ts";
import { where } from "../../../ops/arithmetic/where.ts";
import { one } from "../../../ops/express.ts";
import { equal } from "../../../ops/logic/comparison.ts";
import { not } from "../../../ops/logic/connective.ts";
import { negativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss } from "../../../ops/network/likelihood-loss.ts";
import { reduceSum } from "../../../ops/reduction/reduce-sum.ts";
import { gather } from "../../../ops/shape/gather.ts";
import { reshape } from "../../../ops/shape/reshape.ts";
import { squeeze } from "../../../ops/shape/squeeze.ts";
import { unsqueeze } from "../../../ops/shape/unsqueeze.ts";
import { formatShape, sameShape, type Shape } from "../../../tensor/shape.ts";
import { type Arguments, defineLoss, LayerFault, type LossBuilding } from "../define.ts";
import { reduced, reduction, type Reduction } from "./reduction.ts";

/** The classes of an output, which is [classes] or [batch, classes, …]. */
function classesOf(output: Shape): number {
  if (output.length > 0) return output[output.length === 1 ? 0 : 1];
  throw new LayerFault("shape_mismatch", "the output is a scalar, and it needs a dimension of classes");
}

/** One index in place of each distribution over the classes. */
function indexShape(output: Shape): Shape {
  classesOf(output);
  return output.toSpliced(output.length === 1 ? 0 : 1, 1);
}

const mismatch = (output: Shape, target: Shape, wanted: string): LayerFault =>
  new LayerFault(
    "shape_mismatch",
    `the output has the shape ${formatShape(output)}, so the target is ${wanted}, but it has the shape ${formatShape(target)}`,
  );

/** The weight of each class; null for none. */
function weightOf({ tensor }: LossBuilding, classes: number): Value | null {
  const weight = tensor("weight");
  if (weight === null || sameShape(weight.shape, [classes])) return weight;
  const message = `its weight has the shape ${formatShape(weight.shape)}, but there are ${classes} classes`;
  throw new LayerFault("shape_mismatch", message, "weight");
}

/** Applies what needs a batch dimension to an output that may have none. */
function batched(output: Value, target: Value, reduction: Reduction, lossOf: (output: Value, target: Value) => Value): Value {
  if (output.shape.length > 1) return lossOf(output, target);
  const loss = lossOf(unsqueeze(output, [0]), unsqueeze(target, [0]));
  return reduction === "none" ? squeeze(loss, [0]) : loss;
}

const classWeight = TensorInput.optional().meta({
  description: "A weight for each class; 1 for all when left out",
  examples: [[0.5, 1, 2]],
});
const ignoreIndex = z
  .int()
  .default(-100)
  .meta({ description: "Targets of this class count for nothing", examples: [0] });

export const NLLLoss = defineLoss({
  type: "NLLLoss",
  description:
    "The negative of the log-probability that the output, [batch, classes, …] or [classes], gives to the class of the target; it usually follows a LogSoftmax.",
  arguments: { reduction, weight: classWeight, ignore_index: ignoreIndex },
  target: (output, target, { ignore_index }) => {
    const wanted = indexShape(output);
    if (sameShape(target, wanted)) return { what: "class", size: classesOf(output), ignored: ignore_index };
    throw mismatch(output, target, `class indices of shape ${formatShape(wanted)}`);
  },
  build: (output, target, { ignore_index, reduction }, building) => {
    const weight = weightOf(building, classesOf(output.shape));
    return batched(output, target, reduction, (logarithms, classes) =>
      negativeLogLikelihoodLoss(logarithms, classes, weight, { ignore_index, reduction }),
    );
  },
});

const crossEntropy = {
  reduction,
  weight: classWeight,
  ignore_index: ignoreIndex.meta({
    description: "Targets of this class count for nothing; without meaning for probabilities",
    examples: [0],
  }),
  label_smoothing: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .meta({ description: "The share of each target that is spread evenly over all classes", examples: [0.1] }),
};
type CrossEntropy = Arguments<typeof crossEntropy>;

export const CrossEntropyLoss = defineLoss({
  type: "CrossEntropyLoss",
  description:
    "The negative log-likelihood of the target under the softmax of the output, [batch, classes, …] or [classes]. A target of the output's shape gives the probability of each class, any other the index of the class.",
  arguments: crossEntropy,
  decides: "largest",
  target: (output, target, { ignore_index }) => {
    const wanted = indexShape(output);
    if (sameShape(target, wanted)) return { what: "class", size: classesOf(output), ignored: ignore_index };
    if (sameShape(target, output)) return "floats";
    throw mismatch(output, target, `class indices of shape ${formatShape(wanted)} or probabilities of shape ${formatShape(output)}`);
  },
  build: (output, target, args, building) => {
    const { ignore_index, label_smoothing, reduction } = args;
    const weight = weightOf(building, classesOf(output.shape));
    const given = sameShape(target.shape, output.shape);
    return batched(output, target, reduction, (scores, targets) => {
      if (given) return fromProbabilities(logSoftmax(scores, 1), targets, weight, args);
      if (label_smoothing > 0) return fromSmoothed(logSoftmax(scores, 1), targets, weight, args);
      return one(SoftmaxCrossEntropyLoss, [scores, targets, weight], { ignore_index, reduction });
    });
  },
});

/** The negative sum over the classes, each with its weight. */
function summed(terms: Value, weight: Value | null): Value {
  const along = terms.shape.slice(1).map((size, axis) => (axis === 0 ? size : 1));
  return neg(reduceSum(weight === null ? terms : mulNoNan(reshape(weight, along), terms), { axes: [1], keepdims: false }));
}

/** A share of each target moves from its class to all classes alike, each with its own weight. */
function fromSmoothed(logarithms: Value, target: Value, weight: Value | null, args: CrossEntropy): Value {
  const { ignore_index, label_smoothing: share, reduction } = args;
  const sharp = negativeLogLikelihoodLoss(logarithms, target, weight, { ignore_index, reduction });
  const ignored = equal(target, ignore_index);
  const losses = where(ignored, 0, summed(logarithms, weight));
  const even =
    reduction === "mean"
      ? div(reduced(losses, "sum"), reduced(counts(target, ignored, weight, losses), "sum"))
      : reduced(losses, reduction);
  return add(mul(sharp, 1 - share), mul(even, share / logarithms.shape[1]));
}

/** What each target counts in a mean: its class's weight or 1, and 0 where it is ignored. */
const counts = (target: Value, ignored: Value, weight: Value | null, losses: Value): Value =>
  weight === null ? cast(not(ignored), losses.dtype) : where(ignored, 0, gather(weight, where(ignored, 0, target), 0));

function fromProbabilities(logarithms: Value, target: Value, weight: Value | null, args: CrossEntropy): Value {
  const { label_smoothing: share, reduction } = args;
  const smooth = share === 0 ? target : add(mul(target, 1 - share), share / logarithms.shape[1]);
  // A mean is over the examples, whatever the weights.
  return reduced(summed(mulNoNan(smooth, logarithms), weight), reduction);
}
