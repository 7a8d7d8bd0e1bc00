import { closeSync, copyFileSync, mkdirSync, openSync, readdirSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FolderUnusable } from "../../src/jobs/folder-lock.ts";
import { openStorage } from "../../src/jobs/storage.ts";
import { temporaryFolder } from "./backends.ts";
import { newJob, refusal } from "./given.ts";
import { refusedStart } from "../acceptance/jobs/process.ts";

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder with jobs, as a process leaves it that is killed: the newest of them are in the write-ahead log. */
const killed = join(folder, "killed");
beforeAll(async () => {
  const dataDir = join(folder, "living");
  await using storage = await openStorage({ dataDir, onError: () => {} });
  const summary = { text: "x".repeat(3_000) };
  for (let at = 0; at < 40; at++) await storage.jobs.create(newJob({ summary }));
  mkdirSync(killed);
  for (const name of readdirSync(dataDir)) if (name.startsWith("jobs.sqlite")) copyFileSync(join(dataDir, name), join(killed, name));
});

/** A copy of the folder. */
function copied(name: string): string {
  const copy = join(folder, name);
  mkdirSync(copy);
  for (const file of readdirSync(killed)) copyFileSync(join(killed, file), join(copy, file));
  return copy;
}

/** Overwrites a part of a file. */
function spoil(path: string, at: number, length: number): void {
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(length, 0x5a), 0, length, at);
  closeSync(file);
}

/** The folder with all in the database's file and nothing in the log. */
async function settled(name: string): Promise<string> {
  const dataDir = copied(name);
  const storage = await openStorage({ dataDir, onError: () => {} });
  await storage[Symbol.asyncDispose]();
  return dataDir;
}

test.each<[what: string, befall: (database: string) => void]>([
  ["whose header is overwritten", (database) => spoil(database, 0, 100)],
  ["that is something else", (database) => writeFileSync(database, "not a database, but long enough to be read as one".repeat(100))],
  ["whose schema is overwritten", (database) => spoil(database, 100, 3_900)],
  ["that is truncated", (database) => truncateSync(database, 6_000)],
])("a database %s is told in words when the service starts", async (what, befall) => {
  const dataDir = await settled(what);
  befall(join(dataDir, "jobs.sqlite"));
  const error = await openStorage({ dataDir, onError: () => {} }).catch((refused: unknown) => refused);
  expect(error).toBeInstanceOf(FolderUnusable);
  expect(String(error)).toMatch(/database .* damaged .*adjoint verify.* restore a backup/);
});

test("a process that finds its database damaged ends with that sentence", async () => {
  const dataDir = await settled("process");
  spoil(join(dataDir, "jobs.sqlite"), 0, 100);
  const { code, errors } = await refusedStart({ DATA_DIR: dataDir });
  expect(code).toBe(1);
  expect(errors).toMatch(/^The database in the folder .* is damaged \(.*\).*\n$/);
});

test("a log that is truncated or damaged loses what was not in the database yet, and nothing more", async () => {
  for (const [name, befall] of [
    ["truncated log", (log: string) => truncateSync(log, 30_000)],
    ["empty log", (log: string) => truncateSync(log)],
    ["damaged log", (log: string) => spoil(log, 20_000, 5_000)],
  ] as const) {
    const dataDir = copied(name);
    befall(join(dataDir, "jobs.sqlite-wal"));
    await using storage = await openStorage({ dataDir, onError: () => {} });
    const { id } = await storage.jobs.create(newJob());
    expect(await storage.jobs.get(id), name).toMatchObject({ status: "queued" });
  }
});

test("a database that is damaged while the service runs is told once, and answered 503", async () => {
  const dataDir = await settled("running");
  const told: unknown[] = [];
  const storage = await openStorage({ dataDir, onError: (error) => told.push(error) });
  const database = join(dataDir, "jobs.sqlite");
  spoil(database, 4_096, 200_000);
  for (let round = 0; round < 3; round++) {
    expect(await refusal(storage.jobs.list({ scope: null, limit: 100 }))).toMatchObject({ code: "storage_unavailable", status: 503 });
  }
  expect(await storage.ready()).toBe("unavailable");
  expect(told.map(String)).toEqual([expect.stringContaining("The database is damaged")]);
  await storage[Symbol.asyncDispose]();
});
