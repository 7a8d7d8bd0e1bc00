import type { Value } from "../ir/graph.ts";
import { isFloating } from "../tensor/dtype.ts";
import { sameShape, type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Told of a decision: the class that was decided for, the one that is true, and of which label it is where there are several. */
type Take = (decided: number, truth: number, label: number) => void;

/** What outputs decide. Several labels have two classes each, and hold or do not, each by itself. */
export interface Decisions {
  readonly classes: number;
  readonly labels: number;
  readonly each: (output: Tensor, target: Tensor, take: Take) => void;
}

interface How {
  /** The class of the largest score, or what exceeds a number. */
  readonly decides: "largest" | number;
  /** A target that counts for nothing. */
  readonly ignored: number | null;
}

/** What an output of a shape decides where something is true; null where the shapes do not say. */
export function decisionsOf(output: Shape, target: Value, { decides, ignored }: How): Decisions | null {
  // Scores of classes lie along the second axis, or the only one.
  const axis = output.length > 1 ? 1 : 0;
  const without = output.filter((_, at) => at !== axis);
  const isOfClasses = output.length > 0 && !isFloating(target.dtype) && sameShape(target.shape, without);
  const isOfScores = output.length > 0 && decides === "largest" && sameShape(target.shape, output);
  if (isOfClasses || isOfScores) return ofClasses(output, axis, isOfScores, ignored);
  return decides !== "largest" && sameShape(target.shape, output) ? ofLabels(sizeOf(output.slice(1)), decides) : null;
}

function ofClasses(shape: Shape, axis: number, ofScores: boolean, ignored: number | null): Decisions {
  const classes = shape[axis];
  const inner = sizeOf(shape.slice(axis + 1));
  const largest = ({ data }: Tensor, first: number): number => {
    let best = 0;
    for (let each = 1; each < classes; each++) if (data[first + each * inner] > data[first + best * inner]) best = each;
    return best;
  };
  const each = (output: Tensor, target: Tensor, take: Take): void => {
    for (let at = 0; at < output.data.length / classes; at++) {
      const first = Math.floor(at / inner) * classes * inner + (at % inner);
      const truth = ofScores ? largest(target, first) : target.data[at];
      if (truth !== ignored) take(largest(output, first), truth, 0);
    }
  };
  return { classes, labels: 1, each };
}

const ofLabels = (labels: number, threshold: number): Decisions => ({
  classes: 2,
  labels,
  each: ({ data }, target, take) => {
    for (let at = 0; at < data.length; at++) take(Number(data[at] > threshold), Number(target.data[at] > 0.5), at % labels);
  },
});
