import type { DType } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";

export type FloatName = Extract<DType, "float32" | "float64">;

/** A network with its first parameters, one batch of data and a step length: what every engine trains, from the same numbers. */
export interface Training {
  readonly network: { readonly layers: readonly Readonly<Record<string, string | number>>[]; readonly loss: { readonly type: string } };
  readonly dtype: FloatName;
  readonly batch: number;
  readonly classes: number;
  /** By the names that torch.nn.Sequential gives them, in its layout. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly input: Tensor;
  readonly labels: readonly number[];
  readonly learningRate: number;
}

/** Numbers between -scale and scale that float32 holds exactly, the same in every run. */
function numbers(count: number, seed: number, scale: number): number[] {
  let state = seed >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.fround((state / 2 ** 31 - 1) * scale);
  });
}

const drawn = (dtype: FloatName, shape: readonly number[], seed: number, scale: number): Tensor =>
  tensorOf(dtype, shape, numbers(sizeOf(shape), seed, scale));

const labelsFor = (batch: number, classes: number): number[] =>
  numbers(batch, 5, 1).map((number) => Math.min(classes - 1, Math.floor(((number + 1) / 2) * classes)));

/** Batch 64, 784-256-10. */
export function mlp(dtype: FloatName): Training {
  const [batch, inputs, hidden, classes] = [64, 784, 256, 10];
  return {
    network: {
      layers: [
        { type: "Linear", in_features: inputs, out_features: hidden },
        { type: "ReLU" },
        { type: "Linear", in_features: hidden, out_features: classes },
      ],
      loss: { type: "CrossEntropyLoss" },
    },
    dtype,
    batch,
    classes,
    parameters: new Map([
      ["0.weight", drawn(dtype, [hidden, inputs], 21, 0.06)],
      ["0.bias", drawn(dtype, [hidden], 22, 0.01)],
      ["2.weight", drawn(dtype, [classes, hidden], 23, 0.1)],
      ["2.bias", drawn(dtype, [classes], 24, 0.01)],
    ]),
    input: drawn(dtype, [batch, inputs], 11, 1),
    labels: labelsFor(batch, classes),
    learningRate: 0.05,
  };
}

/** Batch 32 of 28 × 28, two convolutions of 3 × 3 with padding and pooling, one linear layer. */
export function cnn(dtype: FloatName): Training {
  const [batch, size, first, second, classes] = [32, 28, 16, 32, 10];
  const features = second * (size / 4) ** 2;
  return {
    network: {
      layers: [
        { type: "Conv2d", in_channels: 1, out_channels: first, kernel_size: 3, padding: 1 },
        { type: "ReLU" },
        { type: "MaxPool2d", kernel_size: 2 },
        { type: "Conv2d", in_channels: first, out_channels: second, kernel_size: 3, padding: 1 },
        { type: "ReLU" },
        { type: "MaxPool2d", kernel_size: 2 },
        { type: "Flatten" },
        { type: "Linear", in_features: features, out_features: classes },
      ],
      loss: { type: "CrossEntropyLoss" },
    },
    dtype,
    batch,
    classes,
    parameters: new Map([
      ["0.weight", drawn(dtype, [first, 1, 3, 3], 31, 0.4)],
      ["0.bias", drawn(dtype, [first], 32, 0.01)],
      ["3.weight", drawn(dtype, [second, first, 3, 3], 33, 0.1)],
      ["3.bias", drawn(dtype, [second], 34, 0.01)],
      ["7.weight", drawn(dtype, [classes, features], 35, 0.05)],
      ["7.bias", drawn(dtype, [classes], 36, 0.01)],
    ]),
    input: drawn(dtype, [batch, 1, size, size], 12, 1),
    labels: labelsFor(batch, classes),
    learningRate: 0.05,
  };
}

/** A parameter by name. */
export function parameter({ parameters }: Training, name: string): Tensor {
  const found = parameters.get(name);
  if (found === undefined) throw new Error(`the network has no parameter ${name}`);
  return found;
}

/** The labels as rows of zeros with a one. */
export function oneHot({ dtype, batch, classes, labels }: Training): Tensor {
  const rows = tensorOf(dtype, [batch, classes], []);
  labels.forEach((label, row) => (rows.data[row * classes + label] = 1));
  return rows;
}

/** The transpose of a matrix, for engines whose weights are inputs × outputs. */
export function transposed({ dtype, shape, data }: Tensor): Tensor {
  const [rows, columns] = shape;
  const result = tensorOf(dtype, [columns, rows], []);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result.data[column * rows + row] = data[row * columns + column];
  return result;
}

/** How Python and the service read a tensor. */
export const asBase64 = ({ dtype, shape, data }: Tensor): { dtype: string; shape: readonly number[]; base64: string } => ({
  dtype,
  shape,
  base64: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
});
