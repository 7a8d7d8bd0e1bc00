import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { restore } from "../../src/jobs/backup.ts";
import type { Job } from "../../src/jobs/contract.ts";
import { verifyFolder } from "../../src/jobs/verify.ts";
import { everyone, Registry } from "../../src/program/registry.ts";
import { PostgresServer, postgresPrograms } from "../support/postgres.ts";
import { temporaryFolder } from "./backends.ts";
import { digestOf, eventTypes } from "./given.ts";
import { openWorkshop } from "./trained.ts";

// What the version of commit dfb2bed left behind when it was killed at its work, in a folder and in a database; fixtures/upgrade/write.ts made it.
const fixture = (name: string): Buffer => gunzipSync(readFileSync(new URL(`fixtures/upgrade/${name}`, import.meta.url)));

const graphId = "sha256:3847f569184f821dd10de736d3e8c8a1834aef3e86d3cfe3267593116f0a4198";
const datasetId = "sha256:66a3d2e081236c3c4eb8f71ac78202fc6139c1b550b0361d55f04385d1024b30";

type Opened = Awaited<ReturnType<typeof openWorkshop>>;

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function openFolder(): Promise<{ workshop: Opened; close: () => Promise<void> }> {
  const archive = join(folder, "data.tar");
  writeFileSync(archive, fixture("data.tar.gz"));
  await restore(archive, join(folder, "data"));
  const workshop = await openWorkshop({ folder: join(folder, "data") });
  return { workshop, close: () => workshop[Symbol.asyncDispose]() };
}

async function openDatabase(): Promise<{ workshop: Opened; close: () => Promise<void> }> {
  const server = await PostgresServer.start();
  const databaseUrl = await server.createDatabase();
  await server.execute(databaseUrl, fixture("database.sql.gz").toString());
  mkdirSync(join(folder, "cache"));
  const workshop = await openWorkshop({ folder: join(folder, "cache"), databaseUrl });
  const close = async (): Promise<void> => {
    await workshop[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  };
  return { workshop, close };
}

const places = [["a folder", openFolder] as const, ...(postgresPrograms === null ? [] : [["a database", openDatabase] as const])];

describe.each(places)("%s of the release before", (name, open) => {
  let opened: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    opened = await open();
  }, 120_000);
  afterAll(() => opened.close());

  const tagged = async (tag: string): Promise<Job> => {
    const { data } = await opened.workshop.storage.jobs.list({ scope: null, tag, limit: 2 });
    expect(data).toHaveLength(1);
    return data[0];
  };

  test("keeps its finished job, with history, weights and the key of its request", async () => {
    const { storage } = opened.workshop;
    const job = await tagged("finished");
    expect(job).toMatchObject({ status: "succeeded", steps: 60, datasets: [datasetId], error: null });
    const [final] = await storage.jobs.checkpoints(job.id);
    expect(final).toMatchObject({ step: 60, final: true });
    expect(digestOf(await storage.blobs.read(final.weights))).toBe(final.weights);
    await storage.blobs.localPath(job.submission);
    expect((await storage.jobs.metrics(job.id, { after: 0, limit: 100 })).data).toHaveLength(60);
    expect((await eventTypes(storage.jobs, job.id)).slice(0, 2)).toEqual(["created", "started"]);
    expect(await storage.idempotency.begin(job.client, "once", "another body")).toEqual({ state: "mismatch" });
  });

  test("keeps its dataset and its graph, which belong to everyone", async () => {
    const { storage, dataDir } = opened.workshop;
    for (const scope of [null, "somebody", everyone]) {
      expect(await storage.datasets.get(datasetId, scope)).toMatchObject({ id: datasetId, name: "sines", description: { rows: 20 } });
    }
    await storage.blobs.localPath(datasetId.slice(7));
    // In a database whoever uses it reads everyone's.
    const owner = (await storage.graphs?.use("somebody", graphId))?.owner ?? everyone;
    const text = (await storage.graphs?.read(owner, graphId)) ?? new Registry(join(dataDir, "graphs")).read(graphId);
    expect(`sha256:${digestOf(text ?? "")}`).toBe(graphId);
  });

  test("goes on with the job that ran, from its checkpoint, and with the one that waited", async () => {
    const { storage, over } = opened.workshop;
    const running = await tagged("running");
    expect(await over(running.id)).toMatchObject({ status: "succeeded", error: null, progress: { step: 3_000 } });
    const events = (await storage.jobs.events(running.id, { after: 0, limit: 1_000 })).data;
    expect(events.find(({ type }) => type === "resumed")?.message).toMatch(/goes on after step \d+/);
    expect(await over((await tagged("queued")).id)).toMatchObject({ status: "succeeded" });
  }, 120_000);

  test("resumes the job that was paused", async () => {
    const { storage, until, over } = opened.workshop;
    const paused = await tagged("paused");
    expect(paused.status).toBe("paused");
    const [{ step }] = await storage.jobs.checkpoints(paused.id);
    await storage.jobs.resume(paused.id);
    await until(paused.id, ({ progress }) => (progress?.step ?? 0) > step);
    await storage.jobs.cancel(paused.id);
    expect(await over(paused.id)).toMatchObject({ status: "cancelled" });
    if (name === "a folder") expect(await verifyFolder(opened.workshop.dataDir)).toMatchObject({ findings: [] });
  }, 60_000);
});
