/** Learns sin(x) by a small network with dropout, in shuffled batches: everything random that a run can have. */
export const lesson = (steps: number, more: object = {}): object => ({
  network: {
    layers: [
      { type: "Linear", in_features: 1, out_features: 32 },
      { type: "BatchNorm1d" },
      { type: "Tanh" },
      { type: "Dropout", p: 0.2 },
      { type: "Linear", out_features: 1 },
    ],
    loss: { type: "MSELoss" },
  },
  data: {
    input: Array.from({ length: 70 }, (_, at) => [at / 10 - 3.5]),
    target: Array.from({ length: 70 }, (_, at) => [Math.sin(at / 10 - 3.5)]),
  },
  optimizer: { type: "Adam", lr: 0.01 },
  batch_size: 16,
  shuffle: true,
  seed: 3,
  steps,
  ...more,
});
