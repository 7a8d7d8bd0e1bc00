import { describe, expect, test } from "vitest";
import { decodeCheckpoint, type Resumed } from "../../src/training/weights.ts";
import { Random } from "../support/random.ts";
import { trained } from "./training.ts";

const rows = 23;
const random = new Random(5);
const input = Array.from({ length: rows }, () => [random.uniform(-1, 1), random.uniform(-1, 1)]);
const request = {
  network: {
    layers: [
      { type: "Linear", in_features: 2, out_features: 6 },
      { type: "BatchNorm1d" },
      { type: "Tanh" },
      { type: "Dropout", p: 0.3 },
      { type: "Linear", out_features: 1 },
    ],
    loss: { type: "MSELoss" },
  },
  data: { input, target: input.map(([a, b]) => [a * b]) },
  steps: 60,
  seed: 2,
};
const inBatches = { batch_size: 5, shuffle: true, validation: { split: 4 }, metrics: ["r2"] };

/** Stops the run after each of the numbers of steps and goes on from what was kept; the weights at the end, and the rows of all parts. */
function interrupted(spec: object, stops: readonly number[]) {
  let resumed: Resumed | null = null;
  const history: unknown[] = [];
  for (const stop of [...stops, null]) {
    let wishes = 0;
    const from: number = resumed?.loop.step ?? 0;
    const run = trained(spec, { resumed, wish: () => (stop !== null && from + wishes++ >= stop ? "pause" : "go on") });
    history.push(...run.rows);
    if (stop === null) return { run, history };
    const kept = run.checkpoints.findLast(({ state }) => state !== null);
    if (kept === undefined || kept.state === null) throw new Error("nothing was kept");
    resumed = decodeCheckpoint(kept.weights, kept.state);
  }
  throw new Error("there is an end");
}

const optimizers = [
  { type: "SGD", lr: 0.05, momentum: 0.9, nesterov: true },
  { type: "SGD", lr: 0.05, momentum: 0.8, dampening: 0.3 },
  { type: "Adam", lr: 0.02, amsgrad: true },
  { type: "AdamW", lr: 0.02 },
  { type: "NAdam", lr: 0.02 },
  { type: "RMSprop", lr: 0.01, momentum: 0.5, centered: true },
  { type: "Adagrad", lr: 0.1, lr_decay: 0.1 },
  { type: "Adadelta", lr: 1 },
  { type: "LBFGS", lr: 0.5, max_iter: 4, history_size: 5 },
  { type: "LBFGS", lr: 1, max_iter: 3, line_search_fn: "strong_wolfe" },
];
const schedules = [
  undefined,
  { type: "ExponentialLR", gamma: 0.9 },
  { type: "ReduceLROnPlateau", patience: 1, factor: 0.5 },
  { type: "CosineAnnealingLR", T_max: 40, interval: "step" },
];

describe("a run that was interrupted ends with the same bytes", () => {
  test.each(optimizers)("$type $momentum $line_search_fn", (optimizer) => {
    schedules.forEach((schedule, at) => {
      const spec = { ...request, ...(optimizer.type === "LBFGS" ? {} : inBatches), optimizer, ...(schedule && { schedule }) };
      const whole = trained(spec);
      const stops = random.distinct(3, 58).sort((a, b) => a - b);
      const { run, history } = interrupted(spec, stops);
      const why = `schedule ${at}, stopped after ${stops.join()}`;
      expect(run.ending.kind, why).toBe("done");
      expect(Buffer.from(run.checkpoints.at(-1)?.weights ?? []).equals(Buffer.from(whole.checkpoints.at(-1)?.weights ?? [])), why).toBe(
        true,
      );
      expect(history, why).toEqual(whole.rows);
    });
  });
});

describe("a run that is cancelled in the middle of a step", () => {
  // Large enough that the engine asks between the nodes of a step.
  const layers = [{ type: "Linear", in_features: 2, out_features: 300 }, { type: "Tanh" }, { type: "Linear", out_features: 1 }];
  const spec = { ...request, network: { ...request.network, layers }, optimizer: { type: "Adam", lr: 0.02 }, log_every: 1 };
  const weightsOf = ({ checkpoints }: ReturnType<typeof trained>): Buffer => Buffer.from(checkpoints.at(-1)?.weights ?? []);
  const cancelledAfter = (questions: number) => {
    let asked = 0;
    return () => (++asked > questions ? ("cancel" as const) : ("go on" as const));
  };

  test("finishes one that is short, and keeps what it has come to", () => {
    for (const questions of [1, 7, 20, 33]) {
      const run = trained(spec, { wish: cancelledAfter(questions), now: () => 0 });
      const step = run.rows.length;
      expect(step).toBeGreaterThan(0);
      expect(run.ending).toEqual({ kind: "stopped", wish: "cancel", step });
      expect(run.checkpoints.at(-1)).toMatchObject({ step, final: true });
      expect(weightsOf(run).equals(weightsOf(trained({ ...spec, steps: step })))).toBe(true);
    }
  });

  test("breaks off one that is long, and keeps what it had before", () => {
    let now = 0;
    const { ending, checkpoints } = trained(spec, { wish: cancelledAfter(1), now: () => (now += 1000) });
    expect(ending).toEqual({ kind: "stopped", wish: "cancel", step: 0 });
    expect(checkpoints.at(-1)).toMatchObject({ step: 0, final: true });
  });
});

test("a run that pauses by itself keeps what it goes on from, before its first step, too", () => {
  const spec = { ...request, ...inBatches, optimizer: { type: "Adam", lr: 0.02 } };
  const whole = trained(spec);
  const begun = trained(spec, { pauseAt: 0 });
  expect([begun.ending, begun.rows]).toEqual([{ kind: "stopped", wish: "pause", step: 0 }, []]);
  const state = ({ checkpoints }: typeof begun) => {
    const [kept] = checkpoints.filter((each) => each.state !== null);
    return decodeCheckpoint(kept.weights, kept.state ?? new Uint8Array());
  };
  const first = trained(spec, { resumed: state(begun), pauseAt: 7 });
  expect(first.ending).toEqual({ kind: "stopped", wish: "pause", step: 7 });
  const rest = trained(spec, { resumed: state(first) });
  expect([...first.rows, ...rest.rows]).toEqual(whole.rows);
});
