import { normal, uniform } from "../../kernels/random.ts";
import { account } from "../../memory/account.ts";
import { bytesPerElement, isFloating, type DType } from "../../tensor/dtype.ts";
import { sizeOf, type Shape } from "../../tensor/shape.ts";
import { type Tensor, zeros } from "../../tensor/tensor.ts";

/** One element of a tensor at its start, as a function of the seed, the tensor's stream and the element's place. */
export type Initialiser = (seed: number, stream: number, index: number) => number;

export const constantly =
  (value: number): Initialiser =>
  () =>
    value;

export const uniformWithin =
  (bound: number): Initialiser =>
  (seed, stream, index) =>
    (2 * uniform(seed, stream, index) - 1) * bound;

/** What torch.nn draws weights and biases of linear layers and convolutions from: uniform within 1/√(number of inputs that a unit sees). */
export const byFanIn = (inputs: number): Initialiser => uniformWithin(inputs > 0 ? 1 / Math.sqrt(inputs) : 0);

export const standardNormal: Initialiser = normal;

/** A tensor drawn element by element, so that it does not depend on what else is drawn. */
export function initialTensor(dtype: DType, shape: Shape, initial: Initialiser, seed: number, stream: number): Tensor {
  account().charge(sizeOf(shape) * bytesPerElement[dtype]);
  const tensor = zeros(dtype, shape);
  if (!isFloating(dtype)) return tensor;
  const { data } = tensor;
  const size = sizeOf(shape);
  for (let index = 0; index < size; index++) data[index] = initial(seed, stream, index);
  return tensor;
}
