import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
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

interface Classified {
  readonly name: string;
  readonly scores: readonly (number | readonly number[])[];
  readonly target: readonly unknown[];
  readonly loss: string;
  readonly threshold?: number;
  readonly measured: Readonly<Record<string, number>>;
  readonly confusion: unknown;
}

describe("decisions are measured as scikit-learn does:", () => {
  const { cases } = JSON.parse(readFileSync(new URL("../goldens/metrics.json", import.meta.url), "utf8")) as {
    readonly cases: Classified[];
  };
  /** The scores are the output, whatever is trained. */
  const job = ({ scores, target, loss, threshold }: Classified, metrics: readonly string[], batch_size: number) => ({
    network: { layers: [{ type: "Identity" }, { type: "PReLU", init: 1 }], loss: { type: loss } },
    parameters: { "1.weight": [1] },
    data: { input: scores, target },
    optimizer: { type: "SGD", lr: 0 },
    epochs: 1,
    batch_size,
    metrics: metrics.map((type) => (threshold === undefined ? type : { type, threshold })),
  });

  test.each(cases)("$name", (given) => {
    const averages = ["macro", "micro", "weighted", ...("f1_binary" in given.measured ? ["binary"] : [])];
    const metrics = ["precision", "recall", "f1"].flatMap((rate) => averages.map((average) => `${rate}_${average}`));
    const each = ["precision", "recall", "f1"].map((type) => ({
      type,
      average: null,
      ...(given.threshold !== undefined && { threshold: given.threshold }),
    }));
    const base = job(given, ["accuracy", "confusion", ...metrics], 7);
    const run = trained({ ...base, metrics: [...base.metrics, ...each] });
    const result = resultOf(run);
    for (const [name, value] of Object.entries(given.measured)) {
      expect(result[name], name).toBeCloseTo(value, 14);
      expect(run.rows.at(-1)?.[name], name).toBeCloseTo(value, 14);
    }
    expect(result.confusion).toEqual(given.confusion);
    expect(run.rows.at(-1)).not.toHaveProperty("confusion");
  });

  test("without an average two classes are told of the second, and more by their mean", () => {
    const [classes, , , two] = cases;
    expect(resultOf(trained(job(classes, ["f1"], 40))).f1).toBeCloseTo(classes.measured.f1_macro, 14);
    expect(resultOf(trained(job(two, ["f1", "recall"], 40))).f1).toBeCloseTo(two.measured.f1_binary, 14);
  });

  test.each<[what: string, metrics: unknown[], pointer: string]>([
    ["an average of one class of many", ["f1_binary"], "/metrics/0"],
    ["an average of what has none", ["loss", { type: "accuracy", average: "macro" }], "/metrics/1/average"],
    ["the same twice", ["f1_macro", { type: "f1", average: "macro" }], "/metrics/1"],
  ])("%s is refused", (_what, metrics, pointer) => {
    expect(faultOf(() => setupOf({ ...job(cases[0], [], 40), metrics }))).toMatchObject({ code: "invalid_training", pointer });
  });

  test("more of them is better", () => {
    const run = trained({
      ...job(cases[0], ["f1_macro"], 40),
      validation: { split: 10 },
      early_stopping: { monitor: "val_f1_macro", patience: 1 },
    });
    expect(resultOf(run).best).toMatchObject({ step: 1 });
    expect(
      setupOf({ ...job(cases[0], [{ type: "f1", average: "none" }] as never, 40), early_stopping: { monitor: "f1_2" } }),
    ).toBeDefined();
    expect(faultOf(() => setupOf({ ...job(cases[0], ["f1_macro"], 40), early_stopping: { monitor: "f1_makro" } }))).toMatchObject({
      pointer: "/early_stopping/monitor",
      suggestion: "f1_macro",
    });
  });
});

test("targets that the loss ignores do not count in accuracy", () => {
  const run = trained({
    network: { layers: [{ type: "Linear", in_features: 1, out_features: 2 }], loss: { type: "CrossEntropyLoss", ignore_index: 1 } },
    parameters: { "0.weight": [[0], [0]], "0.bias": [1, 0] },
    data: { input: [[1], [1], [1], [1]], target: [0, 1, 1, 0] },
    optimizer: { type: "SGD", lr: 0 },
    steps: 1,
    metrics: ["accuracy"],
  });
  expect(resultOf(run).accuracy).toBe(1);
});
