import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { command, isOver, reaches, recordOf, type JobRecord, readJob, submit } from "./client.ts";
import { killedAgainAndAgain, lessons, undisturbed } from "./kills.ts";
import { tinyJob } from "./lessons.ts";
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

let plain: JobRecord[];
beforeAll(async () => {
  plain = await undisturbed(emptyFolder());
  expect(plain.flatMap(faultsOf)).toEqual([]);
  expect(differences(plain[3], plain[2])).toEqual([]);
}, 120_000);

test("killed again and again, it ends its jobs with the very weights and history of an undisturbed run", async () => {
  const seed = Date.now() % 2 ** 31;
  const records = await killedAgainAndAgain(emptyFolder(), 3, seed);
  const faults = records.flatMap((record, at) => [...faultsOf(record), ...differences(record, plain[at])]);
  expect(faults, `seed ${seed}`).toEqual([]);
  // Each kill breaks two runs off, mostly.
  const broken = records.reduce((sum, record) => sum + interruptions(record), 0);
  expect(broken, `seed ${seed}`).toBeGreaterThanOrEqual(3);
}, 120_000);

test("asked to stop, it hands its job over; one that rests stays at rest; both end as if nothing had been", async () => {
  const environment = { DATA_DIR: emptyFolder(), TRAINERS: "2" };
  const first = await startProcess(environment);
  const [handedOver, paused] = await Promise.all(lessons.slice(0, 2).map((request) => submit(first.origin, request)));
  await reaches(first.origin, paused, ({ step }) => step > 500);
  await command(first.origin, `/v1/jobs/${paused}/pause`);
  await reaches(first.origin, paused, ({ status }) => status === "paused");
  expect(await readJob(first.origin, handedOver)).toMatchObject({ status: "running" });
  expect(await first.stop()).toBe(0);

  await using second = await startProcess(environment);
  expect(await readJob(second.origin, paused)).toMatchObject({ status: "paused" });
  await command(second.origin, `/v1/jobs/${paused}/resume`);
  const ids = [handedOver, paused];
  for (const id of ids) await reaches(second.origin, id, isOver);
  const records = await Promise.all(ids.map((id) => recordOf(second.origin, id)));
  expect(records.flatMap((record, at) => [...faultsOf(record), ...differences(record, plain[at])])).toEqual([]);
  const lives = records.map(({ events }) => events.filter(({ type }) => type !== "progress" && type !== "checkpoint"));
  expect(lives.map((events) => events.map(({ type }) => type))).toEqual([
    ["created", "started", "requeued", "resumed", "succeeded"],
    ["created", "started", "pausing", "paused", "requeued", "resumed", "succeeded"],
  ]);
  expect(lives[0][2].message).toMatch(/^Handed over after \d+ steps/);
});

test("two hundred jobs end, each once, and those that are the same do so with the same weights", async () => {
  await using service = await startProcess({ DATA_DIR: emptyFolder(), TRAINERS: "2" });
  const { origin } = service;
  const kinds = 10;
  const records: JobRecord[] = [];
  /** One of eight clients, each of which posts its share and then asks what has become of it. */
  const client = async (first: number): Promise<void> => {
    const ids = new Map<number, string>();
    for (let at = first; at < 200; at += 8) ids.set(at, await submit(origin, tinyJob(at % kinds)));
    for (const [at, id] of ids) {
      await reaches(origin, id, isOver);
      records[at] = await recordOf(origin, id);
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, first) => client(first)));
  const faults = records.flatMap((record, at) => [...faultsOf(record), ...differences(record, records[at % kinds])]);
  expect(faults).toEqual([]);
  expect(new Set(records.map(({ job }) => job.status))).toEqual(new Set(["succeeded"]));
  expect(new Set(records.map(({ job }) => job.id)).size).toBe(200);
}, 60_000);

test("a second process on its folder is refused, and told whose it is; so are roles that need a database", async () => {
  const DATA_DIR = emptyFolder();
  await using service = await startProcess({ DATA_DIR });
  const [second, ...roles] = await Promise.all(["all", "api", "worker"].map((ROLE) => refusedStart({ DATA_DIR, ROLE })));
  expect([second, ...roles].map(({ code }) => code)).toEqual([1, 1, 1]);
  expect(second.errors).toMatch(/^The folder \S+ is in use by process \d+\. One process at a time .*DATA_DIR\.\n$/);
  for (const { errors } of roles) expect(errors).toMatch(/^ROLE may be \w+ only beside a DATABASE_URL: .*\n$/);
  expect((await fetch(`${service.origin}/readyz`)).status).toBe(200);
});
