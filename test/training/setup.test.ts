import { describe, expect, test } from "vitest";
import { faultOf } from "../support/problems.ts";
import { setupOf, trained } from "./training.ts";

const line = {
  expression: "y = w * x + b; loss = mean((y - t)^2)",
  parameters: { w: 0, b: 0 },
  data: { x: [0, 1, 2], t: [1, 3, 5] },
  optimizer: { type: "SGD", lr: 0.1 },
  steps: 10,
};
const classifier = {
  network: { layers: [{ type: "Linear", in_features: 2, out_features: 3 }], loss: { type: "CrossEntropyLoss" } },
  data: {
    input: [
      [0, 1],
      [1, 0],
    ],
    target: [0, 2],
  },
  optimizer: { type: "Adam" },
  epochs: 1,
};

describe("what does not fit is refused at its place", () => {
  test.each<[what: string, request: object, code: string, pointer: string, suggestion?: string]>([
    ["neither epochs nor steps", { ...line, steps: undefined }, "invalid_request", ""],
    ["both", { ...line, epochs: 1 }, "invalid_request", ""],
    ["no optimizer", { ...line, optimizer: undefined }, "invalid_request", "/optimizer"],
    ["an unknown optimizer", { ...line, optimizer: { type: "Adams" } }, "invalid_request", "/optimizer/type", "Adam"],
    ["a misspelt member", { ...line, step: 5 }, "invalid_request", "/step", "steps"],
    ["rows that differ", { ...line, data: { x: [0, 1, 2], t: [1, 3] } }, "invalid_training", "/data/t"],
    ["a number for rows", { ...line, data: { x: 1, t: [1] } }, "invalid_training", "/data/x"],
    ["no rows", { ...line, data: { x: [], t: [] } }, "invalid_training", "/data/x"],
    ["NaN in data", { ...line, data: { x: [0, "NaN", 2], t: [1, 3, 5] } }, "invalid_training", "/data/x/1"],
    [
      "infinity in validation data",
      { ...line, validation: { data: { x: [1], t: ["Infinity"] } } },
      "invalid_training",
      "/validation/data/t/0",
    ],
    ["a start that is not finite", { ...line, parameters: { w: "NaN", b: 0 } }, "invalid_training", "/parameters/w"],
    ["nothing to train", { ...line, parameters: undefined, inputs: { w: 0, b: 0 } }, "invalid_training", "/parameters"],
    ["a parameter that there is not", { ...line, parameters: { w: 0, b: 0, c: 1 } }, "unexpected_parameter", "/parameters/c"],
    ["an input without data", { ...line, data: { x: [1, 2] } }, "missing_input", "/data"],
    [
      "a layer with two letters swapped",
      { ...classifier, network: { ...classifier.network, layers: [{ type: "Tahn" }] } },
      "unknown_layer",
      "/network/layers/0/type",
      "Tanh",
    ],
    ["half a row held back", { ...line, validation: { split: 1.5 } }, "invalid_request", "/validation/split"],
    ["a tag with a control character", { ...line, tags: ["a\u0000b"] }, "invalid_request", "/tags/0"],
    ["a tag that is half a character", { ...line, tags: ["\ud800"] }, "invalid_request", "/tags/0"],
    ["a webhook with a password", { ...line, webhook: { url: "https://user:secret@example.org/" } }, "invalid_request", "/webhook/url"],
    ["a misspelt metric", { ...line, metrics: ["acuracy"] }, "invalid_request", "/metrics/0", "accuracy"],
    ["a parameter without effect", { ...line, expression: "u = w * 2; loss = mean((b * x - t)^2)" }, "invalid_training", "/parameters/w"],
    ["an unknown loss", { ...line, loss: "los" }, "invalid_training", "/loss", "loss"],
    ["a loss of several numbers", { ...line, loss: "y" }, "invalid_training", "/loss"],
    [
      "a network without loss",
      { ...classifier, network: { layers: classifier.network.layers }, data: { input: [[0, 1]] } },
      "invalid_training",
      "/network",
      "loss",
    ],
    [
      "a class out of range",
      {
        ...classifier,
        data: {
          input: [
            [0, 1],
            [1, 0],
          ],
          target: [0, 3],
        },
      },
      "index_out_of_range",
      "/data/target/1",
    ],
    [
      "a class that is no whole number",
      {
        ...classifier,
        data: {
          input: [
            [0, 1],
            [1, 0],
          ],
          target: [0, 0.5],
        },
      },
      "invalid_tensor",
      "/data/target/1",
    ],
    [
      "features that do not fit",
      { ...classifier, data: { input: [[0, 1, 2]], target: [0] } },
      "shape_mismatch",
      "/network/layers/0/in_features",
    ],
    ["some of the parameters", { ...classifier, parameters: { "0.bias": [0, 0, 0] } }, "missing_parameter", "/parameters"],
    ["a metric of values that there are not", { ...line, metrics: ["mae"] }, "invalid_training", "/metrics/0"],
    ["a metric of two shapes", { ...classifier, metrics: ["mae"] }, "invalid_training", "/metrics/0"],
    [
      "a metric to watch that is not measured",
      { ...classifier, early_stopping: { monitor: "los" } },
      "invalid_training",
      "/early_stopping/monitor",
      "loss",
    ],
    ["LBFGS in batches", { ...line, optimizer: { type: "LBFGS" }, batch_size: 2 }, "invalid_training", "/batch_size"],
    ["all rows held back", { ...line, validation: { split: 3 } }, "invalid_training", "/validation/split"],
    ["validation data that lack a name", { ...line, validation: { data: { x: [1] } } }, "invalid_training", "/validation/data"],
    [
      "validation rows of another shape",
      { ...classifier, validation: { data: { input: [[1]], target: [0] } } },
      "shape_mismatch",
      "/validation/data/input",
    ],
    ["a dataset that there is not", { ...line, data: { dataset: `sha256:${"0".repeat(64)}` } }, "unknown_dataset", "/data/dataset"],
    ["a dataset's id that is none", { ...line, data: { dataset: "digits" } }, "invalid_request", "/data/dataset"],
    [
      "a member of a reference that there is not",
      { ...line, data: { x: { dataset: `sha256:${"0".repeat(64)}`, tenser: "x" } } },
      "invalid_request",
      "/data/x/tenser",
      "tensor",
    ],
    [
      "float64 beside the float32 that is asked for",
      { ...classifier, dtype: "float32", data: { input: { dtype: "float64", data: [[0, 1]] }, target: [0] } },
      "type_mismatch",
      "/data/input",
    ],
    ["a webhook that is no URL", { ...line, webhook: { url: "there" } }, "invalid_request", "/webhook/url"],
  ])("%s", (_what, request, code, pointer, suggestion) => {
    expect(faultOf(() => setupOf(request))).toEqual({ code, pointer, suggestion });
  });
});

describe("a training that diverges", () => {
  test("names the step and the node of the first number that is not finite", () => {
    const { ending, rows } = trained({
      ...line,
      optimizer: { type: "SGD", lr: 1 },
      steps: 400,
      log_every: 1,
    });
    expect(ending).toMatchObject({ kind: "failed", failure: { code: "diverged" } });
    if (ending.kind !== "failed") throw new Error("it goes on");
    const step = Number(/in step (\d+)/.exec(ending.failure.message)?.[1]);
    expect(rows[step - 2]).toMatchObject({ step: step - 1 });
    expect(Number.isFinite(rows[step - 2].loss)).toBe(true);
  });

  test("names a node of the backward pass", () => {
    const root = { ...line, expression: "loss = mean(sqrt(w * x))", parameters: { w: 1 }, data: { x: [0, 1] }, steps: 3 };
    const { ending } = trained(root);
    expect(ending).toMatchObject({
      kind: "failed",
      failure: { message: expect.stringMatching(/step 1: .*on the way back/) as string, param: "sqrt_1" },
    });
  });

  test("names the step whose batch was too small for its loss", () => {
    const alone = { ...line, expression: "loss = var(w * x - t)", parameters: { w: 1 }, data: { x: [0, 1], t: [1, 3] }, batch_size: 1 };
    expect(trained(alone).ending).toMatchObject({
      kind: "failed",
      failure: { message: expect.stringContaining("step 1: loss (forward)") as string, param: "loss" },
    });
  });

  test("is found the same by LBFGS", () => {
    const root = {
      ...line,
      expression: "loss = mean(sqrt(w * x))",
      parameters: { w: 1 },
      data: { x: [0, 1] },
      steps: 3,
      optimizer: { type: "LBFGS" },
    };
    expect(trained(root).ending).toMatchObject({ kind: "failed", failure: { code: "diverged" } });
  });
});
