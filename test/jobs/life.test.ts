import { describe, expect, test } from "vitest";
import { type JobStatus, jobStatuses } from "../../src/jobs/contract.ts";
import { everyStorage } from "./backends.ts";
import { allEvents, checkpointAt, claimed, eventTypes, newJob, refusal, running } from "./given.ts";

everyStorage("the life of a job", (given) => {
  describe("a job", () => {
    test("is kept as it was given", async () => {
      const asked = newJob({ tags: ["a", "b"], webhook: { url: "https://example.org/", secret: null }, steps: null });
      const job = await given.storage.jobs.create(asked);
      expect(job).toMatchObject({
        ...asked,
        status: "queued",
        attempt: 0,
        started_at: null,
        finished_at: null,
        progress: null,
        last_event: 1,
      });
      expect(Math.abs(job.created_at - Date.now())).toBeLessThan(60_000);
      expect(await given.storage.jobs.get(asked.id)).toEqual(job);
      expect(await allEvents(given.storage.jobs, asked.id)).toEqual([
        { id: 1, type: "created", created_at: expect.any(Number), message: expect.stringMatching(/\w/), data: {} },
      ]);
    });

    test("goes from the queue through work to its end", async () => {
      const { id } = await given.storage.jobs.create(newJob());
      const claim = await claimed(given.storage.jobs, id);
      expect(claim).toMatchObject({ attempt: 1, checkpoint: null, job: { id, status: "running", attempt: 1 } });
      const progress = { step: 2, epoch: 1, loss: 0.5, steps_per_second: 10, samples_per_second: 320, remaining_seconds: 9.8 };
      const told = await given.storage.jobs.report(id, 1, {
        metrics: [
          { step: 1, epoch: 1, loss: 0.75 },
          { step: 2, epoch: 1, loss: "NaN", lr: 0.1 },
        ],
        progress,
        events: [{ type: "progress", message: "Two steps are done.", data: { step: 2 } }],
        checkpoint: checkpointAt(2),
      });
      expect(told).toEqual({ status: "running" });
      expect((await given.storage.jobs.get(id)).progress).toEqual(progress);
      await given.storage.jobs.finish(
        id,
        1,
        { status: "succeeded", message: "It is done.", result: { loss: 0.25 } },
        { metrics: [{ step: 3, epoch: 1, loss: 0.25 }], checkpoint: checkpointAt(3, { final: true, best: true }) },
      );
      const job = await given.storage.jobs.get(id);
      expect(job).toMatchObject({ status: "succeeded", result: { loss: 0.25 }, error: null, last_event: 4 });
      expect(job.finished_at).toBeGreaterThanOrEqual(job.started_at ?? Infinity);
      expect(await eventTypes(given.storage.jobs, id)).toEqual(["created", "started", "progress", "succeeded"]);
      expect((await given.storage.jobs.metrics(id, { after: 0, limit: 10 })).data).toEqual([
        { step: 1, epoch: 1, loss: 0.75 },
        { step: 2, epoch: 1, loss: "NaN", lr: 0.1 },
        { step: 3, epoch: 1, loss: 0.25 },
      ]);
      const checkpoints = await given.storage.jobs.checkpoints(id);
      expect(checkpoints.map(({ step, best, final }) => [step, best, final])).toEqual([
        [3, true, true],
        [2, false, false],
      ]);
      expect(checkpoints[1]).toEqual({ ...checkpointAt(2), created_at: expect.any(Number) });
    });

    test("may go on from another's checkpoint, with its best weights, and outlives it", async () => {
      const { jobs } = given.storage;
      const { id } = await running(jobs);
      await jobs.report(id, 1, { checkpoint: checkpointAt(2, { best: true, state: null }) });
      await jobs.finish(id, 1, { status: "cancelled", message: "It is over." }, { checkpoint: checkpointAt(5, { final: true }) });
      const next = await jobs.create(newJob(), undefined, { id, step: 5 });
      await jobs.delete(id);
      expect((await jobs.checkpoints(next.id)).map(({ step, best, final, state }) => [step, best, final, state !== null])).toEqual([
        [5, false, false, true],
        [2, true, false, false],
      ]);
      expect(await claimed(jobs, next.id)).toMatchObject({ attempt: 1, checkpoint: { step: 5 } });
      expect((await allEvents(jobs, next.id)).at(-1)?.message).toContain("after step 5");
      expect((await refusal(jobs.create(newJob(), undefined, { id, step: 5 }))).code).toBe("unknown_job");
    });

    test("may fail, and says why", async () => {
      const { id } = await running(given.storage.jobs);
      const error = { code: "diverged" as const, message: "The loss is NaN at step 7.", param: "loss" };
      await given.storage.jobs.finish(id, 1, { status: "failed", message: `${error.message}\0`, error });
      expect(await given.storage.jobs.get(id)).toMatchObject({ status: "failed", error });
      expect((await allEvents(given.storage.jobs, id)).at(-1)).toMatchObject({ type: "failed", message: error.message, data: { error } });
    });

    test("is cancelled at once while nobody works on it", async () => {
      const { id } = await given.storage.jobs.create(newJob());
      expect(await given.storage.jobs.cancel(id)).toMatchObject({ status: "cancelled", finished_at: expect.any(Number) });
      expect(await given.storage.jobs.cancel(id)).toMatchObject({ status: "cancelled" });
      expect(await given.storage.jobs.claim(id)).toBeNull();
      expect(await eventTypes(given.storage.jobs, id)).toEqual(["created", "cancelled"]);
    });

    test("is told to stop while somebody works on it", async () => {
      const { id } = await running(given.storage.jobs);
      expect(await given.storage.jobs.cancel(id)).toMatchObject({ status: "cancelling", finished_at: null });
      expect(await given.storage.jobs.cancel(id)).toMatchObject({ status: "cancelling" });
      expect(await given.storage.jobs.report(id, 1, {})).toEqual({ status: "cancelling" });
      await given.storage.jobs.finish(id, 1, { status: "cancelled", message: "It stopped at step 3." });
      expect(await given.storage.jobs.get(id)).toMatchObject({ status: "cancelled" });
      expect(await eventTypes(given.storage.jobs, id)).toEqual(["created", "started", "cancelling", "cancelled"]);
    });

    test("pauses and goes on where it was", async () => {
      const { id } = await running(given.storage.jobs);
      await given.storage.jobs.report(id, 1, {
        metrics: [1, 2, 3, 4, 5].map((step) => ({ step, epoch: 1, loss: step })),
        checkpoint: checkpointAt(3),
      });
      expect(await given.storage.jobs.pause(id)).toMatchObject({ status: "pausing" });
      await given.storage.jobs.finish(id, 1, { status: "paused", message: "It is paused." });
      expect(await given.storage.jobs.claim(id)).toBeNull();
      expect(await given.storage.jobs.resume(id)).toMatchObject({ status: "queued" });
      const { attempt, checkpoint } = await claimed(given.storage.jobs, id);
      expect([attempt, checkpoint?.step]).toEqual([2, 3]);
      const { data } = await given.storage.jobs.metrics(id, { after: 0, limit: 10 });
      expect(data.map(({ step }) => step)).toEqual([1, 2, 3]);
      expect(await eventTypes(given.storage.jobs, id)).toEqual(["created", "started", "pausing", "paused", "requeued", "resumed"]);
    });

    test("pauses by itself, as often as it is told, and goes on to its end when it is not", async () => {
      const { jobs } = given.storage;
      const { id } = await running(jobs, { pause_at: 3 });
      await jobs.finish(id, 1, { status: "paused", message: "It rests.", step: 3 }, { checkpoint: checkpointAt(3) });
      expect(await jobs.get(id)).toMatchObject({ status: "paused", pause_at: 3 });
      expect((await allEvents(jobs, id)).at(-1)).toMatchObject({ type: "paused", data: { step: 3 } });
      expect(await jobs.resume(id, 2)).toMatchObject({ status: "queued", pause_at: 5 });
      await claimed(jobs, id);
      // Somebody asks it to pause, and takes that back before it has: what it is told to do by itself is over with that.
      await jobs.pause(id);
      expect((await refusal(jobs.resume(id, 1))).code).toBe("job_conflict");
      expect(await jobs.resume(id)).toMatchObject({ status: "running", pause_at: null });
      await jobs.finish(id, 2, { status: "paused", message: "It rests.", step: 5 }, { checkpoint: checkpointAt(5) });
      expect(await jobs.get(id)).toMatchObject({ status: "queued" });
    });

    test("pauses in the queue, and waits there again", async () => {
      const { id } = await given.storage.jobs.create(newJob());
      expect(await given.storage.jobs.pause(id)).toMatchObject({ status: "paused" });
      expect(await given.storage.jobs.resume(id)).toMatchObject({ status: "queued" });
      expect(await claimed(given.storage.jobs, id)).toMatchObject({ attempt: 1 });
    });

    test("that is to pause and is resumed before it does goes on", async () => {
      const { id } = await running(given.storage.jobs);
      await given.storage.jobs.pause(id);
      expect(await given.storage.jobs.resume(id)).toMatchObject({ status: "running" });
      expect(await given.storage.jobs.report(id, 1, {})).toEqual({ status: "running" });
    });

    test.each<[asked: "cancel" | "pause" | "resume", outcome: "queued" | "paused", end: JobStatus]>([
      ["cancel", "queued", "cancelled"],
      ["cancel", "paused", "cancelled"],
      ["pause", "queued", "paused"],
      ["resume", "paused", "queued"],
    ])("that a client asks to %s while it is given back as %s is %s", async (asked, outcome, end) => {
      const { id } = await running(given.storage.jobs);
      if (asked === "resume") await given.storage.jobs.pause(id);
      await given.storage.jobs[asked](id);
      await given.storage.jobs.finish(id, 1, { status: outcome, message: "It is given back." });
      expect(await given.storage.jobs.get(id)).toMatchObject({ status: end });
      expect((await eventTypes(given.storage.jobs, id)).at(-1)).toBe(end === "queued" ? "requeued" : end);
    });

    test("goes back to the queue, as at the end of a segment", async () => {
      const { id } = await running(given.storage.jobs);
      await given.storage.jobs.finish(id, 1, { status: "queued", message: "Another goes on." }, { checkpoint: checkpointAt(50) });
      expect(await given.storage.jobs.get(id)).toMatchObject({ status: "queued", finished_at: null });
      expect(await claimed(given.storage.jobs, id)).toMatchObject({ attempt: 2, checkpoint: { step: 50 } });
    });

    test("that was lost while it was to stop is brought to its end by whoever takes it", async () => {
      const cancelling = await running(given.storage.jobs);
      await given.storage.jobs.cancel(cancelling.id);
      expect(await given.storage.jobs.claim(cancelling.id)).toBeNull();
      expect(await given.storage.jobs.get(cancelling.id)).toMatchObject({ status: "cancelled" });
      const pausing = await running(given.storage.jobs);
      await given.storage.jobs.pause(pausing.id);
      expect(await given.storage.jobs.claim(pausing.id)).toBeNull();
      expect(await given.storage.jobs.get(pausing.id)).toMatchObject({ status: "paused", finished_at: null });
    });

    test("fails after three attempts without a newer checkpoint", async () => {
      const { id } = await running(given.storage.jobs);
      await claimed(given.storage.jobs, id);
      await given.storage.jobs.report(id, 2, { checkpoint: checkpointAt(10) });
      for (const attempt of [3, 4, 5]) {
        expect(await claimed(given.storage.jobs, id)).toMatchObject({ attempt, checkpoint: { step: 10 } });
        await given.storage.jobs.report(id, attempt, { checkpoint: checkpointAt(11, { state: null }) });
      }
      expect(await given.storage.jobs.claim(id)).toBeNull();
      expect(await given.storage.jobs.get(id)).toMatchObject({ status: "failed", error: { code: "worker_lost", param: null }, attempt: 5 });
    });

    test("that is over can be forgotten, and only then", async () => {
      const { id } = await running(given.storage.jobs, { tags: ["gone"] });
      expect(await refusal(given.storage.jobs.delete(id))).toMatchObject({ code: "job_conflict" });
      await given.storage.jobs.report(id, 1, { metrics: [{ step: 1, epoch: 1, loss: 1 }], checkpoint: checkpointAt(1) });
      await given.storage.jobs.finish(id, 1, { status: "succeeded", message: "Done." });
      await given.storage.jobs.delete(id);
      expect(await refusal(given.storage.jobs.get(id))).toMatchObject({ code: "unknown_job" });
      expect((await given.storage.jobs.list({ scope: null, tag: "gone", limit: 1 })).data).toEqual([]);
    });

    test.each(["events", "metrics"] as const)("that does not exist has no %s", async (what) => {
      expect(await refusal(given.storage.jobs[what]("nobody", { after: 0, limit: 1 }))).toMatchObject({ code: "unknown_job" });
    });

    test.each(["get", "cancel", "pause", "resume", "delete", "checkpoints", "claim"] as const)(
      "that does not exist cannot be asked to %s",
      async (what) => {
        expect(await refusal(given.storage.jobs[what]("nobody"))).toMatchObject({ code: "unknown_job" });
      },
    );
  });

  /** Puts a new job into a status. */
  async function jobThatIs(status: JobStatus): Promise<string> {
    const { id } = await given.storage.jobs.create(newJob());
    if (status === "queued") return id;
    await claimed(given.storage.jobs, id);
    if (status === "pausing" || status === "paused") await given.storage.jobs.pause(id);
    if (status === "cancelling") await given.storage.jobs.cancel(id);
    else if (status !== "running" && status !== "pausing") await given.storage.jobs.finish(id, 1, { status, message: status });
    return id;
  }

  const allowed: Readonly<Record<"cancel" | "pause" | "resume", readonly JobStatus[]>> = {
    cancel: ["queued", "running", "pausing", "paused", "cancelling", "cancelled"],
    pause: ["queued", "running", "pausing", "paused"],
    resume: ["pausing", "paused"],
  };

  test.each(jobStatuses)("a job that is %s takes what its status allows, and refuses the rest without a trace", async (status) => {
    for (const command of ["cancel", "pause", "resume"] as const) {
      const id = await jobThatIs(status);
      const before = await given.storage.jobs.get(id);
      expect(before.status).toBe(status);
      if (allowed[command].includes(status)) await given.storage.jobs[command](id);
      else {
        expect(await refusal(given.storage.jobs[command](id))).toMatchObject({
          code: "job_conflict",
          detail: expect.stringContaining(status),
        });
        expect(await given.storage.jobs.get(id)).toEqual(before);
      }
    }
  });
});
