import { describe, expect, test } from "vitest";
import { LostJob } from "../../src/jobs/contract.ts";
import { everyStorage } from "./backends.ts";
import { allEvents, checkpointAt, claimed, eventTypes, running } from "./given.ts";

everyStorage(
  "what an attempt writes",
  (given) => {
    describe("an attempt that has lost its job", () => {
      test("writes nothing", async () => {
        const { id } = await running(given.storage.jobs);
        await claimed(given.storage.jobs, id);
        const before = [await given.storage.jobs.get(id), await allEvents(given.storage.jobs, id)];
        const report = {
          metrics: [{ step: 1, epoch: 1, loss: 1 }],
          progress: { step: 1, epoch: 1, loss: 1, steps_per_second: 1, samples_per_second: 1, remaining_seconds: null },
          events: [{ type: "progress", message: "No.", data: {} }],
          checkpoint: checkpointAt(1),
        };
        await expect(given.storage.jobs.report(id, 1, report)).rejects.toThrow(LostJob);
        await expect(given.storage.jobs.finish(id, 1, { status: "succeeded", message: "No." }, report)).rejects.toThrow(LostJob);
        expect([await given.storage.jobs.get(id), await allEvents(given.storage.jobs, id)]).toEqual(before);
        expect((await given.storage.jobs.metrics(id, { after: 0, limit: 1 })).data).toEqual([]);
        expect(await given.storage.jobs.checkpoints(id)).toEqual([]);
        expect(await given.storage.jobs.report(id, 2, report)).toEqual({ status: "running" });
      });

      test("is the current one too when the job is over, paused or in the queue", async () => {
        for (const status of ["succeeded", "failed", "cancelled", "paused", "queued"] as const) {
          const { id } = await running(given.storage.jobs);
          if (status === "paused") await given.storage.jobs.pause(id);
          await given.storage.jobs.finish(id, 1, { status, message: status });
          await expect(given.storage.jobs.report(id, 1, {})).rejects.toThrow(LostJob);
          await expect(given.storage.jobs.finish(id, 1, { status: "succeeded", message: "No." })).rejects.toThrow(LostJob);
          expect(await given.storage.jobs.get(id)).toMatchObject({ status });
        }
      });

      test("is all but one of those who finish at the same time", async () => {
        const { id } = await running(given.storage.jobs);
        const results = await Promise.allSettled(
          Array.from({ length: 10 }, () => given.storage.jobs.finish(id, 1, { status: "succeeded", message: "Done." })),
        );
        expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
        expect(await eventTypes(given.storage.jobs, id)).toEqual(["created", "started", "succeeded"]);
      });
    });

    test("events of reports at the same time are numbered without gaps or repeats", async () => {
      const { id } = await running(given.storage.jobs);
      await Promise.all(
        Array.from({ length: 50 }, (_, at) =>
          given.storage.jobs.report(id, 1, {
            events: Array.from({ length: 1 + (at % 3) }, (_, part) => ({ type: "progress", message: `${at}.${part}`, data: { at, part } })),
          }),
        ),
      );
      const events = (await allEvents(given.storage.jobs, id)).slice(2);
      expect(events.map((each) => each.id)).toEqual(events.map((_, at) => at + 3));
      expect(new Set(events.map(({ message }) => message)).size).toBe(99);
      // Those of one report follow one another.
      for (const [at, { data }] of events.entries()) if (data.part !== 0) expect(events[at - 1].data.at).toBe(data.at);
      expect((await given.storage.jobs.get(id)).last_event).toBe(101);
    });

    test("a row of metrics is the last that was reported for its step, in one report or several", async () => {
      const { id } = await running(given.storage.jobs);
      const row = (step: number, loss: number) => ({ step, epoch: 1, loss });
      await given.storage.jobs.report(id, 1, { metrics: [row(1, 1), row(2, 2), row(1, 3)] });
      await given.storage.jobs.report(id, 1, { metrics: [row(2, 4), row(3, 5)] });
      expect((await given.storage.jobs.metrics(id, { after: 0, limit: 9 })).data).toEqual([row(1, 3), row(2, 4), row(3, 5)]);
      const many = Array.from({ length: 12_000 }, (_, at) => row(at + 4, at));
      await given.storage.jobs.report(id, 1, { metrics: many });
      const page = await given.storage.jobs.metrics(id, { after: 11_000, limit: 1_000 });
      expect([page.data.length, page.data[0], page.has_more]).toEqual([1_000, row(11_001, 10_997), true]);
      expect(await given.storage.jobs.metrics(id, { after: 11_003, limit: 1_000 })).toMatchObject({ has_more: false });
    });

    describe("checkpoints", () => {
      const steps = async (id: string) => (await given.storage.jobs.checkpoints(id)).map(({ step }) => step);

      test("beyond those to keep go, but for the best, the last, and the one to go on from", async () => {
        const { id } = await running(given.storage.jobs);
        for (const step of [1, 2, 3, 4, 5]) {
          await given.storage.jobs.report(id, 1, {
            checkpoint: checkpointAt(step, { best: step === 2, state: step === 3 ? "3" : null }),
            keep: 2,
          });
        }
        expect(await steps(id)).toEqual([5, 4, 3, 2]);
        await given.storage.jobs.report(id, 1, { checkpoint: checkpointAt(6, { best: true }), keep: 2 });
        expect(await steps(id)).toEqual([6, 5, 4]);
        await given.storage.jobs.finish(
          id,
          1,
          { status: "succeeded", message: "Done." },
          { checkpoint: checkpointAt(7, { final: true }), keep: 0 },
        );
        expect(await steps(id)).toEqual([7, 6]);
      });

      test("of the same step take each other's place", async () => {
        const { id } = await running(given.storage.jobs);
        await given.storage.jobs.report(id, 1, { checkpoint: checkpointAt(1) });
        await given.storage.jobs.report(id, 1, { checkpoint: checkpointAt(1, { final: true, weights: "other" }) });
        expect(await given.storage.jobs.checkpoints(id)).toMatchObject([{ step: 1, final: true, weights: "other" }]);
      });
    });
  },
  { evenStandIns: true },
);
