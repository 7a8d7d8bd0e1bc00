import { describe, expect, test } from "vitest";
import type { MetricsRow } from "../../src/jobs/contract.ts";
import { type Logging, loggingOf, stays } from "../../src/jobs/thinning.ts";
import { Random } from "../support/random.ts";
import { everyStorage } from "./backends.ts";
import { checkpointAt, claimed, newJob } from "./given.ts";

/** The steps that a job logs on its way to a step. */
function logged(last: number, { every, stepsPerEpoch }: Logging): number[] {
  const steps = new Set<number>();
  for (let step = 1; step <= last; step += every) steps.add(step);
  for (let step = stepsPerEpoch ?? last; step <= last; step += stepsPerEpoch ?? last) steps.add(step);
  return [...steps].toSorted((a, b) => a - b);
}

const left = (last: number, logging: Logging, most: number): number[] =>
  logged(last, logging).filter((step) => stays(step, last, logging, most));

describe("what stays of a history", () => {
  const random = new Random(11);
  const cases = Array.from({ length: 40 }, () => ({
    most: random.integer(100, 2_000),
    last: Math.floor(10 ** random.uniform(1, 5.3)),
    every: random.integer(1, 7),
    stepsPerEpoch: [null, random.integer(2, 40)][random.integer(0, 1)],
  }));

  test.each(cases)("is no more than $most rows of $last steps, one in $every, epochs of $stepsPerEpoch", ({ most, last, ...logging }) => {
    const all = logged(last, logging);
    const kept = left(last, logging, most);
    expect(kept.length).toBeLessThanOrEqual(most);
    if (all.length <= most) expect(kept).toEqual(all);
    // Both ends are whole, and what went once never comes back.
    const near = Math.floor(most / 100);
    expect(kept.slice(0, near)).toEqual(all.slice(0, near));
    expect(kept.slice(-near)).toEqual(all.slice(-near));
    const later = new Set(left(last + random.integer(1, last), logging, most));
    const gone = all.filter((step) => !kept.includes(step));
    expect(gone.filter((step) => later.has(step))).toEqual([]);
    // Something is left everywhere: a gap is at most a tenth of the way to the nearer end, for each of near rows.
    for (const [at, step] of kept.slice(1).entries()) {
      const gap = (step - kept[at]) / logging.every;
      const distance = Math.min(step, last - kept[at]) / logging.every;
      expect(gap).toBeLessThanOrEqual(Math.max(2, (10 * distance) / Math.max(1, Math.floor(most / 40)) + 10));
    }
  });

  test("is bounded for as many steps as there can be", () => {
    const last = 2 ** 31 - 1;
    for (const most of [100, 20_000]) {
      const logging = { every: 1, stepsPerEpoch: 7 };
      const candidates = new Set<number>();
      for (let unit = 1; unit < last; unit *= 10) {
        const reach = Math.min(last, (unit * 10 * most) / 20);
        for (const stride of [unit, unit * 7]) {
          const offset = stride === unit ? 1 : 7;
          const end = last - (last % stride);
          for (let away = 0; away <= reach; away += stride) for (const step of [offset + away, end + offset - away]) candidates.add(step);
        }
      }
      const kept = [...candidates].filter((step) => step > 0 && step <= last && stays(step, last, logging, most));
      expect(kept.length).toBeLessThanOrEqual(most);
      expect(kept.length).toBeGreaterThan(most / 5);
    }
  });

  test("follows what a job logs", () => {
    expect(loggingOf(newJob({ steps: 5_000, summary: { epochs: 12.5 } }))).toEqual({ every: 5, stepsPerEpoch: 400 });
    expect(loggingOf(newJob({ steps: 50, summary: { epochs: 50, log_every: 3 } }))).toEqual({ every: 3, stepsPerEpoch: null });
    expect(loggingOf(newJob({ steps: null, summary: {} }))).toEqual({ every: 1, stepsPerEpoch: null });
  });
});

everyStorage(
  "a long history",
  (given) => {
    const steps = 4_000;
    const most = 300;
    const logging = { every: 1, stepsPerEpoch: 20 };
    const rows = (from: number, to: number): MetricsRow[] =>
      Array.from({ length: to - from }, (_, at) => ({ step: from + at + 1, epoch: 1, loss: from + at }));

    /** Reports rows in pieces, in disorder within a span, and begins again from checkpoints now and then. */
    const history = async (seed: number): Promise<readonly MetricsRow[]> => {
      const { jobs } = given.storage;
      const random = new Random(seed);
      const { id } = await jobs.create(newJob({ steps, summary: { log_every: 1, epochs: steps / 20 } }));
      let { attempt } = await claimed(jobs, id);
      let largest = 0;
      for (let step = 0; step < steps;) {
        const next = Math.min(steps, step + random.integer(1, 400));
        const pieces = [rows(step, Math.floor((step + next) / 2)), rows(Math.floor((step + next) / 2), next)];
        for (const metrics of random.integer(0, 1) === 0 ? pieces : pieces.toReversed()) await jobs.report(id, attempt, { metrics });
        largest = Math.max(largest, (await jobs.metrics(id, { after: 0, limit: 10_000 })).data.length);
        step = next;
        if (random.integer(0, 3) > 0) continue;
        await jobs.report(id, attempt, { checkpoint: checkpointAt(step) });
        await jobs.report(id, attempt, { metrics: rows(step, Math.min(steps, step + 500)) });
        await jobs.finish(id, attempt, { status: "queued", message: "" });
        ({ attempt } = await claimed(jobs, id));
      }
      await jobs.finish(id, attempt, { status: "succeeded", message: "Done." });
      // Between two thinnings it may have grown by a slice and a report.
      expect(largest).toBeLessThan(most + 1_000);
      return (await jobs.metrics(id, { after: 0, limit: 10_000 })).data;
    };

    test("keeps the same rows however it was written and interrupted, and no more than may stay", async () => {
      const [one, other] = [await history(1), await history(2)];
      expect(one.length).toBeLessThanOrEqual(most);
      expect(one.map(({ step }) => step)).toEqual(left(steps, logging, most));
      expect(other).toEqual(one);
    });

    test("of events keeps the first and the last", async () => {
      const { jobs } = given.storage;
      const { id } = await jobs.create(newJob());
      await claimed(jobs, id);
      const event = { type: "progress", message: "…", data: {} };
      for (let round = 0; round < 12; round++) await jobs.report(id, 1, { events: Array.from({ length: 1_000 }, () => event) });
      const { data } = await jobs.events(id, { after: 0, limit: 20_000 });
      expect(data.length).toBeLessThanOrEqual(10_500);
      expect([data[0].id, data[999].id, data.at(-1)?.id, (await jobs.get(id)).last_event]).toEqual([1, 1_000, 12_002, 12_002]);
    });
  },
  { caps: { historyRows: 300 } },
);
