import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../../support/random.ts";
import { command, isOver, reaches, recordOf, type JobRecord, readJob, submit } from "./client.ts";
import { lesson, tinyJob } from "./lessons.ts";
import { refusedStart, startProcess } from "./process.ts";
import { differences, faultsOf, interruptions } from "./soundness.ts";

/** One process with its folder, which ends in the middle of its work. */

const folders: string[] = [];
function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "adjoint-killed-"));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** As long as the first attempt is undisturbed, two or three seconds; in the second one several threads work on each step. */
const lessons = [
  lesson(1, 9_000, { checkpoint: { every_steps: 300 } }),
  lesson(2, 9_000, { checkpoint: { every_steps: 500 }, optimizer: { type: "SGD", lr: 0.01, momentum: 0.9 } }),
  lesson(3, 1_000, { hidden: 256, threads: 1, checkpoint: { every_steps: 150 } }),
];
/** The same with another number of threads, which is to change nothing. */
const disturbed = [...lessons, { ...lessons[2], threads: 2 }];

let plain: JobRecord[];
beforeAll(async () => {
  await using service = await startProcess({ DATA_DIR: emptyFolder(), TRAINERS: "2" });
  const { origin } = service;
  const ids = await Promise.all(lessons.map((request) => submit(origin, request)));
  for (const id of ids) await reaches(origin, id, isOver);
  plain = await Promise.all(ids.map((id) => recordOf(origin, id)));
  expect(plain.flatMap(faultsOf)).toEqual([]);
  plain.push(plain[2]);
});

test("killed again and again, it ends its jobs with the very weights and history of an undisturbed run", async () => {
  const seed = Date.now() % 2 ** 31;
  const random = new Random(seed);
  const environment = { DATA_DIR: emptyFolder(), TRAINERS: String(disturbed.length), JOB_ATTEMPTS: "1000" };
  let service = await startProcess(environment);
  const ids = await Promise.all(disturbed.map((request) => submit(service.origin, request)));
  let broken = 0;
  for (let kills = 0; broken < 20 && kills < 12; kills++) {
    await sleep(random.uniform(100, 900));
    broken += (await Promise.all(ids.map((id) => readJob(service.origin, id)))).filter(({ status }) => status === "running").length;
    await service.kill();
    service = await startProcess(environment);
  }
  await using last = service;
  for (const id of ids) await reaches(last.origin, id, isOver, 60_000);
  const records = await Promise.all(ids.map((id) => recordOf(last.origin, id)));
  const faults = records.flatMap((record, at) => [...faultsOf(record), ...differences(record, plain[at])]);
  expect(faults, `seed ${seed}`).toEqual([]);
  expect(
    records.reduce((sum, record) => sum + interruptions(record), 0),
    `seed ${seed}`,
  ).toBeGreaterThanOrEqual(20);
}, 120_000);

test("asked to stop, it hands its job over, and the next process goes on with it", async () => {
  const environment = { DATA_DIR: emptyFolder(), TRAINERS: "1" };
  const first = await startProcess(environment);
  const id = await submit(first.origin, lessons[0]);
  await reaches(first.origin, id, ({ step }) => step > 1_000);
  expect(await first.stop()).toBe(0);
  await using second = await startProcess(environment);
  await reaches(second.origin, id, isOver);
  const record = await recordOf(second.origin, id);
  expect([...faultsOf(record), ...differences(record, plain[0])]).toEqual([]);
  const types = record.events.map(({ type }) => type).filter((type) => type !== "progress" && type !== "checkpoint");
  expect(types).toEqual(["created", "started", "requeued", "resumed", "succeeded"]);
  expect(record.events.find(({ type }) => type === "requeued")?.message).toMatch(/^Handed over after \d+ steps/);
});

test("paused and resumed, and killed while it rests, a job ends with the same weights", async () => {
  const environment = { DATA_DIR: emptyFolder(), TRAINERS: "1" };
  const first = await startProcess(environment);
  const id = await submit(first.origin, lessons[1]);
  await reaches(first.origin, id, ({ step }) => step > 500);
  await command(first.origin, `/v1/jobs/${id}/pause`);
  await reaches(first.origin, id, ({ status }) => status === "paused");
  await first.kill();
  await using second = await startProcess(environment);
  expect(await readJob(second.origin, id)).toMatchObject({ status: "paused" });
  await command(second.origin, `/v1/jobs/${id}/resume`);
  await reaches(second.origin, id, isOver);
  const record = await recordOf(second.origin, id);
  expect([...faultsOf(record), ...differences(record, plain[1])]).toEqual([]);
});

test("a thousand jobs end, each once, and those that are the same do so with the same weights", async () => {
  await using service = await startProcess({ DATA_DIR: emptyFolder(), TRAINERS: "2" });
  const { origin } = service;
  const kinds = 10;
  const ids: string[] = [];
  const post = async (from: number): Promise<void> => {
    for (let at = from; at < 1_000; at += 8) ids[at] = await submit(origin, tinyJob(at % kinds));
  };
  await Promise.all(Array.from({ length: 8 }, (_, from) => post(from)));
  const records: JobRecord[] = [];
  for (const id of ids) {
    await reaches(origin, id, isOver);
    records.push(await recordOf(origin, id));
  }
  const faults = records.flatMap((record, at) => [...faultsOf(record), ...differences(record, records[at % kinds])]);
  expect(faults).toEqual([]);
  expect(new Set(records.map(({ job }) => job.status))).toEqual(new Set(["succeeded"]));
  expect(new Set(records.map(({ job }) => job.id)).size).toBe(1_000);
}, 60_000);

test("a second process on its folder is refused, and told whose it is", async () => {
  const DATA_DIR = emptyFolder();
  await using service = await startProcess({ DATA_DIR });
  const { code, errors } = await refusedStart({ DATA_DIR });
  expect(code).toBe(1);
  expect(errors).toMatch(/^The folder \S+ is in use by process \d+\. One process at a time .*DATA_DIR\.\n$/);
  expect((await fetch(`${service.origin}/readyz`)).status).toBe(200);
});

test.each(["api", "worker"])("ROLE=%s without a database is refused", async (ROLE) => {
  const { code, errors } = await refusedStart({ DATA_DIR: emptyFolder(), ROLE });
  expect(code).toBe(1);
  expect(errors).toContain(`ROLE may be ${ROLE} only beside a DATABASE_URL`);
});
