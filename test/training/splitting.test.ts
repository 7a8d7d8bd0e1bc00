import { describe, expect, test } from "vitest";
import { faultOf } from "../support/problems.ts";
import { setupOf, submissionOf, trained } from "./training.ts";
import { performed, sharedWithin } from "../support/tasks.ts";
import { planJob } from "../../src/training/tasks/submit.ts";

const rows = 20;
/** Rows that know their numbers, class by class: 12 of class 0, 6 of class 1, 2 of class 2. */
const classes = Array.from({ length: rows }, (_, row) => (row < 12 ? 0 : row < 18 ? 1 : 2));
const job = (validation: unknown, more: object = {}) => ({
  network: { layers: [{ type: "Linear", in_features: 1, out_features: 3 }], loss: { type: "CrossEntropyLoss" } },
  data: { input: Array.from({ length: rows }, (_, row) => [row]), target: classes },
  optimizer: { type: "SGD", lr: 0.01 },
  epochs: 2,
  validation,
  ...more,
});
const plan = performed(planJob, sharedWithin());
const warnings = (request: object) =>
  plan(request, { datasets: {} }).facts?.summary.warnings as { code: string; pointer: string; message: string }[];

function numbers(validation: unknown, more: object = {}) {
  const { training, validation: held } = setupOf(job(validation, more));
  const of = (side: typeof held) => Array.from(side?.tensors.get("input")?.data ?? []);
  return { trained: of(training), held: of(held), classes: Array.from(held?.tensors.get("target")?.data ?? []) };
}

describe("rows that are held back", () => {
  const all = Array.from({ length: rows }, (_, row) => row);

  test.each([{ split: 0.25 }, 0.25, 5, { split: 5, shuffle: false }])("are the last ones by %j", (validation) => {
    expect(numbers(validation)).toMatchObject({ trained: all.slice(0, 15), held: all.slice(15) });
  });

  test("are drawn from the seed on request, and all others are trained on in their order", () => {
    const drawn = numbers({ split: 5, shuffle: true });
    expect(drawn.held).not.toEqual(all.slice(15));
    expect([...drawn.trained, ...drawn.held].toSorted((a, b) => a - b)).toEqual(all);
    expect(drawn.trained).toEqual(drawn.trained.toSorted((a, b) => a - b));
    expect(numbers({ split: 5, shuffle: true })).toEqual(drawn);
    expect(numbers({ split: 5, shuffle: true }, { seed: 7 })).not.toEqual(drawn);
    // The input and the target of a row stay together.
    expect(drawn.classes).toEqual(drawn.held.map((row) => classes[row]));
  });

  test.each([
    [10, [6, 3, 1]],
    [0.25, [3, 2, 0]],
    [7, [4, 2, 1]],
  ])("are of each class as large a share: %d", (split, shares) => {
    const drawn = numbers({ split, stratify: true });
    expect([0, 1, 2].map((kind) => drawn.classes.filter((each) => each === kind).length)).toEqual(shares);
    expect(numbers({ split, stratify: "target" })).toEqual(drawn);
  });

  test.each<[what: string, validation: unknown, more: object, pointer: string]>([
    ["classes of no data", { split: 5, stratify: "targets" }, {}, "/validation/stratify"],
    ["classes of what has none", { split: 5, stratify: "input" }, {}, "/validation/stratify"],
    ["all rows", { split: 20, shuffle: true }, {}, "/validation/split"],
    ["a way to choose from data of their own", { data: { input: [[1]], target: [0] }, shuffle: true }, {}, "/validation"],
    ["neither", { shuffle: true }, {}, "/validation"],
    ["a number that is no share", 1.5, {}, "/validation"],
  ])("are refused: %s", (_what, validation, more, pointer) => {
    expect(faultOf(() => setupOf(job(validation, more)))).toMatchObject({ pointer });
  });

  test("a fault in them stands where the request has it", () => {
    const input = Array.from({ length: rows }, (_, row) => [row === 4 ? "NaN" : row]);
    const target: number[] = classes.with(3, 2);
    target[3] = 9;
    for (const shuffle of [false, true]) {
      expect(faultOf(() => setupOf({ ...job({ split: 5, shuffle }), data: { input, target: classes } }))).toMatchObject({
        pointer: "/data/input/4/0",
      });
      expect(faultOf(() => setupOf({ ...job({ split: 5, shuffle }), data: { input: input.with(4, [4]), target } }))).toMatchObject({
        pointer: "/data/target/3",
      });
    }
  });

  test("a job that draws them goes the same way again", () => {
    const request = job({ split: 0.3, stratify: true }, { batch_size: 4, shuffle: true });
    expect(submissionOf(request)).toEqual(submissionOf(request));
    expect(trained(request).rows).toEqual(trained(request).rows);
  });
});

describe("warnings", () => {
  test("of classes that come one after another, and of which the last are held back", () => {
    expect(warnings(job(0.25))).toMatchObject([{ code: "classes_in_order", pointer: "/validation" }]);
    const mixed = { input: Array.from({ length: rows }, (_, row) => [row]), target: classes.map((_, row) => row % 3) };
    for (const fine of [
      job({ split: 0.25, shuffle: true }),
      job({ split: 0.25, stratify: true }),
      job(undefined),
      job(0.25, { data: mixed }),
    ]) {
      expect(warnings(fine)).toEqual([]);
    }
    const twoClasses = (target: number[]) => ({
      expression: "loss = mean((sigmoid(w*x) - t)^2)",
      parameters: { w: 0 },
      data: { x: target.map((_, row) => row), t: target },
      optimizer: { type: "SGD", lr: 0.1 },
      steps: 1,
      validation: 0.5,
    });
    expect(warnings(twoClasses([0, 0, 0, 1, 1, 1]))).toHaveLength(1);
    expect(warnings(twoClasses([0, 1, 2, 3, 4, 5]))).toEqual([]);
  });

  test("of an operation that combines every row with every other", () => {
    const line = (x: unknown, t: unknown) => ({
      expression: "y = w*x; loss = mean((y - t)^2)",
      parameters: { w: 0 },
      data: { x, t },
      optimizer: { type: "SGD", lr: 0.1 },
      steps: 1,
    });
    const column = [[1], [2], [3]];
    const [found] = warnings(line(column, [1, 2, 3]));
    expect(found).toMatchObject({ code: "broadcast_crosses_rows", pointer: "/expression" });
    expect(found.message).toContain("[3] and [3, 1] broadcast to [3, 3]");
    expect(warnings({ ...line(column, [1, 2, 3]), batch_size: 2 }).map(({ code }) => code)).toContain("broadcast_crosses_rows");
    expect(warnings(line(column, column))).toEqual([]);
    expect(warnings(line([1, 2, 3], [1, 2, 3]))).toEqual([]);
    expect(warnings(line([[1]], [1]))).toEqual([]);
  });

  test("of a loss whose batches do not add up", () => {
    const formula = (expression: string, batch_size: number) => ({
      expression,
      parameters: { p: 1 },
      data: { x: [1, 2, 3, 4, 5], t: [1, 0, 1, 0, 1] },
      optimizer: { type: "SGD", lr: 0.1 },
      steps: 3,
      batch_size,
    });
    const cumulative = "loss = max(cumsum(p*x-t, axis=0))";
    expect(warnings(formula(cumulative, 2))).toMatchObject([{ code: "loss_of_batches", pointer: "/batch_size" }]);
    expect(warnings(formula(cumulative, 5))).toEqual([]);
    expect(warnings(formula("loss = sum((p*x-t)^2)", 2))).toEqual([]);
  });
});
