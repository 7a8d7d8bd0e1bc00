import { describe, expect, test } from "vitest";
import { resultOf, setupOf, trained } from "./training.ts";

/** 512 rows of input 0, half of them of class 0 and then half of class 1. */
const twoClasses = (batch_size: number) => ({
  network: { layers: [{ type: "Linear", in_features: 1, out_features: 2 }], loss: { type: "CrossEntropyLoss", weight: [1, 9] } },
  parameters: { "0.weight": [[0], [0]], "0.bias": [0, 1] },
  data: { input: Array.from({ length: 512 }, () => [0]), target: Array.from({ length: 512 }, (_, at) => Math.floor(at / 256)) },
  optimizer: { type: "SGD", lr: 0 },
  epochs: 1,
  batch_size,
});

test.each([512, 64, 100])("the loss of weighted classes is torch's over all rows, in batches of %i", (batch_size) => {
  const run = trained(twoClasses(batch_size));
  // torch.nn.CrossEntropyLoss(weight=torch.tensor([1., 9.]))(output, target) of the whole.
  expect(resultOf(run).loss).toBeCloseTo(0.41326168751822286, 14);
  if (batch_size < 512) expect(run.rows.at(-1)?.epoch_loss).toBeCloseTo(0.41326168751822286, 14);
});

const rows = 7;
const at = Array.from({ length: rows }, (_, row) => row);
const number = (row: number, column = 0): number => Math.sin(3 * row + 5 * column + 1);
const table = (columns: number): number[][] => at.map((row) => Array.from({ length: columns }, (_, column) => number(row, column)));
const shares = (columns: number): number[][] =>
  table(columns).map((row) => {
    const exponentials = row.map(Math.exp);
    return exponentials.map((each) => each / exponentials.reduce((sum, other) => sum + other, 0));
  });
const classes = at.map((row) => (row * 2) % 3);
/** The classes of the last rows, a batch of their own, are ignored. */
const someIgnored = classes.map((each, row) => (row === 1 || row > 3 ? -100 : each));

const network = (loss: object, target: unknown, layers: object[] = [{ type: "Linear", in_features: 2, out_features: 3 }]) => ({
  network: { layers, loss },
  data: { input: table(2), target },
});
const mentioned = (expression: string, given: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(given).filter(([name]) => new RegExp(String.raw`\b${name}\b`).test(expression)));
const formula = (expression: string) => ({
  expression,
  parameters: mentioned(expression, { p: 0.5, b: -0.25 }),
  data: mentioned(expression, {
    x: at.map((row) => number(row)),
    t: at.map((row) => number(row, 1)),
    w: at.map((row) => 0.5 + row),
  }),
});

/** What a job tells of its loss with a learning rate of 0. */
function told(job: object, batch_size: number, more: object = {}) {
  const run = trained({ ...job, optimizer: { type: "SGD", lr: 0 }, epochs: 1, batch_size, log_every: 1, ...more });
  return { epoch: run.rows.at(-1)?.epoch_loss, ...resultOf(run) } as { epoch: number; loss: number; val_loss: number };
}

const logSoftmax = [
  { type: "Linear", in_features: 2, out_features: 3 },
  { type: "LogSoftmax", dim: 1 },
];
const sequence = [
  { type: "Linear", in_features: 2, out_features: 6 },
  { type: "Unflatten", dim: 1, unflattened_size: [3, 2] },
];
const perStep = at.map((row) => [row % 3, row > 3 ? -100 : (row + 1) % 3]);

const cases: [what: string, job: object][] = [
  ["cross entropy", network({ type: "CrossEntropyLoss" }, classes)],
  ["cross entropy of ignored classes", network({ type: "CrossEntropyLoss" }, someIgnored)],
  ["cross entropy, weighted and ignored", network({ type: "CrossEntropyLoss", weight: [0.1, 5, 2] }, someIgnored)],
  ["cross entropy, smoothed", network({ type: "CrossEntropyLoss", weight: [0.1, 5, 2], label_smoothing: 0.2 }, someIgnored)],
  ["cross entropy, summed", network({ type: "CrossEntropyLoss", weight: [0.1, 5, 2], reduction: "sum" }, someIgnored)],
  ["cross entropy with probabilities", network({ type: "CrossEntropyLoss", weight: [0.1, 5, 2] }, shares(3))],
  ["cross entropy of steps", network({ type: "CrossEntropyLoss", weight: [0.1, 5, 2] }, perStep, sequence)],
  ["negative log-likelihood", network({ type: "NLLLoss", weight: [0.1, 5, 2], ignore_index: 1 }, classes, logSoftmax)],
  ["squares", network({ type: "MSELoss" }, table(3))],
  ["squares, summed", network({ type: "MSELoss", reduction: "sum" }, table(3))],
  ["Huber", network({ type: "HuberLoss", delta: 0.3 }, table(3))],
  ["divergence", network({ type: "KLDivLoss" }, shares(3), logSoftmax)],
  ["divergence of a batch", network({ type: "KLDivLoss", reduction: "batchmean" }, shares(3), logSoftmax)],
  ["binary cross entropy, weighted", network({ type: "BCEWithLogitsLoss", weight: [1, 2, 3], pos_weight: [3, 1, 5] }, shares(3))],
  [
    "squares of the last step of a sequence",
    network({ type: "MSELoss" }, table(3), [
      { type: "Unflatten", dim: 1, unflattened_size: [2, 1] },
      { type: "LSTM", input_size: 1, hidden_size: 3, batch_first: true },
      { type: "Select", dim: 1, index: -1 },
    ]),
  ],
  [
    "squares after layers with rows in them",
    network({ type: "MSELoss" }, table(2), [
      { type: "Unflatten", dim: 1, unflattened_size: [1, 2] },
      { type: "Conv1d", out_channels: 4, kernel_size: 1 },
      { type: "GroupNorm", num_groups: 2, num_channels: 4 },
      { type: "Flatten" },
      { type: "LayerNorm", normalized_shape: [8] },
      { type: "Linear", out_features: 2 },
    ]),
  ],
  ["a sum", formula("loss = sum((p*x-t)^2)")],
  ["a mean", formula("loss = mean((p*x+b-t)^2)")],
  ["a root of a mean", formula("loss = sqrt(mean((p*x-t)^2))")],
  ["a weighted mean", formula("loss = sum(w*(p*x-t)^2) / sum(w)")],
  ["a mean with a penalty", formula("loss = mean((p*x-t)^2) + 0.1*(p^2 + b^2)")],
  ["a product with itself", formula("e = p*x-t; loss = e @ e")],
  ["a norm", formula("loss = norm(p*x-t)")],
  ["the greatest", formula("loss = max(abs(p*x-t))")],
  ["a logarithm of a sum of exponentials", formula("loss = logsumexp(p*x-t)")],
  ["a share of the mean square", formula("e = p*x-t; loss = sum(e^2) / mean(t^2)")],
  ["a penalty alone", formula("loss = (p-1)^2 + 0*mean(x)")],
];

describe("the loss of batches is that of the whole:", () => {
  test.each(cases)("%s", (_what, job) => {
    const whole = told(job, rows);
    expect(Number.isFinite(whole.loss)).toBe(true);
    for (const size of [2, 3, 4]) {
      const { epoch, loss } = told(job, size);
      expect(epoch / whole.loss, `epoch, ${size}`).toBeCloseTo(1, 13);
      expect(loss / whole.loss, `result, ${size}`).toBeCloseTo(1, 13);
    }
  });

  test.each(cases.filter(([, job]) => "network" in job))("and in long validation data: %s", (_what, job) => {
    const { data } = job as { data: { input: unknown[]; target: unknown[] } };
    const repeated = Object.fromEntries(
      Object.entries(data).map(([name, numbers]) => [
        name,
        Array.from({ length: 600 }, (_, row) => numbers[row < 512 ? row % 4 : 4 + (row % 3)]),
      ]),
    );
    const whole = told(job, 2, { validation: { data: repeated }, steps: 1, epochs: undefined });
    const inOne = told({ ...job, data: repeated }, 600);
    expect(whole.val_loss / inOne.loss).toBeCloseTo(1, 13);
  });
});

test.each(cases.filter((_, at) => at % 4 === 1))("in single precision, too: %s", (_what, job) => {
  const whole = told(job, rows, { dtype: "float32" });
  const parts = told(job, 3, { dtype: "float32" });
  expect(parts.epoch / whole.loss).toBeCloseTo(1, 5);
  expect(parts.loss / whole.loss).toBeCloseTo(1, 5);
});

test("a loss that is no function of sums is told of all rows at once where the program takes them", () => {
  const job = formula("e = p*x-t; loss = mean((e - mean(e))^2)");
  expect(told(job, 3).loss / told(job, rows).loss).toBeCloseTo(1, 13);
});

describe("a batch in which every target is ignored", () => {
  const job = (more: object) => ({
    ...network({ type: "CrossEntropyLoss", ...more }, someIgnored),
    optimizer: { type: "Adam", lr: 0.1 },
    log_every: 1,
  });

  test.each([{}, { weight: [0.1, 5, 2] }, { label_smoothing: 0.1 }])("teaches nothing and ends nothing, with %j", (more) => {
    const run = trained({ ...job(more), batch_size: 4, epochs: 3 });
    expect(resultOf(run)).toMatchObject({ stopped: "completed", steps: 6 });
    expect(run.rows.map(({ loss }) => typeof loss)).toEqual(["number", "string", "number", "string", "number", "string"]);
    for (const { data } of run.weights.values()) expect(data.every(Number.isFinite)).toBe(true);
  });

  test("and one that is all there is says so", () => {
    const { ending } = trained({ ...job({}), data: { input: table(2), target: classes.map(() => -100) }, steps: 3 });
    expect(ending).toMatchObject({ kind: "failed", failure: { code: "diverged" } });
  });
});

test("where a loss is told as a mean of batches, for want of better, the setup knows", () => {
  const job = { ...formula("loss = sum((p*x-t)^2)"), optimizer: { type: "SGD", lr: 0.1 }, steps: 4, batch_size: 2 };
  expect(setupOf(job).epochParts?.sums).not.toBeNull();
  expect(setupOf({ ...job, expression: "e = p*x-t; loss = mean((e - mean(e))^2)" }).epochParts?.sums).not.toBeNull();
  expect(setupOf({ ...job, expression: "e = p*x-t; loss = max(cumsum(e, axis=0))" }).epochParts?.sums).toBeNull();
});
