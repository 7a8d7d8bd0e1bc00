import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Storage } from "../../src/jobs/contract.ts";
import { type Given, everyStorage } from "./backends.ts";
import { checkpointAt, claimed, eventTypes, newJob, reached, refusal, until } from "./given.ts";

/** Works on a job as a runner does, for some milliseconds. */
async function train(storage: Storage, id: string, ms = 5): Promise<void> {
  const claim = await storage.jobs.claim(id);
  if (claim === null) return;
  await sleep(ms);
  await storage.jobs.finish(id, claim.attempt, { status: "succeeded", message: "Done." });
}

const post = async ({ storage }: Given, count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let at = 0; at < count; at++) ids.push((await storage.jobs.create(newJob())).id);
  return ids;
};

everyStorage("dispatch", (given) => {
  /** Has jobs worked on while `body` runs. */
  async function working<T>(
    work: (id: string, signal: AbortSignal) => Promise<void>,
    concurrency: number,
    body: () => Promise<T>,
  ): Promise<T> {
    const storage = await given.reopen({ segmentSeconds: 3_600 });
    const dispatching = await storage.dispatch(work, concurrency);
    expect(dispatching.segmentSeconds).toBe(3_600);
    try {
      return await body();
    } finally {
      await dispatching.stop();
    }
  }

  test("is of one client after another: many jobs of one take no more turns than one of another", async () => {
    const { jobs } = given.storage;
    const many: string[] = [];
    for (let at = 0; at < 12; at++) many.push((await jobs.create(newJob({ client: "class" }))).id);
    const single = await jobs.create(newJob({ client: "curl" }));
    const pair = [await jobs.create(newJob({ client: "pair" })), await jobs.create(newJob({ client: "pair" }))].map(({ id }) => id);
    const begun: string[] = [];
    const work = async (id: string): Promise<void> => {
      begun.push(id);
      await train(given.storage, id);
    };
    await working(work, 1, () => until(() => begun.length >= 15, 60_000));
    expect(begun.toSorted()).toEqual([...many, single.id, ...pair].toSorted());
    expect(begun.slice(0, 3)).toContain(single.id);
    expect(begun.slice(0, 5)).toEqual(expect.arrayContaining(pair));
    expect(begun.filter((id) => many.includes(id))).toEqual(many);
  }, 90_000);

  test("has no more jobs of a client under way than it may have", async () => {
    const caps = { limitsOf: (client: string) => (client === "narrow" ? { running_jobs: 1 } : {}) };
    const storage = await given.reopen({ caps });
    const ids: string[] = [];
    for (const client of ["narrow", "narrow", "narrow", "wide", "wide"]) ids.push((await storage.jobs.create(newJob({ client }))).id);
    const underWay = new Map<string, number>();
    let most = 0;
    const dispatching = await storage.dispatch(async (id) => {
      const { client } = await storage.jobs.get(id);
      underWay.set(client, (underWay.get(client) ?? 0) + 1);
      most = Math.max(most, underWay.get("narrow") ?? 0);
      await train(storage, id, 30);
      underWay.set(client, (underWay.get(client) ?? 0) - 1);
    }, 3);
    await until(
      async () => (await Promise.all(ids.map((id) => storage.jobs.get(id)))).every(({ status }) => status === "succeeded"),
      60_000,
    );
    await dispatching.stop();
    expect(most).toBe(1);
  }, 90_000);

  test("brings every job to work once, few at a time, whether posted before or after", async () => {
    const before = await post(given, 5);
    const begun: string[] = [];
    let now = 0;
    let most = 0;
    const work = async (id: string) => {
      begun.push(id);
      most = Math.max(most, ++now);
      await train(given.storage, id, 20);
      now -= 1;
    };
    await working(work, 2, async () => {
      const ids = [...before, ...(await post(given, 15))];
      for (const id of ids) await reached(given.storage, id, "succeeded");
      expect(begun.toSorted()).toEqual(ids.toSorted());
      expect(most).toBe(2);
    });
  });

  test("takes those that had begun first, then the oldest", async () => {
    const ids = await post(given, 4);
    for (const id of ids.slice(2)) {
      await claimed(given.storage.jobs, id);
      await given.storage.jobs.finish(id, 1, { status: "queued", message: "Another goes on." });
    }
    const begun: string[] = [];
    const work = async (id: string) => {
      begun.push(id);
      await train(given.storage, id);
    };
    await working(work, 1, () => until(() => begun.length === 4));
    expect([begun.slice(0, 2).toSorted(), begun.slice(2)]).toEqual([ids.slice(2).toSorted(), ids.slice(0, 2)]);
  });

  test("takes a job again that is given back, segment by segment", async () => {
    let segments = 0;
    const work = async (id: string) => {
      const { attempt, checkpoint } = await claimed(given.storage.jobs, id);
      segments += 1;
      const step = (checkpoint?.step ?? 0) + 10;
      const status = step === 40 ? "succeeded" : "queued";
      await given.storage.jobs.finish(id, attempt, { status, message: `At step ${step}.` }, { checkpoint: checkpointAt(step) });
    };
    await working(work, 2, async () => {
      const [id] = await post(given, 1);
      await reached(given.storage, id, "succeeded");
      expect(segments).toBe(4);
      expect((await given.storage.jobs.checkpoints(id))[0].step).toBe(40);
    });
  });

  test("takes a job again whose worker failed, until it was tried too often", async () => {
    let trials = 0;
    const work = async (id: string) => {
      if ((await given.storage.jobs.claim(id)) === null) return;
      trials += 1;
      throw new Error("The thread is gone");
    };
    await working(work, 1, async () => {
      const [id] = await post(given, 1);
      expect(await reached(given.storage, id, "failed")).toMatchObject({ error: { code: "worker_lost" }, attempt: 3 });
      expect(trials).toBe(3);
    });
    const errors = given.place.errors.splice(0);
    expect(errors.length).toBeGreaterThanOrEqual(3);
    for (const error of errors) expect(String(error)).toMatch(/The thread is gone/);
  });

  test("leaves alone what was cancelled, paused or refused, and takes what is resumed once", async () => {
    const [cancelled, paused] = await post(given, 2);
    await given.storage.jobs.cancel(cancelled);
    await given.storage.jobs.pause(paused);
    for (let at = 0; at < 3; at++) {
      await given.storage.jobs.resume(paused);
      await given.storage.jobs.pause(paused);
    }
    const rolledBack = newJob({ datasets: ["sha256:none"] });
    await refusal(given.storage.jobs.create(rolledBack));
    const begun: string[] = [];
    const work = async (id: string) => {
      begun.push(id);
      await train(given.storage, id, 200);
    };
    await working(work, 4, async () => {
      const [last] = await post(given, 1);
      await reached(given.storage, last, "succeeded");
      expect(begun).toEqual([last]);
      await given.storage.jobs.resume(paused);
      await reached(given.storage, paused, "succeeded");
      expect(begun).toEqual([last, paused]);
    });
    expect(await eventTypes(given.storage.jobs, paused)).toHaveLength(1 + 1 + 3 * 2 + 1 + 2);
  });

  test("that is stopped waits for the work under way and begins no other", async () => {
    const ids = await post(given, 3);
    const begun: string[] = [];
    const work = async (id: string) => {
      begun.push(id);
      await train(given.storage, id, 300);
    };
    await working(work, 1, () => until(() => begun.length === 1));
    expect(begun).toHaveLength(1);
    expect(await given.storage.jobs.get(begun[0])).toMatchObject({ status: "succeeded" });
    for (const id of ids.filter((each) => each !== begun[0])) {
      expect(await given.storage.jobs.get(id)).toMatchObject({ status: "queued" });
      await given.storage.jobs.cancel(id);
    }
  });
});

everyStorage(
  "caps",
  (given) => {
    describe("on the jobs that wait", () => {
      test("hold for one client", async () => {
        const jobs = [newJob(), newJob(), newJob()];
        await given.storage.jobs.create(jobs[0]);
        await given.storage.jobs.create(jobs[1]);
        const refused = await refusal(given.storage.jobs.create(jobs[2]));
        expect(refused).toMatchObject({ code: "too_many_jobs", status: 429, retryAfter: expect.any(Number) });
        await claimed(given.storage.jobs, jobs[0].id);
        expect(await given.storage.jobs.create(jobs[2])).toMatchObject({ status: "queued" });
      });

      test("and for all together", async () => {
        const { queued } = (await given.storage.jobs.stats()).byStatus;
        for (let at = queued; at < 4; at++) await given.storage.jobs.create(newJob({ client: `client ${at}` }));
        const refused = await refusal(given.storage.jobs.create(newJob({ client: "another" })));
        expect(refused).toMatchObject({ code: "queue_full", status: 503, retryAfter: expect.any(Number) });
        expect((await given.storage.jobs.stats()).byStatus.queued).toBe(4);
      });
    });
  },
  { caps: { queued: 4, queuedPerClient: 2 } },
);
