import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportOn, finishJob } from "../../src/jobs/attempts.ts";
import { LostJob } from "../../src/jobs/contract.ts";
import { Database } from "../../src/jobs/database.ts";
import { breaksReference, isPassing, storageFault } from "../../src/jobs/faults.ts";
import { createJobStore } from "../../src/jobs/job-store.ts";
import { LocalDispatcher } from "../../src/jobs/local-dispatch.ts";
import type { Parts } from "../../src/jobs/parts.ts";
import { type Connection, migrate } from "../../src/jobs/schema.ts";
import { openSqlite } from "../../src/jobs/sqlite.ts";
import { WatchList } from "../../src/jobs/watch-list.ts";
import { Problem } from "../../src/problems/problems.ts";
import { temporaryFolder } from "./backends.ts";
import { eventTypes, refusal, running } from "./given.ts";

const coded = (code: string) => Object.assign(new Error("…"), { code });
const sqlite = (errcode: number) => Object.assign(coded("ERR_SQLITE_ERROR"), { errcode });

test.each<[what: string, error: unknown, code: string | null]>([
  ["a full disk", coded("ENOSPC"), "storage_full"],
  ["a full quota", coded("EDQUOT"), "storage_full"],
  ["a full disk of the server", coded("53100"), "storage_full"],
  ["a full database", sqlite(13), "storage_full"],
  ["a server that is not there", coded("ECONNREFUSED"), "storage_unavailable"],
  ["a server that is not there at any address", Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }), "storage_unavailable"],
  ["a server that stops", coded("57P01"), "storage_unavailable"],
  ["a server that starts", coded("57P03"), "storage_unavailable"],
  ["a server with too many connections", coded("53300"), "storage_unavailable"],
  ["a deadlock", coded("40P01"), "storage_unavailable"],
  ["a connection that breaks", new Error("Connection terminated unexpectedly"), "storage_unavailable"],
  ["a transaction that broke for such a reason", new Error("…", { cause: coded("08006") }), "storage_unavailable"],
  ["a lock that is held for too long", sqlite(5 | (2 << 8)), "storage_unavailable"],
  ["a disk that fails", sqlite(10 | (4 << 8)), "storage_unavailable"],
  ["a statement that is wrong", coded("42601"), null],
  ["a reference that is broken", sqlite(787), null],
  ["a file that is not there", coded("ENOENT"), null],
  ["an error of our own", new TypeError("x is not a function"), null],
  ["nothing", undefined, null],
])("clients are told of %s", (_, error, code) => {
  const fault = storageFault(error);
  expect(fault?.code ?? null).toBe(code);
  if (fault !== null) expect([fault.status, fault.retryAfter, fault.cause, isPassing(fault)]).toEqual([503, 5, expect.anything(), true]);
  expect(isPassing(error)).toBe(false);
});

test("broken references are known on both databases", () => {
  expect([sqlite(787), coded("23503"), sqlite(2067), coded("23505"), null].map(breaksReference)).toEqual([true, true, false, false, false]);
});

/** A database that, when it is told to, does what is asked and loses the answer, or does nothing and fails. */
class FrailDatabase extends Database {
  loses: ("answer" | "request")[] = [];

  override transaction<T>(work: (tx: Connection) => Promise<T>): Promise<T> {
    return this.#losing(() => super.transaction(work));
  }

  override urgent<T>(work: (tx: Connection) => Promise<T>): Promise<T> {
    return this.#losing(() => super.urgent(work));
  }

  async #losing<T>(ask: () => Promise<T>): Promise<T> {
    const loss = this.loses.shift();
    const answer = loss === "request" ? null : await ask();
    if (loss !== undefined) throw new Problem("storage_unavailable", "Lost.", [], 1);
    return answer as T;
  }
}

describe("a write whose answer is lost", () => {
  const folder = temporaryFolder();
  let database: FrailDatabase;
  let parts: Parts;

  beforeAll(async () => {
    database = new FrailDatabase(openSqlite(join(folder, "jobs.sqlite")));
    await database.query((db) => migrate(db, false));
    const dispatcher = new LocalDispatcher({ database, release: async () => {}, onError: () => {} });
    const caps = { queued: 10, queuedPerClient: 10, limitsOf: () => ({}), attempts: 3, historyRows: 20_000 };
    parts = { database, dispatcher, watchers: new WatchList(), caps, discard: async () => {}, patienceMs: 5_000 };
  });
  afterAll(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const progress = { events: [{ type: "progress", message: "…", data: {} }] };

  test.each([[["answer"]], [["request"]], [["request", "answer"]], [["answer", "request"]], [["request", "request"]]] as const)(
    "is written once: %j",
    async (losses) => {
      const jobs = createJobStore(parts);
      const { id } = await running(jobs);
      database.loses = [...losses];
      expect(await reportOn(parts, { id, attempt: 1 }, progress)).toEqual({ status: "running" });
      expect(await reportOn(parts, { id, attempt: 1 }, progress)).toEqual({ status: "running" });
      database.loses = [...losses];
      await finishJob(parts, { id, attempt: 1 }, { status: "succeeded", message: "Done." }, progress);
      database.loses = [];
      expect(await eventTypes(jobs, id)).toEqual(["created", "started", "progress", "progress", "progress", "succeeded"]);
    },
  );

  test("is given up after a while, and by those who have lost the job at once", async () => {
    const jobs = createJobStore(parts);
    const { id } = await running(jobs);
    database.loses = Array.from({ length: 100 }, () => "request" as const);
    expect(await refusal(reportOn({ ...parts, patienceMs: 600 }, { id, attempt: 1 }, progress))).toMatchObject({
      code: "storage_unavailable",
    });
    expect(database.loses.length).toBeLessThan(99);
    database.loses = [];
    await expect(reportOn(parts, { id, attempt: 2 }, progress)).rejects.toThrow(LostJob);
  });
});

test("more than so much is not asked of a database at once; what ends jobs is", async () => {
  const folder = temporaryFolder();
  const database = new Database(openSqlite(join(folder, "jobs.sqlite")));
  const end = Promise.withResolvers<void>();
  const asked = Array.from({ length: 5_000 }, () => database.query(() => end.promise));
  expect(database.underWay).toBe(5_000);
  expect(await refusal(database.query(async () => {}))).toMatchObject({ code: "storage_unavailable", retryAfter: 1 });
  expect(await refusal(database.transaction(async () => {}))).toMatchObject({ code: "storage_unavailable" });
  await database.urgent(async () => {});
  end.resolve();
  await Promise.all(asked);
  expect(database.underWay).toBe(0);
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});
