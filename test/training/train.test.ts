import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import "../support/close.ts";
import { digits, resultOf, type Trained, trained } from "./training.ts";

const golden = (name: string): unknown => JSON.parse(readFileSync(new URL(`../goldens/${name}.json`, import.meta.url), "utf8"));

interface Run {
  readonly name: string;
  readonly request: Readonly<Record<string, unknown>> & { readonly network: { readonly loss: { readonly reduction?: string } } };
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly loss: number;
  readonly state_dict: Readonly<Record<string, unknown>>;
}

const vector = (numbers: readonly number[]): Tensor => tensorOf("float64", [numbers.length], numbers);
const numbersOf = (json: unknown): number[] => (Array.isArray(json) ? json.flatMap(numbersOf) : [json as number]);
const column = ({ rows }: Trained, name: string): Tensor => vector(rows.map((row) => row[name] as number));

describe("whole runs go as PyTorch's", () => {
  const { runs } = golden("training") as { readonly runs: readonly Run[] };

  test.each(runs)("$name", ({ request, losses, norms, loss, state_dict }) => {
    const run = trained(request);
    expect(column(run, "loss")).toBeNear(vector(losses), { relative: 1e-9 });
    if (norms.length > 0) expect(column(run, "grad_norm")).toBeNear(vector(norms), { relative: 1e-9 });
    expect(vector([resultOf(run).loss as number])).toBeNear(vector([loss]), { relative: 1e-9 });
    expect([...run.weights.keys()].sort()).toEqual(Object.keys(state_dict).sort());
    for (const [name, { data }] of run.weights) {
      expect(vector([...data]), name).toBeNear(vector(numbersOf(state_dict[name])), { relative: 1e-9, absolute: 1e-12 });
    }
  });

  test("and with another seed of the data they do not", () => {
    const { request, losses } = runs[0];
    const run = trained({ ...request, shuffle: true });
    expect(column(run, "loss")).not.toBeNear(vector(losses), { relative: 1e-3 });
  });
});

test("sin(x) is learnt as the companion article learns it", () => {
  const units = Array.from({ length: 100 }, (_, j) => j);
  const x = units.map((at) => -3 + (6 * at) / 99);
  const run = trained({
    network: {
      layers: [{ type: "Linear", in_features: 1, out_features: 100 }, { type: "Sigmoid" }, { type: "Linear", out_features: 1 }],
      loss: { type: "MSELoss" },
    },
    parameters: {
      "0.weight": units.map((j) => [(j + 0.5) / 100]),
      "0.bias": units.map(() => 0),
      "2.weight": [units.map((j) => (((37 * j) % 100) + 0.5) / 100)],
      "2.bias": [0],
    },
    data: { input: x.map((each) => [each]), target: x.map((each) => [Math.sin(each)]) },
    optimizer: { type: "SGD", lr: 0.025 },
    steps: 3500,
    log_every: 1,
  });
  const found = [1, 2, 3, 11, 101, 501, 1001, 2001].map((step) => run.rows[step - 1].loss as number);
  const wanted = [699.448961138774, 151.16167728829402, 14.989685073424617, 0.20333022898369, 0.123731826374];
  expect(vector([...found, resultOf(run).loss as number])).toBeNear(
    vector([...wanted, 0.06733047267534, 0.02342367524059, 0.00340684475278, 0.00235727135954]),
    { relative: 1e-9 },
  );
  expect(run.rows.map(({ step }) => step)).toEqual(Array.from({ length: 3500 }, (_, at) => at + 1));
});

describe("handwritten digits", () => {
  const layers = [
    { type: "Linear", in_features: 64, out_features: 32 },
    { type: "ReLU" },
    { type: "Linear", in_features: 32, out_features: 10 },
  ];
  const loss = { type: "CrossEntropyLoss" };
  const input = digits.map((row) => row.slice(0, 64).map((pixel) => pixel / 16));
  const target = digits.map((row) => row[64]);

  test("are learnt with PyTorch's loss at every epoch", () => {
    const known = golden("digits") as { parameters: object; mean_batch_loss_per_epoch: number[]; test_accuracy: number };
    const run = trained({
      network: { layers, loss },
      parameters: known.parameters,
      data: { input, target },
      optimizer: { type: "Adam", lr: 0.01 },
      batch_size: 50,
      epochs: 15,
      validation: { split: 397 },
      metrics: ["accuracy"],
    });
    const epochs = run.rows.filter((row) => row.epoch_loss !== undefined).map((row) => row.epoch_loss as number);
    expect(vector(epochs)).toBeNear(vector(known.mean_batch_loss_per_epoch), { relative: 1e-8 });
    expect(resultOf(run)).toMatchObject({ val_accuracy: known.test_accuracy, stopped: "completed", epochs: 15 });
  });

  test("are told apart by convolutions, in float32, in shuffled batches, until there is no improvement", () => {
    const block = (channels: number): object[] => [
      { type: "Conv2d", out_channels: channels, kernel_size: 3, padding: 1 },
      { type: "BatchNorm2d" },
      { type: "ReLU" },
      { type: "MaxPool2d", kernel_size: 2 },
    ];
    const run = trained({
      network: {
        layers: [
          { type: "Unflatten", dim: 1, unflattened_size: [1, 8, 8] },
          ...block(8),
          ...block(16),
          { type: "Flatten" },
          { type: "Linear", out_features: 10 },
        ],
        loss,
      },
      data: { input, target },
      optimizer: { type: "AdamW", lr: 0.01, weight_decay: 0.1 },
      schedule: { type: "CosineAnnealingLR", T_max: 15 },
      batch_size: 32,
      shuffle: true,
      epochs: 15,
      dtype: "float32",
      validation: { split: 397 },
      metrics: ["accuracy"],
      early_stopping: { monitor: "val_accuracy", patience: 8 },
    });
    expect(resultOf(run).val_accuracy).toBeGreaterThanOrEqual(0.95);
  });
});

test("two spirals are told apart", () => {
  const points = Array.from({ length: 200 }, (_, at) => {
    const arm = at % 2;
    const turn = 0.5 + (at / 200) * 3 * Math.PI;
    return { at: [(turn / 10) * Math.cos(turn + arm * Math.PI), (turn / 10) * Math.sin(turn + arm * Math.PI)], arm: [arm] };
  });
  const run = trained({
    network: {
      layers: [
        { type: "Linear", in_features: 2, out_features: 32 },
        { type: "Tanh" },
        { type: "Linear", out_features: 32 },
        { type: "Tanh" },
        { type: "Linear", out_features: 1 },
      ],
      loss: { type: "BCEWithLogitsLoss" },
    },
    data: { input: points.map(({ at }) => at), target: points.map(({ arm }) => arm) },
    optimizer: { type: "Adam", lr: 0.02 },
    steps: 1200,
    metrics: ["accuracy"],
  });
  expect(resultOf(run).accuracy).toBeGreaterThanOrEqual(0.99);
});

test.each(["SGD", "LBFGS"])("XOR is learnt by %s", (type) => {
  const run = trained({
    network: {
      layers: [
        { type: "Linear", in_features: 2, out_features: 8 },
        { type: "Tanh" },
        { type: "Linear", out_features: 1 },
        { type: "Sigmoid" },
      ],
      loss: { type: "BCELoss" },
    },
    data: {
      input: [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      target: [[0], [1], [1], [0]],
    },
    optimizer: type === "SGD" ? { type, lr: 0.5, momentum: 0.9 } : { type, lr: 1, line_search_fn: "strong_wolfe" },
    steps: type === "SGD" ? 1000 : 20,
    metrics: ["accuracy", "mae"],
    seed: 1,
  });
  expect(resultOf(run)).toMatchObject({ accuracy: 1 });
  expect(resultOf(run).mae).toBeLessThan(0.05);
});
