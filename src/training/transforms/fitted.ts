import { formatShape, sameShape, sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type FittedTransform, type Transform, transformOf } from "./catalogue.ts";
import { refuse } from "./define.ts";

/** Transforms that can be applied to any rows like those that they were fitted to. Plain JSON, to be kept with the weights. */
export interface FittedTransforms {
  /** The shape of a row before the first of them. */
  readonly rowShape: readonly number[];
  readonly steps: readonly FittedTransform[];
}

/**
 * Fits transforms, each to what the ones before it make of the first `trainingRows` rows. `pointer` is that of the list of transforms.
 * Throws invalid_training.
 */
export function fitted(transforms: readonly Transform[], tensor: Tensor, trainingRows: number, pointer: string): FittedTransforms {
  const steps: FittedTransform[] = [];
  let rows = firstRows(tensor, trainingRows);
  for (const [at, transform] of transforms.entries()) {
    const rule = transformOf(transform);
    const step = rule.fit(transform, rows, `${pointer}/${at}`);
    steps.push(step);
    rows = rule.apply(step, rows, `${pointer}/${at}`);
  }
  return { rowShape: tensor.shape.slice(1), steps };
}

/** The rows transformed; the tensor itself when there is nothing to do. `pointer` is the tensor's own. Throws invalid_training. */
export function applied({ rowShape, steps }: FittedTransforms, tensor: Tensor, pointer = ""): Tensor {
  const found = tensor.shape.slice(1);
  if (tensor.shape.length === 0 || !sameShape(found, rowShape)) {
    throw refuse(
      pointer,
      `Rows of shape ${formatShape(rowShape)} are needed here, as in training, and the tensor's shape is ${formatShape(tensor.shape)}`,
    );
  }
  return steps.reduce((rows, step) => transformOf(step).apply(step, rows, pointer), tensor);
}

function firstRows({ dtype, shape, data }: Tensor, count: number): Tensor {
  const rowShape = shape.slice(1);
  return { dtype, shape: [count, ...rowShape], data: data.subarray(0, count * sizeOf(rowShape)) };
}

/** Whether the numbers have been given a type of their own. */
export const isTyped = ({ steps }: FittedTransforms): boolean => steps.some((step) => transformOf(step).givesType);
