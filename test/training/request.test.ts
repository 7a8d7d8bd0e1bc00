import { expect, test } from "vitest";
import { problemOf } from "../support/problems.ts";
import { setupOf } from "./training.ts";

const job = {
  network: { layers: [{ type: "Linear", in_features: 1, out_features: 1 }], loss: { type: "MSELoss" } },
  data: { input: [[0], [1], [2], [3]], target: [[0], [1], [2], [3]] },
  optimizer: { type: "Adam" },
  steps: 1,
};

test.each<[said: string, more: object, pointer: string, suggestion: string]>([
  ["an optimizer by its name", { optimizer: "Adam" }, "/optimizer", '{"type": "Adam"}'],
  ["an optimizer by its name in small letters", { optimizer: "adam" }, "/optimizer", '{"type": "Adam"}'],
  ["a schedule by its name", { schedule: "ExponentialLR" }, "/schedule", '{"type": "ExponentialLR"}'],
  ["a layer by its name", { network: { ...job.network, layers: ["ReLU"] } }, "/network/layers/0", '{"type": "ReLU"}'],
  ["a loss by its name", { network: { ...job.network, loss: "MSELoss" } }, "/network/loss", '{"type": "MSELoss"}'],
  ["Keras' learning rate", { optimizer: { type: "Adam", learning_rate: 0.1 } }, "/optimizer/learning_rate", "lr"],
  ["a learning rate beside the optimizer", { learning_rate: 0.1 }, "/learning_rate", "optimizer.lr"],
  ["Keras' betas", { optimizer: { type: "Adam", beta_1: 0.5 } }, "/optimizer/beta_1", "betas"],
  ["scikit-learn's split", { validation: { test_size: 0.25 } }, "/validation/test_size", "split"],
  ["Keras' split", { validation_split: 0.25 }, "/validation_split", "validation.split"],
  [
    "Keras' callback",
    { early_stopping: { restore_best_weights: true } },
    "/early_stopping/restore_best_weights",
    "restore_best of the job",
  ],
  ["a slip", { optimizer: { type: "Adma" } }, "/optimizer/type", "Adam"],
])("what is meant is told of %s", (_said, more, pointer, suggestion) => {
  expect(problemOf(() => setupOf({ ...job, ...more })).errors[0]).toMatchObject({ pointer, suggestion });
});

test.each([
  { network: { ...job.network, loss: "mse" } },
  { optimizer: "ranger" },
  { schedule: "warmup" },
  { metrics: ["mean_absolute_error"] },
])("no object is suggested whose type there is not: %j", (more) => {
  expect(problemOf(() => setupOf({ ...job, ...more })).errors[0].suggestion).toBeUndefined();
});
