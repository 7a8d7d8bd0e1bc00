import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { decodeAssignment } from "../../src/training/assignment.ts";
import { Setup } from "../../src/training/setup.ts";
import { planContinuation } from "../../src/training/tasks/continue.ts";
import { decodeCheckpoint } from "../../src/training/weights.ts";
import { faultOf } from "../support/problems.ts";
import { performed, sharedWithin } from "../support/tasks.ts";
import { lesson } from "../jobs/lesson.ts";
import { resultOf, submissionOf, trained, trainedAs } from "./training.ts";

const folder = mkdtempSync(join(tmpdir(), "adjoint-continue-"));
afterAll(() => rmSync(folder, { recursive: true }));
const shared = sharedWithin({}, 0);
const plan = performed(planContinuation, shared);

const last = ({ checkpoints }: ReturnType<typeof trained>) => checkpoints.findLast(({ state }) => state !== null) ?? checkpoints[0];

/** What comes of a job that goes on where a run of another has ended. */
function continued(request: object, run: ReturnType<typeof trained>, more: object) {
  const assignment = join(folder, "assignment");
  writeFileSync(assignment, submissionOf(request));
  const { step, weights, state } = last(run);
  const { body } = plan(more, { assignment, datasets: {}, job_id: "job_1", step });
  const setup = new Setup(decodeAssignment(body as Uint8Array), { ...shared, datasets: () => null });
  return trainedAs(setup, { resumed: decodeCheckpoint(weights, state ?? new Uint8Array()) });
}

const final = ({ checkpoints }: ReturnType<typeof trained>) => Buffer.from(checkpoints.find((each) => each.final)?.weights ?? []);
const withoutTimes = ({ compute_seconds: _, ...result }: Readonly<Record<string, unknown>>) => result;
const inEpochs = (epochs: number, more: object = {}) =>
  lesson(1, { steps: undefined, epochs, log_every: 1, validation: { split: 0.2, shuffle: true }, metrics: ["mae"], ...more });

describe("ten epochs and ten more are twenty,", () => {
  test.each<[what: string, more: object]>([
    ["with Adam, dropout and batch normalisation", {}],
    ["with momentum and a schedule", { optimizer: { type: "SGD", lr: 0.05, momentum: 0.9 }, schedule: { type: "StepLR", step_size: 3 } }],
    ["with a schedule that watches", { schedule: { type: "ReduceLROnPlateau", patience: 1 } }],
    ["with all rows at once", { batch_size: null, shuffle: false, optimizer: { type: "LBFGS", lr: 0.5 } }],
    ["with early stopping that does not come", { early_stopping: { patience: 15 } }],
    ["with the best weights at the end", { restore_best: true }],
  ])("%s", (_what, more) => {
    const first = trained(inEpochs(10, more));
    const second = continued(inEpochs(10, more), first, { epochs: 10 });
    const whole = trained(inEpochs(20, more));
    expect(final(second)).toEqual(final(whole));
    expect(withoutTimes(resultOf(second))).toEqual(withoutTimes(resultOf(whole)));
    const begun = resultOf(first).steps as number;
    expect(second.rows).toEqual(whole.rows.filter(({ step }) => step > begun));
  });

  test("and in steps, from the middle of an epoch", () => {
    const first = trained(lesson(7));
    expect(final(continued(lesson(7), first, { steps: 6 }))).toEqual(final(trained(lesson(13))));
  });
});

describe("what a job goes on for", () => {
  test("is what is left, where it was cancelled", () => {
    let asked = 0;
    const first = trained(lesson(30), { wish: () => (asked++ < 11 ? "go on" : "cancel"), now: () => 0 });
    expect(first.ending).toMatchObject({ kind: "stopped", step: 11 });
    expect(final(continued(lesson(30), first, {}))).toEqual(final(trained(lesson(30))));
  });

  test("a step that was broken off is made again", () => {
    const layers = [{ type: "Linear", in_features: 1, out_features: 300 }, { type: "Tanh" }, { type: "Linear", out_features: 1 }];
    const large = lesson(20, {
      network: { layers, loss: { type: "MSELoss" } },
      schedule: { type: "ExponentialLR", gamma: 0.9, interval: "step" },
    });
    let asked = 0;
    let now = 0;
    const first = trained(large, { wish: () => (++asked > 41 ? "cancel" : "go on"), now: () => (now += 1000) });
    expect(first.ending).toMatchObject({ kind: "stopped", wish: "cancel" });
    expect(final(continued(large, first, {}))).toEqual(final(trained(large)));
  });

  test("is another chance for one that stopped for want of improvement", () => {
    const job = inEpochs(40, { optimizer: { type: "SGD", lr: 0 }, early_stopping: { patience: 2 } });
    const first = trained(job);
    const { epochs, stopped } = resultOf(first);
    expect(stopped).toBe("early_stopping");
    expect(resultOf(continued(job, first, {}))).toMatchObject({ stopped: "early_stopping", epochs: Number(epochs) + 2 });
  });

  test("may be at another rate, as if the rate had been changed between two steps", () => {
    const plain = { optimizer: { type: "SGD", lr: 0.05, momentum: 0.9 } };
    const first = trained(lesson(3, plain));
    const second = continued(lesson(3, plain), first, { steps: 4, optimizer: { lr: 0.01 } });
    expect(second.rows.map(({ lr }) => lr)).toEqual([0.01, 0.01, 0.01, 0.01]);
    const scheduled = { ...plain, schedule: { type: "LinearLR", start_factor: 1, end_factor: 0.2, total_iters: 1, interval: "step" } };
    const rates = trained(lesson(7, scheduled)).rows.map(({ lr }) => lr);
    expect(rates.slice(1).every((lr) => Math.abs(Number(lr) - 0.01) < 1e-12)).toBe(true);
    const refused = faultOf(() => continued(lesson(3, scheduled), trained(lesson(3, scheduled)), { steps: 1, optimizer: { lr: 0.1 } }));
    expect(refused).toMatchObject({ code: "invalid_training", pointer: "/optimizer/lr" });
  });

  test("is to be told of one that has made all its steps", () => {
    const first = trained(lesson(3));
    expect(faultOf(() => continued(lesson(3), first, {}))).toMatchObject({ code: "invalid_training", pointer: "" });
    expect(faultOf(() => continued(lesson(3), first, { epochs: 1, steps: 1 }))).toMatchObject({ code: "invalid_request" });
  });
});
