/** Classifies vectors of 784 numbers in batches of 64, float32, by a network with so many hidden units: 256 make a step of about a millisecond. */
export function classifier(hidden: number, steps: number): object {
  const rows = 640;
  const pixels = Float32Array.from({ length: rows * 784 }, (_, at) => Math.sin(at));
  return {
    network: {
      layers: [{ type: "Linear", in_features: 784, out_features: hidden }, { type: "ReLU" }, { type: "Linear", out_features: 10 }],
      loss: { type: "CrossEntropyLoss" },
    },
    data: {
      input: { shape: [rows, 784], dtype: "float32", base64: Buffer.from(pixels.buffer).toString("base64") },
      target: Array.from({ length: rows }, (_, at) => at % 10),
    },
    optimizer: { type: "SGD", lr: 0.05 },
    batch_size: 64,
    dtype: "float32",
    shuffle: true,
    threads: 1,
    steps,
  };
}

/** Keeps a hundred megabytes after every step. */
export const heavy = (steps: number): object => ({
  network: { layers: [{ type: "Linear", in_features: 3535, out_features: 3535, bias: false }], loss: { type: "MSELoss" } },
  data: { input: [Array.from({ length: 3535 }, () => 0.5)], target: [Array.from({ length: 3535 }, () => 1)] },
  optimizer: { type: "SGD", lr: 0.001 },
  checkpoint: { every_steps: 1, keep: 1 },
  threads: 1,
  steps,
});

export const tiny = (seed: number): object => ({
  expression: "loss = mean((w * x + b - t)^2)",
  parameters: { w: seed, b: 0 },
  data: { x: [0, 1, 2], t: [1, 3, 5] },
  optimizer: { type: "SGD", lr: 0.1 },
  steps: 20,
});
