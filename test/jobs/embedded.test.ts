import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { FolderInUse } from "../../src/jobs/folder-lock.ts";
import { openStorage } from "../../src/jobs/storage.ts";
import { temporaryFolder } from "./backends.ts";
import { allEvents, checkpointAt, claimed, digestOf, eventTypes, newJob, refusal, running } from "./given.ts";
import { runFixture } from "./processes.ts";

/** The storage of one process, and what becomes of it when the process does not end well. */

const cleaning: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleaning.splice(0).reverse()) await clean();
});

function folder(): string {
  const path = temporaryFolder();
  cleaning.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const open = (dataDir: string) =>
  openStorage({
    dataDir,
    onError: (error) => {
      throw error;
    },
  });

async function writer(dataDir: string) {
  const running = await runFixture("keep-writing", dataDir);
  cleaning.push(() => running.kill());
  return running;
}

describe("a folder", () => {
  test("is one process's: a second one is told whose it is, until the first is killed", async () => {
    const dataDir = folder();
    const first = await writer(dataDir);
    const error = await open(dataDir).catch((refused: unknown) => refused);
    expect(error).toBeInstanceOf(FolderInUse);
    expect(String(error)).toContain(dataDir);
    expect(String(error)).toContain(`process ${first.child.pid}`);
    // A refused process leaves the first one's lock alone.
    await expect(open(dataDir)).rejects.toThrow(FolderInUse);
    await first.kill();
    await using storage = await open(dataDir);
    expect(await storage.ready()).toBe("available");
  });

  test("is one storage's within a process, and free again when that is closed", async () => {
    const dataDir = folder();
    {
      await using _ = await open(dataDir);
      await expect(open(dataDir)).rejects.toThrow(String(process.pid));
    }
    await using storage = await open(dataDir);
    expect(await storage.ready()).toBe("available");
  });
});

test("a folder that is gone is no storage, also when something has made one of its name", async () => {
  const dataDir = folder();
  await using storage = await open(dataDir);
  rmSync(dataDir, { recursive: true });
  expect(await storage.ready()).toBe("unavailable");
  mkdirSync(join(dataDir, "blobs/drafts"), { recursive: true });
  expect(await storage.ready()).toBe("unavailable");
});

test("nothing that was acknowledged is lost when the process is killed, again and again", async () => {
  const dataDir = folder();
  let acknowledged = 0;
  for (let round = 0; round < 5; round++) {
    const writing = await writer(dataDir);
    const { told } = writing;
    await new Promise((resolve) => setTimeout(resolve, 50 + 130 * round));
    await writing.kill();
    acknowledged += told.length;
    await using storage = await open(dataDir);
    const id = told[0].id ?? "";
    const steps = told.flatMap(({ step }) => step ?? []).length;
    for (const { blob } of told) if (blob !== undefined) expect(digestOf(await storage.blobs.read(blob))).toBe(blob);
    for (const { job } of told) if (job !== undefined) expect(await storage.jobs.get(job)).toMatchObject({ status: "queued" });
    // The last report may have been written without having been acknowledged.
    const job = await storage.jobs.get(id);
    const events = await allEvents(storage.jobs, id);
    expect(events.map((each) => each.id)).toEqual(events.map((_, at) => at + 1));
    expect(events.length).toBe(job.last_event);
    expect(events.length - 3 - steps).toBeGreaterThanOrEqual(0);
    expect(events.length - 3 - steps).toBeLessThanOrEqual(1);
    // Nobody works on it any more.
    expect(job.status).toBe("queued");
    expect(events.at(-1)?.type).toBe("requeued");
    const [newest] = await storage.jobs.checkpoints(id);
    if (steps > 0) expect(newest.step).toBe(events.length - 3);
    if (newest !== undefined) expect(digestOf(await storage.blobs.read(newest.weights))).toBe(newest.weights);
    expect(readdirSync(join(dataDir, "blobs", "drafts"))).toEqual([]);
    await storage.jobs.cancel(id);
  }
  expect(acknowledged).toBeGreaterThan(20);
}, 60_000);

test("jobs whose process ended are in the queue again, or where they were to go", async () => {
  const dataDir = folder();
  const ids: string[] = [];
  {
    await using storage = await open(dataDir);
    for (let at = 0; at < 3; at++) ids.push((await running(storage.jobs)).id);
    await storage.jobs.report(ids[0], 1, { checkpoint: checkpointAt(4) });
    await storage.jobs.pause(ids[1]);
    await storage.jobs.cancel(ids[2]);
    await storage.idempotency.begin("somebody", "key", "body");
  }
  await using storage = await open(dataDir);
  expect(await Promise.all(ids.map(async (id) => (await storage.jobs.get(id)).status))).toEqual(["queued", "paused", "cancelled"]);
  expect(await claimed(storage.jobs, ids[0])).toMatchObject({ attempt: 2, checkpoint: { step: 4 } });
  expect(await eventTypes(storage.jobs, ids[0])).toEqual(["created", "started", "requeued", "resumed"]);
  // Nobody answers the request that was in flight.
  expect(await storage.idempotency.begin("somebody", "key", "body")).toEqual({ state: "taken" });
});

test("a job fails when the process ends for the third time without a newer checkpoint", async () => {
  const dataDir = folder();
  let id = "";
  for (let round = 0; round < 3; round++) {
    await using storage = await open(dataDir);
    if (round === 0) ({ id } = await storage.jobs.create(newJob()));
    await claimed(storage.jobs, id);
  }
  await using storage = await open(dataDir);
  expect(await storage.jobs.claim(id)).toBeNull();
  expect(await storage.jobs.get(id)).toMatchObject({ status: "failed", error: { code: "worker_lost" } });
});

test("a blob of the wrong length is written anew, a file is moved into its place, drafts are nobody's", async () => {
  const dataDir = folder();
  const bytes = Buffer.from("some bytes");
  const digest = digestOf(bytes);
  const path = join(dataDir, "blobs", digest.slice(0, 2), digest.slice(2));
  mkdirSync(join(dataDir, "blobs", digest.slice(0, 2)), { recursive: true });
  writeFileSync(path, "some");
  mkdirSync(join(dataDir, "blobs", "drafts"));
  writeFileSync(join(dataDir, "blobs", "drafts", "left"), "half a bl");
  await using storage = await open(dataDir);
  expect(readdirSync(join(dataDir, "blobs", "drafts"))).toEqual([]);
  await storage.blobs.put(digest, bytes);
  expect(readFileSync(path).equals(bytes)).toBe(true);
  const upload = join(dataDir, "upload");
  for (let round = 0; round < 2; round++) {
    writeFileSync(upload, "an upload");
    await storage.blobs.putFile(digestOf("an upload"), upload);
    expect(existsSync(upload)).toBe(false);
    expect(String(await storage.blobs.read(digestOf("an upload")))).toBe("an upload");
  }
});

const mount = promisify(execFile);
const canMount = await (async () => {
  const path = temporaryFolder();
  try {
    await mount("mount", ["-t", "tmpfs", "-o", "size=64k", "none", path]);
    await mount("umount", [path]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
})();

test.skipIf(!canMount)("a full disk is a problem of its own, and nothing that was kept is lost", async () => {
  const dataDir = folder();
  await mount("mount", ["-t", "tmpfs", "-o", "size=4m", "none", dataDir]);
  cleaning.push(() => mount("umount", [dataDir]));
  await using storage = await openStorage({ dataDir, patienceMs: 300, onError: () => {} });
  const { id } = await running(storage.jobs);
  const kept = Buffer.alloc(1_000_000, 1);
  await storage.blobs.put(digestOf(kept), kept);
  const large = Buffer.alloc(8_000_000, 2);
  expect(await refusal(storage.blobs.put(digestOf(large), large))).toMatchObject({ code: "storage_full", status: 503 });
  expect(await storage.blobs.size(digestOf(large))).toBeNull();
  expect(readdirSync(join(dataDir, "blobs", "drafts"))).toEqual([]);
  // Fill what is left, and the database has no room either.
  let posted = 0;
  const summary = { text: "x".repeat(100_000) };
  const refused = await (async () => {
    for (;;) {
      try {
        await storage.jobs.create(newJob({ summary }));
        posted += 1;
      } catch (error) {
        return error;
      }
    }
  })();
  expect(refused).toMatchObject({ code: "storage_full", retryAfter: expect.any(Number) });
  expect((await storage.jobs.stats()).byStatus).toMatchObject({ queued: posted, running: 1 });
  expect(
    await refusal(storage.jobs.report(id, 1, { events: [{ type: "progress", message: "x".repeat(500_000), data: {} }] })),
  ).toMatchObject({
    code: "storage_full",
  });
  expect((await storage.blobs.read(digestOf(kept))).equals(kept)).toBe(true);
  // Room is made, and it goes on.
  rmSync(join(dataDir, "blobs", digestOf(kept).slice(0, 2)), { recursive: true });
  expect(await storage.jobs.report(id, 1, { events: [{ type: "progress", message: "again", data: {} }] })).toEqual({ status: "running" });
  expect(await eventTypes(storage.jobs, id)).toEqual(["created", "started", "progress"]);
});
