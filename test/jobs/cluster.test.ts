import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Job, Storage } from "../../src/jobs/contract.ts";
import { Database } from "../../src/jobs/database.ts";
import { postgresAt } from "../../src/jobs/postgres.ts";
import { openStorage } from "../../src/jobs/storage.ts";
import { PostgresServer, postgresPrograms } from "../support/postgres.ts";
import { temporaryFolder } from "./backends.ts";
import { allEvents, checkpointAt, claimed, digestOf, eventTypes, newJob, reached, refusal, running, until } from "./given.ts";
import { runFixture } from "./processes.ts";

/** Several processes on one PostgreSQL, some of which end without a word, as the server does too. */

const cleaning: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleaning.splice(0).reverse()) await clean();
});

describe.skipIf(postgresPrograms === null)("a cluster", () => {
  let server: PostgresServer;
  let databaseUrl: string;
  let dataDir: string;

  beforeAll(async () => {
    server = await PostgresServer.start({ durable: true });
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(async () => {
    databaseUrl = await server.createDatabase();
    dataDir = temporaryFolder();
    cleaning.push(() => rmSync(dataDir, { recursive: true, force: true }));
  });

  async function open(patienceMs = 20_000): Promise<Storage> {
    const storage = await openStorage({ dataDir, databaseUrl, patienceMs, onError: () => {} });
    cleaning.push(() => storage[Symbol.asyncDispose]());
    return storage;
  }

  async function worker(concurrency: number) {
    const running = await runFixture("work", dataDir, databaseUrl, String(concurrency));
    cleaning.push(() => running.kill());
    return running;
  }

  /** Numbers without gaps or repeats, and one end, which is the last. */
  async function expectSound(storage: Storage, { id, last_event, status }: Job): Promise<void> {
    const events = await allEvents(storage.jobs, id);
    expect(events.map((each) => each.id)).toEqual(Array.from({ length: last_event }, (_, at) => at + 1));
    expect(events.filter(({ type }) => ["succeeded", "failed", "cancelled"].includes(type)).map(({ type }) => type)).toEqual([status]);
    expect(events.at(-1)?.type).toBe(status);
  }

  test("has its tables made once, though many processes start at once", async () => {
    const storages = await Promise.all(Array.from({ length: 4 }, () => open()));
    const { id } = await storages[0].jobs.create(newJob());
    for (const { jobs } of storages) expect(await jobs.get(id)).toMatchObject({ status: "queued" });
  });

  test("tells those who watch a job of what another process wrote", async () => {
    const [here, there] = [await open(), await open()];
    const { id } = await running(there.jobs);
    const told: number[] = [];
    cleaning.push(here.jobs.watch(id, () => told.push(performance.now())));
    await sleep(1_500);
    told.splice(0);
    const before = performance.now();
    await there.jobs.report(id, 1, { events: [{ type: "progress", message: "…", data: {} }] });
    await until(() => told.length > 0);
    // Polling alone would take half a second on average; a notification takes milliseconds.
    expect(told[0] - before).toBeLessThan(900);
  });

  test("keeps graphs for all its processes", async () => {
    const [here, there] = [await open(), await open()];
    const share = { graphs: 2, bytes: 6 };
    expect(await there.graphs?.use("ana", "sha256:a")).toBeNull();
    await here.graphs?.put("ana", "sha256:a", "{}", share);
    await here.graphs?.put("ana", "sha256:a", "{}", share);
    expect(await there.graphs?.use("ana", "sha256:a")).toEqual({ owner: "ana" });
    expect(await there.graphs?.read("ana", "sha256:a")).toBe("{}");
    expect(await there.graphs?.use("ben", "sha256:a")).toBeNull();
    expect(await there.graphs?.delete("ben", "sha256:a")).toBe(false);
    await here.graphs?.put("everyone", "sha256:b", "[]", share);
    expect(await there.graphs?.use("ben", "sha256:b")).toEqual({ owner: "everyone" });
  });

  test("forgets the graphs of an owner that were not used for longest, where they are more than its share", async () => {
    const { graphs } = await open();
    const kept = async (owner: string) =>
      (await Promise.all(["a", "b", "c", "d"].map(async (id) => ((await graphs?.read(owner, id)) === null ? "" : id)))).join("");
    for (const id of ["a", "b", "c"]) {
      await graphs?.put("cleo", id, "{}", { graphs: 9, bytes: 99 });
      await sleep(5);
    }
    await graphs?.put("cleo", "a", "{}", { graphs: 9, bytes: 99 });
    await graphs?.put("dan", "d", "{}", { graphs: 1, bytes: 99 });
    await sleep(5);
    await graphs?.put("cleo", "d", "{}", { graphs: 3, bytes: 99 });
    expect([await kept("cleo"), await kept("dan")]).toEqual(["acd", "d"]);
    await graphs?.put("cleo", "d", "{}", { graphs: 9, bytes: 4 });
    expect(await kept("cleo")).toBe("ad");
  });

  test("takes a job from a process that was killed, ten seconds later, where its checkpoint was", async () => {
    const storage = await open();
    const first = await worker(1);
    const { id } = await storage.jobs.create(newJob({ summary: { ms: 15_000 } }));
    await until(async () => ((await storage.jobs.checkpoints(id))[0]?.step ?? 0) > 3);
    await first.kill();
    const killed = performance.now();
    const second = await worker(1);
    await until(() => second.told.some(({ claimed }) => claimed === id));
    expect(performance.now() - killed).toBeLessThan(20_000);
    await storage.jobs.cancel(id);
    const job = await reached(storage, id, "cancelled");
    await expectSound(storage, job);
    const types = await eventTypes(storage.jobs, id);
    expect(types.filter((type) => type !== "progress")).toEqual(["created", "started", "requeued", "resumed", "cancelling", "cancelled"]);
    const { data } = await storage.jobs.metrics(id, { after: 0, limit: 10_000 });
    expect(data.map(({ step }) => step)).toEqual(data.map((_, at) => at + 1));
  }, 60_000);

  test("a process that is asked to end finishes its work first", async () => {
    const storage = await open();
    const first = await worker(1);
    const { id } = await storage.jobs.create(newJob({ summary: { ms: 400 } }));
    await reached(storage, id, "running");
    await first.stop();
    expect(await storage.jobs.get(id)).toMatchObject({ status: "succeeded" });
  });

  describe("while the server is away", () => {
    test("every call says so, and nothing that was kept is lost", async () => {
      const storage = await open(300);
      const { id } = await running(storage.jobs);
      await storage.jobs.report(id, 1, { checkpoint: checkpointAt(1) });
      await server.suspend();
      const calls = [
        storage.jobs.create(newJob()),
        storage.jobs.get(id),
        storage.jobs.list({ scope: null, limit: 1 }),
        storage.jobs.cancel(id),
        storage.jobs.claim(id),
        storage.jobs.report(id, 1, {}),
        storage.jobs.finish(id, 1, { status: "succeeded", message: "Done." }),
        storage.jobs.events(id, { after: 0, limit: 1 }),
        storage.jobs.stats(),
        storage.blobs.put(digestOf("x"), Buffer.from("x")),
        storage.blobs.read(digestOf("x")),
        storage.datasets.list({ scope: null, limit: 1 }),
        storage.idempotency.begin("a", "b", "c"),
        storage.graphs?.put("ana", "a", "b", { graphs: 1, bytes: 1 }) ?? Promise.resolve(),
      ];
      for (const call of calls.map((each) => refusal(each))) {
        expect(await call).toMatchObject({ code: "storage_unavailable", status: 503, retryAfter: expect.any(Number) });
      }
      expect(await storage.ready()).toBe("unavailable");
      await server.resume();
      expect(await storage.ready()).toBe("available");
      expect(await storage.jobs.report(id, 1, {})).toEqual({ status: "running" });
      expect(await storage.jobs.checkpoints(id)).toMatchObject([{ step: 1 }]);
    });

    test("an attempt waits with what it has to write, and writes it once", async () => {
      const storage = await open();
      const { id } = await running(storage.jobs);
      await server.suspend({ crash: true });
      const event = { type: "progress", message: "…", data: {} };
      const reports = [1, 2, 3].map((step) => storage.jobs.report(id, 1, { events: [event], metrics: [{ step, epoch: 1, loss: 1 }] }));
      await sleep(700);
      await server.resume();
      for (const report of reports) expect(await report).toEqual({ status: "running" });
      await storage.jobs.finish(id, 1, { status: "succeeded", message: "Done." });
      await expectSound(storage, await storage.jobs.get(id));
      expect(await eventTypes(storage.jobs, id)).toEqual(["created", "started", "progress", "progress", "progress", "succeeded"]);
    });

    test("a transaction that it was in the middle of fails, and nothing else", async () => {
      const { dialect } = postgresAt(databaseUrl, () => {});
      const database = new Database(new Kysely({ dialect }));
      cleaning.push(() => database.close());
      const broken = database.transaction(async (tx) => {
        await sql`select 1`.execute(tx);
        await server.suspend({ crash: true });
        await sql`select 1`.execute(tx);
      });
      expect(await refusal(broken)).toMatchObject({ code: "storage_unavailable" });
      await server.resume();
      await database.query((db) => sql`select 1`.execute(db));
    });

    test("those who watch are told of what happens once it is back", async () => {
      const storage = await open();
      const { id } = await running(storage.jobs);
      await server.suspend();
      let calls = 0;
      cleaning.push(storage.jobs.watch(id, () => (calls += 1)));
      await server.resume();
      const another = await open();
      await another.jobs.report(id, 1, { events: [{ type: "progress", message: "…", data: {} }] });
      await until(() => calls > 0);
    });

    test("no process starts", async () => {
      await server.suspend();
      await expect(open()).rejects.toThrow(/^Nothing listens at 127\.0\.0\.1:\d+: /);
      await server.resume();
    });
  });

  test("blobs lie in chunks, and are fetched once for those who want a file", async () => {
    const [here, there] = [await open(), await open()];
    const bytes = Buffer.alloc(10 * 2 ** 20, 7);
    const digest = digestOf(bytes);
    await Promise.all([here.blobs.put(digest, bytes), there.blobs.put(digest, bytes), here.blobs.put(digest, bytes)]);
    const paths = await Promise.all(Array.from({ length: 5 }, () => there.blobs.localPath(digest)));
    expect(new Set(paths).size).toBe(1);
    expect(paths[0].startsWith(join(dataDir, "cache", "blobs"))).toBe(true);
    expect(readdirSync(join(dataDir, "cache", "blobs"))).toEqual([digest.slice(0, 2)]);
    await expect(here.blobs.localPath(digestOf("nothing"))).rejects.toThrow(/What was kept as sha/);
  });

  test("a worker whose job another has taken is told by its signal", async () => {
    const storage = await open();
    const signals: AbortSignal[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const dispatching = await storage.dispatch(async (id, signal) => {
      await claimed(storage.jobs, id);
      signals.push(signal);
      await held;
    }, 1);
    const { id } = await storage.jobs.create(newJob());
    await until(() => signals.length === 1);
    expect(signals[0].aborted).toBe(false);
    // Somebody else ends it.
    await storage.jobs.finish(id, 1, { status: "cancelled", message: "It is over." });
    await until(() => signals[0].aborted);
    release();
    await dispatching.stop();
  });
});
