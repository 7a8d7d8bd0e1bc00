import type { TensorJson } from "./tensors.ts";

export const exampleNames = [
  "colah",
  "square",
  "sigmoid",
  "apples",
  "fruit",
  "circuit",
  "neuron",
  "micrograd",
  "softmax",
  "affine",
  "relu",
  "trouble",
] as const;
export type ExampleName = (typeof exampleNames)[number];

export interface FormulaExample {
  readonly expression: string;
  readonly inputs: Readonly<Record<string, TensorJson>>;
}

/** Graphs that courses draw on the board, with the numbers that they draw. */
export const examples: Readonly<Record<ExampleName, FormulaExample>> = {
  colah: { expression: "c = a + b\nd = b + 1\ne = c * d", inputs: { a: 2, b: 1 } },
  square: { expression: "t = x + y\nz = t^2", inputs: { x: 1, y: 2 } },
  sigmoid: { expression: "y = 1 / (1 + exp(-x))", inputs: { x: 1 } },
  apples: { expression: "apple_price = apple * apple_num\nprice = apple_price * tax", inputs: { apple: 100, apple_num: 2, tax: 1.1 } },
  fruit: {
    expression:
      "apple_price = apple * apple_num\norange_price = orange * orange_num\nall_price = apple_price + orange_price\nprice = all_price * tax",
    inputs: { apple: 100, apple_num: 2, orange: 150, orange_num: 3, tax: 1.1 },
  },
  circuit: { expression: "q = x + y\nf = q * z", inputs: { x: -2, y: 5, z: -4 } },
  neuron: { expression: "dot = w0*x0 + w1*x1 + w2\nf = 1 / (1 + exp(-dot))", inputs: { w0: 2, x0: -1, w1: -3, x1: -2, w2: -3 } },
  micrograd: {
    expression:
      "c = a + b\nd = a*b + b^3\nc1 = c + c + 1\nc2 = c1 + 1 + c1 + (-a)\nd1 = d + d*2 + relu(b + a)\nd2 = d1 + 3*d1 + relu(b - a)\ne1 = c2 - d2\nf = e1^2\ng = f/2 + 10/f",
    inputs: { a: -4, b: 2 },
  },
  softmax: {
    expression: "p = softmax(s)\nloss = -sum(t * log(p))",
    inputs: { s: [0.3, 2.9, 4], t: [0, 0, 1] },
  },
  affine: {
    expression: "Y = X @ W + B\nloss = sum(Y^2) / 2",
    inputs: {
      X: [
        [1, 2],
        [3, -1],
      ],
      W: [
        [0.5, -1, 2],
        [1, 0.5, -0.5],
      ],
      B: [0.1, 0.2, 0.3],
    },
  },
  relu: {
    expression: "h = relu(W @ x + b)\nloss = sum((h - t)^2)",
    inputs: {
      W: [
        [1, -0.5],
        [-2, 3],
      ],
      x: [1, 2],
      b: [0.5, -1],
      t: [1, 2],
    },
  },
  trouble: { expression: "y = x * log(x)", inputs: { x: 0 } },
};
