import { allocate, type DType, isFloating } from "../tensor/dtype.ts";
import { formatShape, sameShape, type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { problemAt } from "../problems/problems.ts";
import type { Transform } from "./transform-source.ts";
import { columnStatistics } from "./column-statistics.ts";

type Kind<T extends Transform["type"]> = Extract<Transform, { type: T }>;

/** A transform with what it learned from the training rows, a number per column. */
type FittedTransform =
  | Kind<"scale" | "one_hot" | "reshape" | "cast" | "clip">
  | { readonly type: "standardize"; readonly mean: readonly number[]; readonly std: readonly number[] }
  | { readonly type: "min_max"; readonly min: readonly number[]; readonly max: readonly number[] };

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
    const step = fit(transform, rows, `${pointer}/${at}`);
    steps.push(step);
    rows = apply(step, rows, `${pointer}/${at}`);
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
  return steps.reduce((rows, step) => apply(step, rows, pointer), tensor);
}

function firstRows({ dtype, shape, data }: Tensor, count: number): Tensor {
  const rowShape = shape.slice(1);
  return { dtype, shape: [count, ...rowShape], data: data.subarray(0, count * sizeOf(rowShape)) };
}

function fit(transform: Transform, rows: Tensor, pointer: string): FittedTransform {
  switch (transform.type) {
    case "standardize": {
      const { mean, std } = columnStatistics(rows, pointer);
      return { type: "standardize", mean, std: std.map((deviation) => (deviation === 0 ? 1 : deviation)) };
    }
    case "min_max": {
      const { min, max } = columnStatistics(rows, pointer);
      return { type: "min_max", min, max };
    }
    case "reshape":
      return { type: "reshape", shape: rowShapeOf(transform, rows, `${pointer}/shape`) };
    default:
      return transform;
  }
}

function rowShapeOf({ shape }: Kind<"reshape">, rows: Tensor, pointer: string): number[] {
  const had = rows.shape.slice(1);
  const size = sizeOf(had);
  const known = sizeOf(shape.filter((length) => length !== -1));
  const full = shape.map((length) => (length === -1 ? size / known : length));
  if (full.every(Number.isSafeInteger) && sizeOf(full) === size) return full;
  throw refuse(pointer, `A row has shape ${formatShape(had)}, which is ${size} numbers, and ${formatShape(shape)} has not as many`);
}

function apply(step: FittedTransform, rows: Tensor, pointer: string): Tensor {
  switch (step.type) {
    case "scale":
      return mapped(rows, (x) => x * step.factor + step.offset);
    case "standardize":
      return mapped(rows, (x, column) => (x - step.mean[column]) / step.std[column]);
    case "min_max":
      return mapped(rows, (x, column) => {
        const extent = step.max[column] - step.min[column];
        return extent === 0 ? 0 : (x - step.min[column]) / extent;
      });
    case "clip": {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = step;
      return mapped(rows, (x) => Math.min(max, Math.max(min, x)));
    }
    case "one_hot":
      return oneHot(rows, step.classes, pointer);
    case "reshape":
      return { ...rows, shape: [rows.shape[0], ...step.shape] };
    case "cast":
      return cast(rows, step.dtype, pointer);
  }
}

/** A number from every number and its column. Integers become float64. */
function mapped({ dtype, shape, data }: Tensor, map: (value: number, column: number) => number): Tensor {
  const floating = isFloating(dtype) ? dtype : "float64";
  const result = allocate(floating, data.length);
  const columns = sizeOf(shape.slice(1));
  for (let at = 0, column = 0; at < data.length; at++) {
    result[at] = map(data[at], column);
    if (++column === columns) column = 0;
  }
  return { dtype: floating, shape, data: result };
}

function oneHot({ shape, data }: Tensor, classes: number, pointer: string): Tensor {
  const result = new Float64Array(data.length * classes);
  for (let at = 0; at < data.length; at++) {
    const place = data[at];
    if (!Number.isInteger(place) || place < 0 || place >= classes) {
      throw refuse(pointer, `${rowOf(at, shape)} has ${place}, which is none of the classes 0 to ${classes - 1}`);
    }
    result[at * classes + place] = 1;
  }
  return { dtype: "float64", shape: [...shape, classes], data: result };
}

function cast(tensor: Tensor, dtype: DType, pointer: string): Tensor {
  const { shape, data } = tensor;
  if (dtype === tensor.dtype) return tensor;
  const result = allocate(dtype, data.length);
  if (dtype === "bool") for (let at = 0; at < data.length; at++) result[at] = data[at] === 0 ? 0 : 1;
  else result.set(data);
  const most = dtype === "int64" ? 2 ** 53 : Number.POSITIVE_INFINITY;
  if (dtype === "int64" || dtype === "int32") {
    const bad = data.findIndex((value, at) => value !== result[at] || !Number.isInteger(value) || Math.abs(value) > most);
    if (bad >= 0) throw refuse(pointer, `${rowOf(bad, shape)} has ${data[bad]}, which ${dtype} does not hold`);
  }
  return { dtype, shape, data: result };
}

/** Which row an element is in, from 0. */
const rowOf = (at: number, shape: Shape): string => `Row ${Math.floor(at / sizeOf(shape.slice(1)))}`;

const refuse = (pointer: string, detail: string): Error => problemAt("invalid_training", pointer, detail);
