import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PostgresServer, postgresPrograms } from "../../support/postgres.ts";
import { command, isOver, type JobRecord, postJob, reaches, recordOf, submit } from "./client.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { lesson } from "./lessons.ts";
import { besiege } from "./siege.ts";
import { differences, faultsOf } from "./soundness.ts";

/** Processes that answer, others that train, and the database between them: each of them may end or stop. */
describe.skipIf(postgresPrograms === null)("a cluster", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start({ durable: true });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("ends every job once, with the weights of an undisturbed run, while its workers are killed and the database restarts", async () => {
    const seed = Date.now() % 2 ** 31;
    const { records, faults, kills, interruptions } = await besiege(server, { seed, jobs: 18, seconds: 5, interruptions: 2, workers: 2 });
    expect(faults, `seed ${seed}`).toEqual([]);
    expect(new Set(records.map(({ job }) => job.status))).toEqual(new Set(["succeeded"]));
    expect(Math.min(kills, interruptions), `seed ${seed}`).toBeGreaterThan(1);
  }, 300_000);

  describe("of two processes that answer and one that trains", () => {
    const request = lesson(1, 6_000, { checkpoint: { every_steps: 500 } });
    let cluster: Cluster;
    let here: string;
    let there: string;
    let plain: JobRecord;

    beforeAll(async () => {
      cluster = await startCluster(server, { apis: 2, workers: 1, trainers: 1 });
      [here, there] = cluster.apis.map(({ origin }) => origin);
      plain = await ended(here, await submit(there, request));
    }, 60_000);
    afterAll(() => cluster[Symbol.asyncDispose]());

    const ended = async (origin: string, id: string): Promise<JobRecord> => {
      await reaches(origin, id, isOver, 60_000);
      return recordOf(origin, id);
    };
    const isUnderWay = ({ step }: { readonly step: number }): boolean => step > 100;
    const expectUndisturbed = (record: JobRecord): void => expect([...faultsOf(record), ...differences(record, plain)]).toEqual([]);

    test("a job that was posted to the one is cancelled through the other in less than two seconds", async () => {
      const id = await submit(here, lesson(1, 1_000_000));
      await reaches(here, id, isUnderWay);
      const before = performance.now();
      await command(there, `/v1/jobs/${id}/cancel`);
      const { step } = await reaches(here, id, ({ status }) => status === "cancelled");
      expect(performance.now() - before).toBeLessThan(2_000);
      expect(step).toBeLessThan(1_000_000);
      expect(faultsOf(await recordOf(there, id))).toEqual([]);
    });

    test("a job pauses through the other in less than two seconds, goes on, and ends with the same weights", async () => {
      const id = await submit(here, request);
      await reaches(here, id, isUnderWay);
      const before = performance.now();
      await command(there, `/v1/jobs/${id}/pause`);
      const { step } = await reaches(here, id, ({ status }) => status === "paused");
      expect(performance.now() - before).toBeLessThan(2_000);
      expect(step).toBeLessThan(6_000);
      await command(there, `/v1/jobs/${id}/resume`);
      expectUndisturbed(await ended(here, id));
    });

    test("while the database is away the answer is 503, training goes on, and nothing is lost", async () => {
      const id = await submit(here, request);
      await reaches(here, id, isUnderWay);
      await server.suspend();
      try {
        for (const answer of [await postJob(here, request), await fetch(`${there}/v1/jobs/${id}`)]) {
          expect(answer.status).toBe(503);
          expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
          expect(await answer.json()).toMatchObject({ code: "storage_unavailable" });
        }
        expect(await (await fetch(`${there}/readyz`)).json()).toMatchObject({ storage: "unavailable" });
        expect((await fetch(`${here}/v1/operators`)).status).toBe(200);
        await sleep(1_000);
      } finally {
        await server.resume();
      }
      await reaches(there, id, isOver, 60_000);
      const record = await recordOf(there, id);
      expectUndisturbed(record);
      expect(record.events.filter(({ type }) => type === "resumed")).toEqual([]);
    });

    test("a worker that is asked to stop hands its job over, and the next one takes it at once", async () => {
      const id = await submit(here, request);
      await reaches(there, id, isUnderWay);
      const [first] = cluster.workers.splice(0);
      const [code] = await Promise.all([first.stop(), cluster.addWorker()]);
      expect(code).toBe(0);
      const record = await ended(there, id);
      expectUndisturbed(record);
      const [requeued, resumed] = record.events.slice(record.events.findIndex(({ type }) => type === "requeued"));
      expect(requeued.message).toMatch(/^Handed over after \d+ steps/);
      expect(resumed.type).toBe("resumed");
      // One that is lost is missed after ten seconds.
      expect(resumed.created_at - requeued.created_at).toBeLessThan(8);
    });
  });
});
