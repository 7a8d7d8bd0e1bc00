import { expect, test } from "vitest";
import { faultOf } from "../support/problems.ts";
import { resultOf, setupOf, trained } from "./training.ts";

const fit = (target: readonly (readonly number[])[], metrics: readonly unknown[] = [{ type: "r2", output: "y", target: "t" }]) => ({
  expression: "y = x + 0 * w; loss = mean((y - t)^2)",
  parameters: { w: 1 },
  data: {
    x: [
      [1, 5],
      [2, 5],
      [4, 5],
    ],
    t: target,
  },
  optimizer: { type: "SGD", lr: 0 },
  steps: 1,
  metrics,
});

test.each<[what: string, target: number[][], r2: number]>([
  // The numbers of sklearn.metrics.r2_score.
  [
    "one column as it is, another met exactly",
    [
      [1, 5],
      [2, 5],
      [4, 5],
    ],
    1,
  ],
  [
    "a constant that is missed",
    [
      [1, 6],
      [2, 6],
      [4, 6],
    ],
    0.5,
  ],
  [
    "a column that is missed by one, and a constant",
    [
      [2, 5],
      [3, 5],
      [5, 5],
    ],
    (1 - 3 / (14 / 3) + 1) / 2,
  ],
])("r2 of %s", (_what, target, r2) => {
  expect(resultOf(trained(fit(target))).r2).toBeCloseTo(r2, 12);
});

test("a measure that is asked for twice is refused, as it has one place in the history", () => {
  const mae = { type: "mae", output: "y", target: "t" };
  expect(
    faultOf(() =>
      setupOf(
        fit(
          [
            [1, 5],
            [2, 5],
            [4, 5],
          ],
          [mae, { ...mae, output: "x" }],
        ),
      ),
    ),
  ).toMatchObject({
    code: "invalid_training",
    pointer: "/metrics/1",
  });
});
