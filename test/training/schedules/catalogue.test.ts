import { describe, expect, test } from "vitest";
import { schedulerOf, ScheduleSource } from "../../../src/training/schedules/catalogue.ts";
import type { Scheduler } from "../../../src/training/schedules/define.ts";
import { validate } from "../../../src/request/validate.ts";
import args from "../../goldens/optimizer_arguments.json" with { type: "json" };
import { difference } from "../../support/close.ts";
import { problemOf } from "../../support/problems.ts";
import { vector } from "../optimizers/descent.ts";

const { initial_lr, metrics, schedules } = args;
const start = (schedule: object): Scheduler => schedulerOf(ScheduleSource.parse(schedule), initial_lr);
const cases = schedules.map((golden) => [JSON.stringify(golden.schedule), golden] as const);

/** The rates of as many advances as there are metrics. */
function ratesOf(scheduler: Scheduler, advances = metrics.length): number[] {
  return metrics.slice(0, advances).map((metric) => {
    const { lr } = scheduler;
    scheduler.advance(metric);
    return lr;
  });
}

describe("PyTorch's rates", () => {
  // Its recursions drift away from the closed forms by some roundings, and where the rate passes near zero by more than that of it.
  const tolerance = { relative: 1e-11, absolute: 1e-15 };
  test.each(cases)("%s", (_, { schedule, lr }) => {
    expect(vector(ratesOf(start(schedule), lr.length))).toBeNear(vector(lr), tolerance);
  });

  test.each(cases)("%s is not the schedule of another rate", (_, { schedule, lr }) => {
    const other = schedulerOf(ScheduleSource.parse(alteredOf(schedule)), initial_lr);
    expect(difference(vector(ratesOf(other, lr.length)), vector(lr), tolerance)).toMatch(/differ/);
  });

  test("each type was seen, and its defaults are PyTorch's", () => {
    const types = new Set(schedules.map(({ schedule }) => schedule.type));
    expect([...types].toSorted()).toEqual(ScheduleSource.options.map(({ shape }) => shape.type.value).toSorted());
    for (const { schedule } of schedules) {
      const own: Record<string, unknown> = ScheduleSource.parse(schedule);
      const theirs: Record<string, unknown> = args.defaults[schedule.type as keyof typeof args.defaults];
      for (const [name, value] of Object.entries(own)) {
        if (!(name in schedule) && name !== "interval") expect([schedule.type, name, value]).toEqual([schedule.type, name, theirs[name]]);
      }
    }
  });
});

/** The same schedule with one number changed. */
function alteredOf(schedule: Record<string, unknown>): object {
  const parsed: Record<string, unknown> = ScheduleSource.parse(schedule);
  const name = ["total_iters", "step_size", "gamma", "T_max", "T_0", "max_lr", "factor"].find((each) => typeof parsed[each] === "number");
  if (name !== undefined) return { ...parsed, [name]: (parsed[name] as number) * (Number.isInteger(parsed[name]) ? 2 : 0.99) };
  return { ...parsed, milestones: (parsed.milestones as number[]).map((milestone) => milestone + 1) };
}

describe("going on from a state", () => {
  test.each(cases)("%s", (_, { schedule }) => {
    const whole = ratesOf(start(schedule));
    for (const at of [0, 1, 7, 33]) {
      const before = start(schedule);
      metrics.slice(0, at).forEach((metric) => before.advance(metric));
      const after = start(schedule);
      after.restore(JSON.parse(JSON.stringify(before.state())));
      const rest = metrics.slice(at).map((metric) => {
        const { lr } = after;
        after.advance(metric);
        return lr;
      });
      expect(rest).toEqual(whole.slice(at));
    }
  });
});

test("without a schedule the rate stays", () => {
  const scheduler = schedulerOf(undefined, 0.3);
  expect(new Set(ratesOf(scheduler))).toEqual(new Set([0.3]));
});

test("a schedule advances with epochs unless steps are asked for", () => {
  expect(start({ type: "StepLR", step_size: 2 }).interval).toBe("epoch");
  expect(start({ type: "StepLR", step_size: 2, interval: "step" }).interval).toBe("step");
  expect(start({ type: "ReduceLROnPlateau", interval: "step" }).interval).toBe("step");
});

test("after its last step a single cycle stays where it is", () => {
  const rates = ratesOf(start({ type: "OneCycleLR", max_lr: 1, total_steps: 10, cycle_momentum: false }));
  expect(new Set(rates.slice(9)).size).toBe(1);
  expect(rates[8]).toBeGreaterThan(rates[9]);
});

test("a metric that is not a number is no improvement", () => {
  const scheduler = start({ type: "ReduceLROnPlateau", patience: 1, factor: 0.5 });
  for (let n = 0; n < 2; n++) scheduler.advance(Number.NaN);
  expect(scheduler.lr).toBe(initial_lr / 2);
});

describe("arguments that are refused", () => {
  const linear = { type: "LinearLR" };
  const refusals: readonly [object, string, RegExp, string?][] = [
    [{ type: "StepLR" }, "/step_size", /missing/],
    [{ type: "StepLR", step_size: 0 }, "/step_size", /at least 1/],
    [{ type: "StepLR", step_size: 3, gama: 0.5 }, "/gama", /no member/, "gamma"],
    [{ type: "StepLr", step_size: 3 }, "/type", /"StepLR"/, "StepLR"],
    [{ type: "ExponentialLR", gamma: -1 }, "/gamma", /at least 0/],
    [{ type: "LinearLR", start_factor: 0 }, "/start_factor", /above 0/],
    [{ type: "ConstantLR", factor: 1.5 }, "/factor", /at most 1/],
    [{ type: "ReduceLROnPlateau", factor: 1 }, "/factor", /below 1/],
    [{ type: "ReduceLROnPlateau", mode: "least" }, "/mode", /"min" or "max"/],
    [{ type: "CosineAnnealingWarmRestarts", T_0: 3, T_mult: 1.5 }, "/T_mult", /whole number/],
    [{ type: "OneCycleLR", max_lr: 1, total_steps: 9, cycle_momentum: true }, "/cycle_momentum", /Only false/],
    [{ type: "SequentialLR", schedulers: [linear, linear], milestones: [] }, "/milestones", /one milestone less/],
    [{ type: "SequentialLR", schedulers: [linear, linear, linear], milestones: [5, 3] }, "/milestones", /do not rise/],
    [{ type: "SequentialLR", schedulers: [{ type: "ReduceLROnPlateau" }], milestones: [] }, "/schedulers/0/type", /Expected/],
    [
      { type: "SequentialLR", schedulers: [{ ...linear, total_iter: 3 }], milestones: [] },
      "/schedulers/0/total_iter",
      /no member/,
      "total_iters",
    ],
    [{ type: "StepLR", step_size: 3, interval: "batch" }, "/interval", /"epoch" or "step"/],
  ];
  test.each(refusals)("%j", (source, pointer, detail, suggestion) => {
    const { code, errors } = problemOf(() => validate(ScheduleSource, source));
    expect(code).toBe("invalid_request");
    expect(errors[0]).toMatchObject({ pointer, detail: expect.stringMatching(detail), ...(suggestion !== undefined && { suggestion }) });
  });
});
