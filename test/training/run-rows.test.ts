import { expect, test } from "vitest";
import { problemOf } from "../support/problems.ts";
import { trained } from "./training.ts";

const sgd = { optimizer: { type: "SGD", lr: 0.1 }, epochs: 2 };
const shares = {
  network: { layers: [{ type: "Linear", in_features: 1, out_features: 1 }], loss: { type: "BCELoss" } },
  parameters: { "0.weight": [[1]], "0.bias": [0] },
  data: { input: [[0.5], [0.6]], target: [[0], [1]] },
  ...sgd,
};
const table = {
  expression: "loss = mean((gather(w, i) - t)^2)",
  parameters: { w: [0, 0, 0] },
  data: { i: { dtype: "int64", shape: [3], data: [0, 1, 2] }, t: [1, 2, 3] },
  ...sgd,
};

test.each<[what: string, request: object, code: string, sentence: string]>([
  ["an output", { ...shares, data: { input: [[0.5], [10]], target: [[0], [1]] } }, "number_out_of_range", "the output is 10 at [1, 0]"],
  ["a target", { ...shares, data: { input: [[0.5]], target: [[1.5]] } }, "number_out_of_range", "the target is 1.5 at [0, 0]"],
  [
    "an output in a search",
    { ...shares, data: { input: [[10]], target: [[1]] }, optimizer: { type: "LBFGS" } },
    "number_out_of_range",
    "the output is 10",
  ],
  [
    "an output in validation",
    { ...shares, validation: { data: { input: [[3]], target: [[1]] } } },
    "number_out_of_range",
    "which is no probability",
  ],
  ["an index", { ...table, data: { ...table.data, i: { dtype: "int64", shape: [3], data: [0, 1, 7] } } }, "index_out_of_range", "index 7"],
])("%s that an operator refuses is told, wherever a training meets it", (_what, request, code, sentence) => {
  const problem = problemOf(() => trained(request));
  expect([problem.code, problem.detail]).toEqual([code, expect.stringMatching(/^In one batch of rows: /)]);
  expect(problem.detail).toContain(sentence);
});
