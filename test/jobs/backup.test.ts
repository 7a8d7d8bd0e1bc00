import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DamagedArchive } from "../../src/jobs/archive.ts";
import { BackupRefused, backUp, restore } from "../../src/jobs/backup.ts";
import { verifyFolder } from "../../src/jobs/verify.ts";
import { Registry } from "../../src/program/registry.ts";
import { hash } from "node:crypto";
import { temporaryFolder } from "./backends.ts";
import { digestOf } from "./given.ts";
import { lesson } from "./lesson.ts";
import { openWorkshop } from "./trained.ts";

/** A folder in which a job trains that keeps a checkpoint every few steps, and where there are a dataset, a graph and a finished job. */

const folder = temporaryFolder();
const request = lesson(3_000, { checkpoint: { every_steps: 3 } });
const graph = '{"graph":{}}';
let workshop: Awaited<ReturnType<typeof openWorkshop>>;
let finished: string;
let training: string;
let plain: string;

beforeAll(async () => {
  workshop = await openWorkshop({ folder: join(folder, "data") });
  const { storage, post, over, until } = workshop;
  new Registry(join(workshop.dataDir, "graphs")).write(`sha256:${hash("sha256", graph)}`, graph);
  const data = Buffer.from("some rows");
  await storage.blobs.put(digestOf(data), data);
  await storage.datasets.add(
    { id: `sha256:${digestOf(data)}`, name: "rows", created_at: 1, bytes: data.length, description: {} },
    "somebody",
    null,
  );
  finished = await post(request);
  await over(finished);
  plain = digestOf(await workshop.weights(finished));
  training = await post({ ...request, steps: 1_000_000 });
  await until(training, ({ progress }) => (progress?.step ?? 0) > 50);
}, 120_000);
afterAll(async () => {
  await workshop.storage.jobs.cancel(training).catch(() => undefined);
  await workshop[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const place = (name: string): string => join(folder, name);

test("a backup that is made while a job trains holds all that it names, and is a folder that the service goes on in", async () => {
  for (const round of [1, 2, 3]) {
    const file = place(`backup-${round}.tar`);
    const { files, bytes } = await backUp(workshop.dataDir, file);
    expect(statSync(file).size).toBe(bytes);
    expect(await restore(file, place(`restored-${round}`))).toMatchObject({ files });
    expect(await verifyFolder(place(`restored-${round}`))).toMatchObject({ findings: [], sound: { graphs: 1 }, orphans: { blobs: 0 } });
  }
  // Other tars read it, too.
  mkdirSync(place("untarred"));
  execFileSync("tar", ["xf", place("backup-1.tar"), "-C", place("untarred")]);
  expect(await verifyFolder(place("untarred"))).toMatchObject({ findings: [] });
  await using restored = await openWorkshop({ folder: place("restored-3") });
  expect(digestOf(await restored.weights(finished))).toBe(plain);
  const step = (await restored.storage.jobs.checkpoints(training))[0].step;
  await restored.until(training, ({ progress }) => (progress?.step ?? 0) > step);
  await restored.storage.jobs.cancel(training);
  expect(await restored.over(training)).toMatchObject({ status: "cancelled" });
});

test("what was let go while the backup was made goes with the sweep, once it is done", async () => {
  await backUp(workshop.dataDir, place("held.tar"));
  expect(readdirSync(join(workshop.dataDir, "blobs"))).not.toContain("held");
});

test.each<[what: string, befall: (file: string) => void]>([
  ["truncated", (file) => truncateSync(file, statSync(file).size - 5_000)],
  ["empty", (file) => truncateSync(file)],
  ["no archive", (file) => writeFileSync(file, Buffer.alloc(2_000, 7))],
  ["changed in its first file", (file) => writeFileSync(file, readFileSync(file).fill(7, 600, 601))],
  ["changed in a header", (file) => writeFileSync(file, readFileSync(file).fill(7, 10, 11))],
])("a backup that is %s is refused, and leaves nothing behind", async (_what, befall) => {
  const file = place("damaged.tar");
  await backUp(workshop.dataDir, file);
  befall(file);
  await expect(restore(file, place("refused"))).rejects.toThrow(DamagedArchive);
  expect(readdirSync(place("refused"))).toEqual([]);
  for (const path of [file, place("refused")]) rmSync(path, { recursive: true });
});

test.each<[what: string, befall: (path: string) => void, says: RegExp]>([
  ["changed", (path) => writeFileSync(path, "other"), /not those that were written/],
  ["empty", (path) => truncateSync(path), /not those that were written/],
  ["gone", (path) => rmSync(path), /is gone/],
])("no backup is made that could not be restored: content is %s", async (what, befall, says) => {
  const sound = place(`sound-${what}`);
  await backUp(workshop.dataDir, `${sound}.tar`);
  await restore(`${sound}.tar`, sound);
  const data = digestOf("some rows");
  befall(join(sound, "blobs", data.slice(0, 2), data.slice(2)));
  await expect(backUp(sound, place(`unsound-${what}.tar`))).rejects.toThrow(says);
  expect(readdirSync(folder).filter((name) => name.startsWith("unsound"))).toEqual([]);
});

test("a file that would lie outside the folder is refused", async () => {
  const inside = place("inside");
  mkdirSync(join(inside, "blobs"), { recursive: true });
  writeFileSync(join(inside, "evil"), "evil");
  execFileSync("tar", ["cf", place("evil.tar"), "--absolute-names", "--format=ustar", join(inside, "blobs", "..", "evil")], {
    stdio: "ignore",
  });
  await expect(restore(place("evil.tar"), place("elsewhere"))).rejects.toThrow(DamagedArchive);
});

test("nothing is overwritten, and nothing is made of nothing", async () => {
  await expect(backUp(place("nowhere"), place("new.tar"))).rejects.toThrow(BackupRefused);
  writeFileSync(place("there.tar"), "mine");
  await expect(backUp(workshop.dataDir, place("there.tar"))).rejects.toThrow(BackupRefused);
  await expect(restore(place("there.tar"), workshop.dataDir)).rejects.toThrow("not empty");
  expect(readFileSync(place("there.tar"), "utf8")).toBe("mine");
});

test("what is damaged or missing is found, and told of what it is part", async () => {
  const file = place("to-verify.tar");
  await backUp(workshop.dataDir, file);
  await restore(file, place("verified"));
  const [checkpoint] = await workshop.storage.jobs.checkpoints(finished);
  const { submission } = await workshop.storage.jobs.get(finished);
  const pathOf = (digest: string): string => join(place("verified"), "blobs", digest.slice(0, 2), digest.slice(2));
  truncateSync(pathOf(checkpoint.weights), 10);
  rmSync(pathOf(submission));
  writeFileSync(join(place("verified"), "graphs", `${hash("sha256", graph)}.json`), "{}");
  const orphan = digestOf("an orphan");
  mkdirSync(join(place("verified"), "blobs", orphan.slice(0, 2)), { recursive: true });
  writeFileSync(pathOf(orphan), "an orphan");
  const verified = await verifyFolder(place("verified"));
  expect(verified?.orphans).toEqual({ blobs: 1, bytes: 9 });
  expect(verified?.findings.map(({ state, what }) => `${state}: ${what}`).toSorted()).toEqual(
    [
      `damaged: the weights of ${finished} at step ${checkpoint.step}`,
      `missing: the submission of ${finished}`,
      `damaged: the graph sha256:${hash("sha256", graph)}`,
    ].toSorted(),
  );
  // A page of the database itself.
  const database = join(place("verified"), "jobs.sqlite");
  writeFileSync(database, readFileSync(database).fill(0x5a, 8_192, 12_288));
  const { findings } = (await verifyFolder(place("verified"))) ?? { findings: [] };
  expect(findings.some(({ what }) => what.startsWith("the database"))).toBe(true);
  expect(await verifyFolder(place("nothing"))).toBeNull();
});
