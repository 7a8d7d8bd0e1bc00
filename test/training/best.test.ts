import { describe, expect, test } from "vitest";
import { decodeCheckpoint, decodeWeights } from "../../src/training/weights.ts";
import { resultOf, trained } from "./training.ts";

/** A root that is no number on the validation data until p has come down. */
const root = (more: object = {}) => ({
  expression: "pred = sqrt(p*x+1); loss = mean((pred - t)^2)",
  loss: "loss",
  parameters: { p: 0.7 },
  data: { x: [0, 1, 2, 3], t: [1, 1, 1, 1] },
  validation: { data: { x: [-2, -1.5], t: [1, 1] } },
  optimizer: { type: "SGD", lr: 0.05 },
  epochs: 40,
  ...more,
});
const best = (run: ReturnType<typeof trained>) => resultOf(run).best as { step: number; metrics: { val_loss: number } };

describe("a number is better than NaN", () => {
  test.each([1, 3, 100])("for the best epoch and for stopping, with a patience of %i", (patience) => {
    const run = trained(root({ early_stopping: { patience }, log_every: 1 }));
    const judged = run.rows.map(({ val_loss }) => val_loss);
    expect(judged.slice(0, 2)).toEqual(["NaN", "NaN"]);
    expect(resultOf(run)).toMatchObject({ stopped: "completed", steps: 40 });
    expect(best(run).metrics.val_loss).toBe(Math.min(...judged.filter((loss) => typeof loss === "number")));
  });

  test("and where there never is a number, there is no best, and the run goes on to its end", () => {
    const run = trained(root({ optimizer: { type: "SGD", lr: 0 }, early_stopping: { patience: 2 } }));
    expect(resultOf(run)).toMatchObject({ best: null, stopped: "completed", steps: 40, val_loss: "NaN" });
    expect(run.checkpoints.some((checkpoint) => checkpoint.best)).toBe(false);
  });

  test("an infinity is worse than any number, and is kept as what it is where the run is interrupted", () => {
    const job = {
      ...root({ expression: "loss = mean(-log(relu(p*x)))", data: { x: [1, 2] }, validation: { data: { x: [-1] } } }),
      parameters: { p: 1 },
      optimizer: { type: "SGD", lr: 0.1 },
      epochs: 4,
      early_stopping: { patience: 9 },
    };
    const whole = trained(job);
    expect(resultOf(whole).best).toMatchObject({ step: 1, metrics: { val_loss: "Infinity" } });
    let asked = 0;
    const [kept] = trained(job, { wish: () => (asked++ < 2 ? "go on" : "pause") }).checkpoints.filter(({ state }) => state !== null);
    const resumed = decodeCheckpoint(kept.weights, kept.state ?? new Uint8Array());
    expect(resultOf(trained(job, { resumed })).best).toEqual(resultOf(whole).best);
  });
});

describe("restore_best", () => {
  // Training goes past what is best for the validation.
  const job = {
    expression: "loss = mean((w*x-t)^2)",
    parameters: { w: 0 },
    data: { x: [1, 1], t: [2, 2] },
    validation: { data: { x: [1], t: [1] } },
    optimizer: { type: "SGD", lr: 0.1 },
    epochs: 20,
    restore_best: true,
  };
  const final = ({ checkpoints }: ReturnType<typeof trained>) => checkpoints.filter((checkpoint) => checkpoint.final);

  test("ends with the best weights, and says so", () => {
    const run = trained(job);
    const {
      best: found,
      val_loss,
      weights,
    } = resultOf(run) as { best: { step: number; metrics: { val_loss: number } }; val_loss: number; weights: string };
    expect(weights).toBe("best");
    expect(found.step).toBeLessThan(20);
    expect(val_loss).toBe(found.metrics.val_loss);
    expect(final(run)).toMatchObject([{ step: found.step, best: true, metrics: { val_loss } }]);
    expect(decodeWeights(final(run)[0].weights).weights.get("w")?.data[0]).toBeCloseTo(1, 1);
    // From the last step the run may be continued.
    expect(run.checkpoints.filter(({ step }) => step === 20)).toMatchObject([{ final: false, best: false }]);
  });

  test("is the same after an interruption beyond the best epoch", () => {
    let asked = 0;
    const first = trained(job, { wish: () => (asked++ < 15 ? "go on" : "hand over") });
    const kept = first.checkpoints.findLast(({ state }) => state !== null);
    const resumed = decodeCheckpoint(kept?.weights ?? new Uint8Array(), kept?.state ?? new Uint8Array());
    expect(resumed.loop.step).toBe(15);
    expect(Buffer.from(final(trained(job, { resumed }))[0].weights)).toEqual(Buffer.from(final(trained(job))[0].weights));
  });

  test("with early stopping the weights are those from before the patience", () => {
    const run = trained({ ...job, early_stopping: { patience: 3 } });
    const { best: found, steps } = resultOf(run) as { best: { step: number }; steps: number };
    expect(steps).toBe(found.step + 3);
    expect(final(run)).toMatchObject([{ step: found.step }]);
  });

  test("without it, or where the last epoch is the best, the last weights are those", () => {
    expect(resultOf(trained({ ...job, restore_best: undefined }))).toMatchObject({ weights: "last" });
    const run = trained({ ...job, validation: { data: { x: [1], t: [2] } } });
    expect(resultOf(run)).toMatchObject({ weights: "last", best: { step: 20 } });
    expect(final(run)).toMatchObject([{ step: 20, best: true }]);
  });

  test("a run that is cancelled ends with what it has come to", () => {
    let asked = 0;
    const run = trained(job, { wish: () => (asked++ < 15 ? "go on" : "cancel"), now: () => 0 });
    expect(final(run)).toMatchObject([{ step: 15 }]);
  });
});

test("a loss has one meaning in each place", () => {
  const run = trained({
    expression: "loss = mean((w*x-t)^2)",
    parameters: { w: 0 },
    data: { x: [1, 2, 3], t: [2, 4, 6] },
    optimizer: { type: "SGD", lr: 0.05 },
    epochs: 2,
    batch_size: 2,
    log_every: 1,
  });
  const { loss } = resultOf(run);
  expect(run.checkpoints.at(-1)).toMatchObject({ final: true, metrics: { loss } });
  expect(run.rows.map(({ epoch_loss }) => epoch_loss !== undefined)).toEqual([false, true, false, true]);
  let asked = 0;
  const paused = trained(
    {
      expression: "loss = mean((w*x-t)^2)",
      parameters: { w: 0 },
      data: { x: [1, 2, 3], t: [2, 4, 6] },
      optimizer: { type: "SGD", lr: 0.05 },
      epochs: 2,
      batch_size: 2,
    },
    { wish: () => (asked++ < 2 ? "go on" : "pause") },
  );
  expect(paused.checkpoints[0].metrics).toEqual({ epoch_loss: run.rows[1].epoch_loss });
});
