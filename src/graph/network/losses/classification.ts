import type { Value } from "../../../ir/graph.ts";
import { logSoftmax } from "../../../ops/activation/softmax.ts";
import { add } from "../../../ops/arithmetic/add.ts";
import { cast } from "../../../ops/arithmetic/cast.ts";
import { div } from "../../../ops/arithmetic/div.ts";
import { mul } from "../../../ops/arithmetic/mul.ts";
import { neg } from "../../../ops/arithmetic/neg.ts";
import { where } from "../../../ops/arithmetic/where.ts";
import { equal, less } from "../../../ops/logic/comparison.ts";
import { not } from "../../../ops/logic/connective.ts";
import { reduceSum } from "../../../ops/reduction/reduce-sum.ts";
import { gather } from "../../../ops/shape/gather.ts";
import { gatherElements } from "../../../ops/shape/gather-elements.ts";
import { reshape } from "../../../ops/shape/reshape.ts";
import { squeeze } from "../../../ops/shape/squeeze.ts";
import { unsqueeze } from "../../../ops/shape/unsqueeze.ts";
import { formatShape, sameShape, type Shape } from "../../../tensor/shape.ts";
import * as schemas from "../../../wire/network/losses.ts";
import { defineLoss, LayerFault, type LossBuilding } from "../define.ts";
import { reduced, type Reduction } from "./reduction.ts";

/** [classes] or [batch, classes, …]. */
const classAxis = (output: Shape): number => (output.length === 1 ? 0 : 1);

function classesOf(output: Shape): number {
  if (output.length > 0) return output[classAxis(output)];
  throw new LayerFault("shape_mismatch", "the output is a scalar, and it needs a dimension of classes");
}

/** One index in place of each distribution over the classes. */
function indexShape(output: Shape): Shape {
  classesOf(output);
  return output.filter((_, axis) => axis !== classAxis(output));
}

const mismatch = (output: Shape, target: Shape, wanted: string): LayerFault =>
  new LayerFault(
    "shape_mismatch",
    `the output has the shape ${formatShape(output)}, so the target is ${wanted}, but it has the shape ${formatShape(target)}`,
  );

/** The weight of each class; null for none. */
function classWeight({ tensor }: LossBuilding, classes: number): Value | null {
  const weight = tensor("weight");
  if (weight === null || sameShape(weight.shape, [classes])) return weight;
  const message = `its weight has the shape ${formatShape(weight.shape)}, but there are ${classes} classes`;
  throw new LayerFault("shape_mismatch", message, "weight");
}

/** Targets that are class indices, with those that are ignored told apart. */
interface Indexed {
  /** The classes, 0 where the target is ignored. */
  readonly classes: Value;
  readonly ignored: Value;
  /** What each target counts: its class's weight or 1, and 0 where it is ignored. */
  readonly counts: Value;
}

function indexed(target: Value, ignoreIndex: number, weight: Value | null, logarithms: Value): Indexed {
  const ignored = equal(target, ignoreIndex);
  const classes = where(ignored, 0, target);
  const counts = weight === null ? cast(not(ignored), logarithms.dtype) : where(ignored, 0, gather(weight, classes, 0));
  return { classes, ignored, counts };
}

/** -log p of each target's class, times what the target counts. */
function likelihoods(logarithms: Value, { classes, ignored, counts }: Indexed): Value {
  const axis = classAxis(logarithms.shape);
  // Negative indices would count from the end, and a class that does not exist must not be taken for another.
  const strict = where(less(classes, 0), logarithms.shape[axis], classes);
  const picked = squeeze(gatherElements(logarithms, unsqueeze(strict, [axis]), axis), [axis]);
  return where(ignored, 0, neg(mul(picked, counts)));
}

/** A mean is over what the targets count. */
const averaged = (losses: Value, counts: Value, reduction: Reduction): Value =>
  reduction === "mean" ? div(reduced(losses, "sum"), reduced(counts, "sum")) : reduced(losses, reduction);

export const NLLLoss = defineLoss(schemas.NLLLoss, {
  target: (output, target) => {
    const wanted = indexShape(output);
    if (sameShape(target, wanted)) return "classes";
    throw mismatch(output, target, `class indices of shape ${formatShape(wanted)}`);
  },
  build: (output, target, { ignore_index, reduction }, building) => {
    const targets = indexed(target, ignore_index, classWeight(building, classesOf(output.shape)), output);
    return averaged(likelihoods(output, targets), targets.counts, reduction);
  },
});

type CrossEntropy = (typeof schemas.CrossEntropyLoss)["_zod"]["output"];

export const CrossEntropyLoss = defineLoss(schemas.CrossEntropyLoss, {
  target: (output, target) => {
    const wanted = indexShape(output);
    if (sameShape(target, wanted)) return "classes";
    if (sameShape(target, output)) return "floats";
    throw mismatch(output, target, `class indices of shape ${formatShape(wanted)} or probabilities of shape ${formatShape(output)}`);
  },
  build: (output, target, args, building) => {
    const weight = classWeight(building, classesOf(output.shape));
    const logarithms = logSoftmax(output, classAxis(output.shape));
    return sameShape(target.shape, output.shape)
      ? fromProbabilities(logarithms, target, weight, args)
      : fromIndices(logarithms, target, weight, args);
  },
});

/** The negative sum over the classes, each with its weight. */
function summed(terms: Value, weight: Value | null): Value {
  const axis = classAxis(terms.shape);
  const along =
    weight === null
      ? null
      : reshape(
          weight,
          terms.shape.slice(axis).map((size, at) => (at === 0 ? size : 1)),
        );
  return neg(reduceSum(along === null ? terms : mul(terms, along), { axes: [axis], keepdims: false }));
}

function fromIndices(logarithms: Value, target: Value, weight: Value | null, args: CrossEntropy): Value {
  const { ignore_index, label_smoothing: smoothing, reduction } = args;
  const targets = indexed(target, ignore_index, weight, logarithms);
  const sharp = likelihoods(logarithms, targets);
  if (smoothing === 0) return averaged(sharp, targets.counts, reduction);
  const even = where(targets.ignored, 0, summed(logarithms, weight));
  const classes = classesOf(logarithms.shape);
  return averaged(add(mul(sharp, 1 - smoothing), mul(even, smoothing / classes)), targets.counts, reduction);
}

function fromProbabilities(logarithms: Value, target: Value, weight: Value | null, args: CrossEntropy): Value {
  const { label_smoothing: smoothing, reduction } = args;
  const classes = classesOf(logarithms.shape);
  const smooth = smoothing === 0 ? target : add(mul(target, 1 - smoothing), smoothing / classes);
  // A mean is over the examples, whatever the weights.
  return reduced(summed(mul(logarithms, smooth), weight), reduction);
}
