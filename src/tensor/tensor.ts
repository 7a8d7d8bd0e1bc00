import { allocate, bytesPerElement, type Data, type DType } from "./dtype.ts";
import { type Shape, sizeOf } from "./shape.ts";

/** What is known of a tensor before it holds numbers. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Dense numbers in row-major order. `data` holds exactly the product of `shape` elements. */
export interface Tensor extends TensorType {
  readonly data: Data;
}

/** Bytes of a tensor's numbers. */
export const bytesOf = ({ dtype, shape }: TensorType): number => sizeOf(shape) * bytesPerElement[dtype];

/** A zeroed tensor. */
export const zeros = (dtype: DType, shape: Shape): Tensor => ({ dtype, shape, data: allocate(dtype, sizeOf(shape)) });

/** A tensor over the given numbers in row-major order, rounded to `dtype`. */
export function tensorOf(dtype: DType, shape: Shape, numbers: ArrayLike<number>): Tensor {
  const tensor = zeros(dtype, shape);
  tensor.data.set(numbers);
  return tensor;
}

export const scalar = (value: number, dtype: DType = "float64"): Tensor => tensorOf(dtype, [], [value]);

/** The same numbers in memory of their own. */
export const copyOf = (tensor: Tensor): Tensor => ({ ...tensor, data: tensor.data.slice() });
