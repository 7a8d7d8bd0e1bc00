/**
 * Learns sin(x) in a run with everything random that a run can have, and with all the state: dropout, batch normalisation, shuffled
 * batches of which the last is smaller, and Adam.
 */
export const lesson = (seed: number, steps: number, { hidden = 32, ...more }: { hidden?: number; [member: string]: unknown } = {}) => ({
  network: {
    layers: [
      { type: "Linear", in_features: 1, out_features: hidden },
      { type: "BatchNorm1d" },
      { type: "Tanh" },
      { type: "Dropout", p: 0.2 },
      { type: "Linear", out_features: hidden },
      { type: "ReLU" },
      { type: "Linear", out_features: 1 },
    ],
    loss: { type: "MSELoss" },
  },
  data: {
    input: Array.from({ length: 150 }, (_, at) => [at / 25 - 3]),
    target: Array.from({ length: 150 }, (_, at) => [Math.sin(at / 25 - 3)]),
  },
  optimizer: { type: "Adam", lr: 0.01 },
  batch_size: 32,
  shuffle: true,
  seed,
  steps,
  ...more,
});

/** A job of a few numbers. */
export const tinyJob = (seed: number) => ({
  expression: "loss = mean((w * x + b - t)^2)",
  parameters: { w: seed, b: 0 },
  data: { x: [0, 1, 2], t: [1, 3, 5] },
  optimizer: { type: "SGD", lr: 0.1 },
  steps: 20,
});
