import { existsSync, readFileSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { sql } from "kysely";
import { BlobCache } from "../../src/jobs/blob-cache.ts";
import { Database } from "../../src/jobs/database.ts";
import { createJobStore } from "../../src/jobs/job-store.ts";
import { LocalDispatcher } from "../../src/jobs/local-dispatch.ts";
import type { Parts } from "../../src/jobs/parts.ts";
import { Sweeper } from "../../src/jobs/retention.ts";
import { type Connection, migrate } from "../../src/jobs/schema.ts";
import { openSqlite } from "../../src/jobs/sqlite.ts";
import { complete } from "../../src/jobs/storage-settings.ts";
import { WatchList } from "../../src/jobs/watch-list.ts";
import { everyStorage, temporaryFolder } from "./backends.ts";
import { checkpointAt, claimed, digestOf, eventTypes, newJob, refusal, running } from "./given.ts";

const ageMs = 400;
const retention = { eventsMs: ageMs, keysMs: ageMs, blobsMs: ageMs };

everyStorage(
  "retention",
  (given) => {
    const kept = async (what: string): Promise<string> => {
      const digest = digestOf(what);
      await given.storage.blobs.put(digest, Buffer.from(what));
      return digest;
    };
    const sizes = (digests: readonly string[]) => Promise.all(digests.map((digest) => given.storage.blobs.size(digest)));

    test("blobs stay while something refers to them, and while they are young", async () => {
      const { jobs, datasets } = given.storage;
      const [submission, weights, state, data, alone, again] = await Promise.all(
        ["submission", "weights", "state", "data", "alone", "again"].map((what) => kept(`${what} of ours`)),
      );
      await datasets.add({ id: `sha256:${data}`, name: "data", created_at: 1, bytes: 1, description: {} }, "everyone", null);
      const { id } = await running(jobs, { submission, datasets: [`sha256:${data}`] });
      await jobs.report(id, 1, { checkpoint: checkpointAt(1, { weights, state }) });
      await sleep(ageMs + 50);
      const young = await kept("young");
      await kept("again of ours");
      expect(await given.storage.sweep()).toMatchObject({ blobs: 1 });
      expect(await sizes([alone])).toEqual([null]);
      expect(await sizes([submission, weights, state, data, again, young])).not.toContain(null);

      // A job takes its blobs with it, but for those of its datasets.
      await jobs.finish(id, 1, { status: "succeeded", message: "Done." });
      await jobs.delete(id);
      expect(await jobs.list({ scope: null, limit: 1, after: id })).toBeDefined();
      await sleep(ageMs + 50);
      await given.storage.sweep();
      expect(await sizes([submission, weights, state, again, young])).toEqual([null, null, null, null, null]);
      // Nor is its place in lists known any more.
      expect(await refusal(jobs.list({ scope: null, limit: 1, after: id }))).toMatchObject({ code: "unknown_job" });
      expect(await sizes([data])).not.toContain(null);
      await datasets.delete(`sha256:${data}`, null);
      await given.storage.sweep();
      expect(await sizes([data])).toEqual([null]);
    });

    test("blobs are never lost that are kept again while they are swept", async () => {
      const old = Array.from({ length: 60 }, (_, at) => `swept ${at}`);
      await Promise.all(old.map(kept));
      await sleep(ageMs + 50);
      const keeping = Promise.all(old.map(kept));
      const sweeping = given.storage.sweep();
      await Promise.all([keeping, sweeping]);
      // Whichever came first, keeping has the last word: they are young.
      expect(await sizes(old.map(digestOf))).not.toContain(null);
    });

    test("checkpoints that are not kept, and jobs that are deleted, take their blobs with them at once", async () => {
      const { jobs } = given.storage;
      const submission = await kept("a submission");
      const { id } = await running(jobs, { submission });
      const digests: string[] = [];
      for (const step of [1, 2, 3]) {
        const [weights, state] = [await kept(`weights of step ${step}`), await kept(`state of step ${step}`)];
        digests.push(weights, state);
        await jobs.report(id, 1, { checkpoint: checkpointAt(step, { weights, state }), keep: 1 });
      }
      const there = expect.any(Number);
      expect(await sizes(digests)).toEqual([null, null, null, null, there, there]);
      // One of the same step gives way, but for what it shares with the new one.
      const again = await kept("weights of step 3, again");
      await jobs.report(id, 1, { checkpoint: checkpointAt(3, { weights: again, state: digests[5] }), keep: 1 });
      expect(await sizes([again, ...digests.slice(4)])).toEqual([there, null, there]);
      await jobs.finish(id, 1, { status: "cancelled", message: "" });
      await jobs.delete(id);
      expect(await sizes([submission, again, digests[5]])).toEqual([null, null, null]);
    });

    test("what somebody may be about to use stays for a while", async () => {
      const { jobs, blobs } = given.storage;
      const [shared, referred, own] = [await kept("kept by two"), await kept("referred to by two"), await kept("by one")];
      // Another job has come to the very same bytes, and has not said so yet.
      await kept("kept by two");
      await running(jobs, { submission: referred });
      const { id } = await running(jobs);
      await jobs.report(id, 1, { checkpoint: checkpointAt(1, { weights: shared, state: referred }) });
      await jobs.report(id, 1, { checkpoint: checkpointAt(2, { weights: own }), keep: 1 });
      const reading = await blobs.localPath(own);
      await jobs.report(id, 1, { checkpoint: checkpointAt(3), keep: 1 });
      expect(await sizes([shared, referred])).not.toContain(null);
      expect(readFileSync(reading, "utf8")).toBe("by one");
    });

    test("events of jobs that are over go when they are old, and their numbers stay taken", async () => {
      const over = await running(given.storage.jobs);
      const stillRunning = await running(given.storage.jobs);
      await given.storage.jobs.finish(over.id, 1, { status: "succeeded", message: "Done." });
      await sleep(ageMs + 50);
      const recent = await running(given.storage.jobs);
      await given.storage.jobs.finish(recent.id, 1, { status: "succeeded", message: "Done." });
      const { events } = await given.storage.sweep();
      expect(events).toBeGreaterThanOrEqual(3);
      expect(await eventTypes(given.storage.jobs, over.id)).toEqual([]);
      expect(await given.storage.jobs.get(over.id)).toMatchObject({ last_event: 3, status: "succeeded" });
      expect(await eventTypes(given.storage.jobs, stillRunning.id)).toEqual(["created", "started"]);
      expect(await eventTypes(given.storage.jobs, recent.id)).toEqual(["created", "started", "succeeded"]);
    });

    test("keys of requests are forgotten when they are old", async () => {
      await given.storage.idempotency.begin("somebody", "old", "body");
      await given.storage.jobs.create(newJob(), { scope: "somebody", key: "old" });
      await sleep(ageMs + 50);
      await given.storage.idempotency.begin("somebody", "young", "body");
      expect((await given.storage.sweep()).keys).toBe(1);
      expect(await given.storage.idempotency.begin("somebody", "old", "body")).toEqual({ state: "taken" });
      expect(await given.storage.idempotency.begin("somebody", "young", "body")).toEqual({ state: "in_flight" });
    });

    test("happens by itself, again and again", async () => {
      const storage = await given.reopen({ retention: { ...retention, everyMs: 100 } });
      const digest = await kept("for a while");
      expect(await storage.blobs.size(digest)).not.toBeNull();
      await expect.poll(() => storage.blobs.size(digest), { timeout: 10_000 }).toBeNull();
      const { id } = await running(storage.jobs);
      expect(await claimed(storage.jobs, id)).toMatchObject({ attempt: 2 });
    });
  },
  { retention },
);

describe("what is removed bit by bit", () => {
  /** A database of ours, what it is asked, and a job that is over with so many rows. */
  async function withHistory(rows: number) {
    const folder = temporaryFolder();
    const kysely = openSqlite(join(folder, "jobs.sqlite"));
    const database = new CountedDatabase(kysely);
    await migrate(kysely, false);
    const dispatcher = new LocalDispatcher({ database, release: async () => {}, onError: () => {} });
    const discard = async (): Promise<void> => {};
    const parts: Parts = { ...complete({ dataDir: folder, onError: () => {} }), database, dispatcher, watchers: new WatchList(), discard };
    const jobs = createJobStore(parts);
    const { id } = await running(jobs);
    await jobs.finish(id, 1, { status: "succeeded", message: "It is done." });
    await sql`with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${sql.lit(rows)})
      insert into job_metrics (job_id, step, data) select ${id}, n, '{}' from numbers`.execute(kysely);
    return {
      jobs,
      id,
      database,
      kysely,
      [Symbol.asyncDispose]: async () => {
        await database.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  }

  class CountedDatabase extends Database {
    count = 0;

    override query<T>(ask: (db: Connection) => Promise<T>): Promise<T> {
      this.count++;
      return super.query(ask);
    }

    override urgent<T>(work: (tx: Connection) => Promise<T>): Promise<T> {
      this.count++;
      return super.urgent(work);
    }
  }

  test("a long history goes in slices, and others get in between", async () => {
    await using given = await withHistory(23_000);
    const { jobs, id, database } = given;
    database.count = 0;
    const gone = jobs.delete(id).then(() => true);
    let readings = 0;
    // Whoever asks gets an answer before the next slice.
    while (
      !(await Promise.race([
        gone,
        given.kysely
          .selectFrom("jobs")
          .select("id")
          .execute()
          .then(() => false),
      ]))
    )
      readings++;
    // One look at the job, five slices of its metrics, one of its events, and its row.
    expect(database.count).toBe(8);
    expect(readings).toBeGreaterThanOrEqual(7);
    expect(await given.kysely.selectFrom("job_metrics").select("step").execute()).toEqual([]);
    expect((await jobs.stats()).byStatus.succeeded).toBe(0);
  });

  test("a sweep looks at each job that is over once", async () => {
    await using given = await withHistory(1);
    const { database } = given;
    const sweeper = new Sweeper(database, { eventsMs: 0, keysMs: 0, blobsMs: 0, everyMs: 1 });
    await sleep(5);
    expect((await sweeper.sweep(async () => 0)).events).toBe(3);
    database.count = 0;
    expect((await sweeper.sweep(async () => 0)).events).toBe(0);
    // A look for jobs that have ended since, one for keys, one for places in lists, one for tickets, and one for data that nobody claims.
    expect(database.count).toBe(5);
  });

  test("lists by status and numbers of jobs come from indexes, in order", async () => {
    await using given = await withHistory(1);
    const plan = async (query: { compile(): { sql: string; parameters: readonly unknown[] } }): Promise<string> => {
      const { sql: text } = query.compile();
      const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(text.replaceAll("?", "'x'"))}`.execute(given.kysely);
      return rows.map(({ detail }) => detail).join("; ");
    };
    const { kysely } = given;
    const newest = kysely.selectFrom("jobs").selectAll().orderBy("created_at", "desc").orderBy("id", "desc").limit(21);
    const failed = newest.where("status", "=", "failed");
    expect(await plan(failed)).toBe("SEARCH jobs USING INDEX jobs_by_status_and_age (status=?)");
    expect(await plan(failed.where("client", "=", "somebody"))).toBe(
      "SEARCH jobs USING INDEX jobs_by_client_and_status (client=? AND status=?)",
    );
    expect(await plan(kysely.selectFrom("jobs").select("queued_at").where("status", "=", "queued").orderBy("queued_at").limit(1))).toBe(
      "SEARCH jobs USING COVERING INDEX jobs_by_wait (status=?)",
    );
  });
});

describe("the cache of blobs", () => {
  const folder = temporaryFolder();
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (bytes: number) => (draft: string) => writeFile(draft, Buffer.alloc(bytes));
  const digests = ["a", "b", "c"].map(digestOf);

  test("fetches a file once for all who ask", async () => {
    const cache = new BlobCache(folder, 1_000);
    let fetches = 0;
    const fetch = async (draft: string) => {
      fetches += 1;
      await sleep(20);
      await write(10)(draft);
    };
    const paths = await Promise.all(Array.from({ length: 5 }, () => cache.path(digests[0], fetch)));
    expect([fetches, new Set(paths).size, statSync(paths[0]).size]).toEqual([1, 1, 10]);
    expect(await cache.path(digests[0], fetch)).toBe(paths[0]);
    expect(fetches).toBe(1);
  });

  test("leaves nothing behind of a fetch that failed, and fetches again", async () => {
    const cache = new BlobCache(folder, 1_000);
    const half = async (draft: string) => {
      await write(5)(draft);
      throw new Error("The server is gone");
    };
    await expect(cache.path(digests[0], half)).rejects.toThrow("The server is gone");
    expect(readdirSync(folder, { recursive: true })).toEqual([digests[0].slice(0, 2)]);
    expect(statSync(await cache.path(digests[0], write(10))).size).toBe(10);
  });

  test("lets the least recently used go beyond its limit, but none that was used just now", async () => {
    const cache = new BlobCache(folder, 25);
    const [first, second] = [await cache.path(digests[0], write(10)), await cache.path(digests[1], write(10))];
    const longAgo = (path: string, seconds: number) => utimesSync(path, Date.now() / 1000 - seconds, Date.now() / 1000 - seconds);
    longAgo(first, 500);
    longAgo(second, 1_000);
    const draft = join(folder, "draft-of-somebody-gone");
    await mkdir(folder, { recursive: true });
    await writeFile(draft, "half a fi");
    longAgo(draft, 10_000);
    const third = await cache.path(digests[2], write(10));
    expect([first, second, third, draft].map((path) => existsSync(path))).toEqual([true, false, true, false]);
    const fourth = await cache.path(digests[1], write(20));
    expect([first, third, fourth].map((path) => existsSync(path))).toEqual([false, true, true]);
  });
});
