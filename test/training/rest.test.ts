import { describe, expect, test } from "vitest";
import { faultOf, problemOf } from "../support/problems.ts";
import { resultOf, setupOf, trained } from "./training.ts";

const rows = [[1], [2], [3], [4], [5]];
const normalised = {
  network: { layers: [{ type: "Linear", out_features: 1 }, { type: "BatchNorm1d" }], loss: { type: "MSELoss" } },
  data: { input: rows, target: rows },
  optimizer: { type: "SGD", lr: 0.01 },
  batch_size: 2,
  epochs: 2,
};
/** Takes two rows at a time and no other number. */
const ofTwo = {
  expression: "pair = reshape(x, [2, 1]); loss = mean((pair * w)^2)",
  parameters: { w: 1 },
  data: { x: rows },
  optimizer: { type: "SGD", lr: 0.01 },
  batch_size: 2,
  epochs: 2,
};

describe("rows that do not fill the last batch", () => {
  test.each([
    ["one row, of which batch normalisation can tell no variance", normalised],
    ["fewer rows than an expression takes", ofTwo],
  ])("%s", (_what, request) => {
    expect(faultOf(() => setupOf(request))).toMatchObject({ code: "shape_mismatch", pointer: "/batch_size" });
    expect(problemOf(() => setupOf(request)).detail).toContain("drop_last");
    expect(resultOf(trained({ ...request, drop_last: true }))).toMatchObject({ steps: 4, samples: 8 });
  });

  test("are no fault where training ends before them", () => {
    expect(resultOf(trained({ ...normalised, epochs: undefined, steps: 2 }))).toMatchObject({ steps: 2, samples: 4 });
    expect(faultOf(() => setupOf({ ...normalised, epochs: undefined, steps: 3 }))).toMatchObject({ pointer: "/batch_size" });
  });

  test("are not judged where a graph cannot take them", () => {
    const { loss } = resultOf(trained({ ...ofTwo, drop_last: true, optimizer: { type: "SGD", lr: 0 } }));
    expect(loss).toBeCloseTo((1 + 4 + 9 + 16) / 4, 12);
  });

  test("count as what they are among the samples", () => {
    const { batch_size, ...line } = { ...normalised, network: { ...normalised.network, layers: [{ type: "Linear", out_features: 1 }] } };
    expect(resultOf(trained({ ...line, batch_size, epochs: undefined, steps: 4 }))).toMatchObject({ samples: 7 });
    expect(resultOf(trained({ ...line, batch_size, epochs: 2 }))).toMatchObject({ samples: 10 });
  });

  test("of validation are refused at its place", () => {
    const validation = { data: { x: [[1], [2], [3]] } };
    expect(faultOf(() => setupOf({ ...ofTwo, drop_last: true, validation }))).toMatchObject({ pointer: "/validation" });
    expect(resultOf(trained({ ...ofTwo, drop_last: true, validation: { split: 2 } }))).toHaveProperty("val_loss");
  });
});

test("data that decide a shape are refused, as they change from batch to batch", () => {
  const request = { ...ofTwo, expression: "loss = mean((reshape(x, n) * w)^2)", batch_size: undefined, data: { x: [1, 2], n: [2, 1] } };
  expect(faultOf(() => setupOf(request))).toMatchObject({ code: "invalid_training", pointer: "/data/n" });
  const { x } = request.data;
  expect(resultOf(trained({ ...request, data: { x }, inputs: { n: [2, 1] } }))).toHaveProperty("loss");
});

test("a weight decay beside an optimizer that has none is refused", () => {
  const request = { ...ofTwo, batch_size: undefined, data: { x: rows.slice(0, 2) }, optimizer: { type: "LBFGS" }, weight_decay: 0.1 };
  expect(faultOf(() => setupOf(request))).toMatchObject({ code: "invalid_training", pointer: "/weight_decay" });
});
