import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { jobStatuses } from "../../src/jobs/contract.ts";
import { everyStorage } from "./backends.ts";
import { checkpointAt, claimed, digestOf, newJob, refusal, running, until } from "./given.ts";

everyStorage("what is kept", (given) => {
  describe("lists", () => {
    const tag = `pages-${randomUUID()}`;

    test("give jobs page by page, newest first", async () => {
      const ids: string[] = [];
      for (let at = 0; at < 7; at++) ids.unshift((await given.storage.jobs.create(newJob({ tags: [tag, `"${at}`] }))).id);
      const seen: string[] = [];
      let after: string | undefined;
      for (;;) {
        const page = await given.storage.jobs.list({ scope: null, tag, limit: 3, ...(after === undefined ? {} : { after }) });
        seen.push(...page.data.map(({ id }) => id));
        after = page.data.at(-1)?.id;
        expect(page.data.length).toBe(page.has_more ? 3 : 1);
        if (!page.has_more) break;
      }
      expect(seen.toSorted()).toEqual(ids.toSorted());
      const all = (await given.storage.jobs.list({ scope: null, tag, limit: 7 })).data;
      expect(all.map(({ id }) => id)).toEqual(seen);
      expect(all.map(({ created_at }) => created_at)).toEqual(all.map(({ created_at }) => created_at).toSorted((a, b) => b - a));
    });

    test("go on behind a job that was deleted, and do not tell others of it", async () => {
      const { jobs } = given.storage;
      const [client, other] = [randomUUID(), randomUUID()];
      const ids: string[] = [];
      for (let at = 0; at < 4; at++) ids.unshift((await jobs.create(newJob({ client }))).id);
      const first = (await jobs.list({ scope: client, limit: 2 })).data.map(({ id }) => id);
      const rest = (await jobs.list({ scope: client, limit: 2, after: first[1] })).data.map(({ id }) => id);
      expect([...first, ...rest].toSorted()).toEqual(ids.toSorted());
      for (const id of first) {
        await jobs.cancel(id);
        await jobs.delete(id);
      }
      for (const scope of [client, null]) {
        const page = await jobs.list({ scope, limit: 2, after: first[1] });
        expect(page.data.map(({ id }) => id)).toEqual(rest);
      }
      expect(await refusal(jobs.list({ scope: other, limit: 2, after: first[1] }))).toMatchObject({ code: "unknown_job" });
    });

    test("hold jobs of one status, or one tag, or both", async () => {
      const { data } = await given.storage.jobs.list({ scope: null, tag, limit: 100 });
      await given.storage.jobs.cancel(data[2].id);
      expect((await given.storage.jobs.list({ scope: null, tag, status: "cancelled", limit: 9 })).data.map(({ id }) => id)).toEqual([
        data[2].id,
      ]);
      expect((await given.storage.jobs.list({ scope: null, tag: `"3`, limit: 9 })).data).toHaveLength(1);
      expect((await given.storage.jobs.list({ scope: null, tag: "%", limit: 9 })).data).toEqual([]);
      expect(await refusal(given.storage.jobs.list({ scope: null, after: "nobody", limit: 1 }))).toMatchObject({ code: "unknown_job" });
    });

    test("give events page by page", async () => {
      const { id } = await running(given.storage.jobs);
      await given.storage.jobs.report(id, 1, { events: [1, 2, 3].map((at) => ({ type: "progress", message: `${at}`, data: {} })) });
      const first = await given.storage.jobs.events(id, { after: 0, limit: 3 });
      expect([first.data.map((each) => each.id), first.has_more]).toEqual([[1, 2, 3], true]);
      const second = await given.storage.jobs.events(id, { after: 3, limit: 3 });
      expect([second.data.map((each) => each.id), second.has_more]).toEqual([[4, 5], false]);
    });
  });

  describe("datasets", () => {
    const dataset = (digest: string) => ({
      id: `sha256:${digest}`,
      name: "digits",
      created_at: Date.now(),
      bytes: 7,
      description: { rows: 3 },
    });

    test("are listed behind one that was deleted, or that was uploaded again", async () => {
      const { datasets } = given.storage;
      const owner = `reader ${randomUUID()}`;
      const made = Array.from({ length: 4 }, (_, at) => ({ ...dataset(digestOf(randomUUID())), created_at: 4 - at }));
      for (const each of made) await datasets.add(each, owner, null);
      const ownIds = async (after: string) =>
        (await datasets.list({ scope: owner, limit: 100, after })).data.filter((each) => each.owner === owner).map(({ id }) => id);
      for (const { id } of made.slice(0, 2)) await datasets.delete(id, owner);
      expect(await ownIds(made[1].id)).toEqual([made[2].id, made[3].id]);
      await datasets.add({ ...made[1], created_at: 3 }, owner, null);
      expect(await ownIds(made[1].id)).toEqual([made[2].id, made[3].id]);
      await datasets.delete(made[1].id, owner);
      expect(await ownIds(made[1].id)).toEqual([made[2].id, made[3].id]);
      expect(await refusal(datasets.list({ scope: "another", limit: 1, after: made[1].id }))).toMatchObject({ code: "unknown_dataset" });
      for (const { id } of made.slice(2)) await datasets.delete(id, owner);
    });

    test("are told on shorter pages where much is to be told of them", async () => {
      const { datasets } = given.storage;
      const owner = `reader ${randomUUID()}`;
      const description = { rows: 3, names: ["a".repeat(2_000_000)] };
      const made = Array.from({ length: 5 }, (_, at) => ({ ...dataset(digestOf(randomUUID())), created_at: at, description }));
      for (const each of made) await datasets.add(each, owner, null);
      const pages: number[] = [];
      let after: string | undefined;
      for (let more = true; more;) {
        const page = await datasets.list({ scope: owner, limit: 100, after });
        pages.push(page.data.filter((each) => each.owner === owner).length);
        after = page.data.at(-1)?.id;
        more = page.has_more && page.data.some((each) => each.owner === owner);
      }
      expect(pages.slice(0, 2)).toEqual([2, 2]);
      expect(pages.reduce((sum, count) => sum + count)).toBe(5);
      for (const { id } of made) await datasets.delete(id, owner);
    });

    test("are kept once", async () => {
      const digits = dataset(digestOf(randomUUID()));
      expect(await given.storage.datasets.add(digits, "everyone", null)).toBe(true);
      expect(await given.storage.datasets.add({ ...digits, name: "another" }, "everyone", null)).toBe(false);
      expect(await given.storage.datasets.get(digits.id, null)).toEqual({ ...digits, owner: "everyone" });
      expect((await given.storage.datasets.list({ scope: null, limit: 1 })).data).toEqual([{ ...digits, owner: "everyone" }]);
      await given.storage.datasets.delete(digits.id, null);
      expect(await refusal(given.storage.datasets.get(digits.id, null))).toMatchObject({ code: "unknown_dataset" });
      expect(await refusal(given.storage.datasets.delete(digits.id, null))).toMatchObject({ code: "unknown_dataset" });
      const never = `sha256:${digestOf(randomUUID())}`;
      expect(await refusal(given.storage.datasets.list({ scope: null, after: never, limit: 1 }))).toMatchObject({
        code: "unknown_dataset",
      });
    });

    test("stay while a job that is not over reads them", async () => {
      const { id } = dataset(digestOf(randomUUID()));
      await given.storage.datasets.add({ ...dataset(""), id }, "everyone", null);
      const job = await given.storage.jobs.create(newJob({ datasets: [id] }));
      expect(await refusal(given.storage.datasets.delete(id, null))).toMatchObject({ code: "dataset_in_use" });
      await given.storage.jobs.cancel(job.id);
      await given.storage.datasets.delete(id, null);
      expect(await given.storage.jobs.get(job.id)).toMatchObject({ datasets: [id] });
    });

    test("belong to those who claim them, and neither sees the other", async () => {
      const { datasets, jobs } = given.storage;
      const both = dataset(digestOf(randomUUID()));
      const [ana, ben] = [randomUUID(), randomUUID()];
      expect(await datasets.add({ ...both, name: "hers" }, ana, null)).toBe(true);
      expect(await refusal(datasets.get(both.id, ben))).toMatchObject({ code: "unknown_dataset" });
      expect(await refusal(datasets.delete(both.id, ben))).toMatchObject({ code: "unknown_dataset" });
      expect((await datasets.list({ scope: ben, limit: 9 })).data.filter(({ id }) => id === both.id)).toEqual([]);
      expect(await datasets.add({ ...both, name: "his" }, ben, null)).toBe(true);
      expect([(await datasets.get(both.id, ana)).name, (await datasets.get(both.id, ben)).name]).toEqual(["hers", "his"]);
      expect(await datasets.get(both.id, null)).toMatchObject({ owner: expect.stringMatching(`^(${ana}|${ben})$`) as string });

      // A job of one holds on to the data, and does not keep the other from deleting what it has.
      const { id } = await jobs.create(newJob({ datasets: [both.id], client: ana }));
      await datasets.delete(both.id, ben);
      expect(await refusal(datasets.get(both.id, ben))).toMatchObject({ code: "unknown_dataset" });
      expect(await refusal(datasets.delete(both.id, ana))).toMatchObject({ code: "dataset_in_use" });
      await jobs.cancel(id);
      await datasets.delete(both.id, ana);
      expect(await refusal(datasets.get(both.id, null))).toMatchObject({ code: "unknown_dataset" });
    });

    test("of everyone are there for all, and only those who see all delete them", async () => {
      const { datasets } = given.storage;
      const shared = dataset(digestOf(randomUUID()));
      const ana = randomUUID();
      await datasets.add(shared, "everyone", null);
      expect(await datasets.get(shared.id, ana)).toMatchObject({ owner: "everyone" });
      expect(await refusal(datasets.delete(shared.id, ana))).toMatchObject({ code: "forbidden" });
      expect(await datasets.add({ ...shared, name: "mine" }, ana, null)).toBe(true);
      expect((await datasets.list({ scope: ana, limit: 100 })).data.filter(({ id }) => id === shared.id)).toMatchObject([{ name: "mine" }]);
      await datasets.delete(shared.id, ana);
      expect((await datasets.list({ scope: ana, limit: 100 })).data.filter(({ id }) => id === shared.id)).toMatchObject([
        { name: "digits" },
      ]);
      await datasets.delete(shared.id, null);
      expect(await refusal(datasets.get(shared.id, ana))).toMatchObject({ code: "unknown_dataset" });
    });

    test("count among what their owner may keep, with the checkpoints of its jobs", async () => {
      const { datasets, jobs } = given.storage;
      const ana = randomUUID();
      await datasets.add(dataset(digestOf(randomUUID())), ana, 24);
      const { id } = await running(jobs, { client: ana });
      await jobs.report(id, 1, { checkpoint: checkpointAt(1) });
      expect(await refusal(datasets.add({ ...dataset(digestOf(randomUUID())), bytes: 8 }, ana, 24))).toMatchObject({
        code: "quota_exceeded",
        detail: expect.stringMatching(/17 bytes.*8 more.*stored_bytes allows 24/) as string,
      });
      expect(await datasets.add(dataset(digestOf(randomUUID())), ana, 24)).toBe(true);
    });

    test("that do not exist let no job begin, and leave nothing of it", async () => {
      const job = newJob({ datasets: [`sha256:${digestOf(randomUUID())}`] });
      expect(await refusal(given.storage.jobs.create(job))).toMatchObject({ code: "unknown_dataset" });
      expect(await refusal(given.storage.jobs.get(job.id))).toMatchObject({ code: "unknown_job" });
    });
  });

  describe("idempotency", () => {
    test("gives a key to one request, and its answer to the others", async () => {
      const scope = randomUUID();
      expect(await given.storage.idempotency.begin(scope, "k", "body")).toEqual({ state: "taken" });
      expect(await given.storage.idempotency.begin(scope, "k", "body")).toEqual({ state: "in_flight" });
      expect(await given.storage.idempotency.begin(scope, "k", "other")).toEqual({ state: "mismatch" });
      expect(await given.storage.idempotency.begin(`${scope}'`, "k", "other")).toEqual({ state: "taken" });
      await given.storage.idempotency.done(scope, "k", "job");
      expect(await given.storage.idempotency.begin(scope, "k", "body")).toEqual({ state: "done", jobId: "job" });
      expect(await given.storage.idempotency.begin(scope, "k", "other")).toEqual({ state: "mismatch" });
      await given.storage.idempotency.release(scope, "k");
      expect(await given.storage.idempotency.begin(scope, "k", "body")).toEqual({ state: "done", jobId: "job" });
    });

    test("lets a refused request try again", async () => {
      const scope = randomUUID();
      await given.storage.idempotency.begin(scope, "k", "body");
      await given.storage.idempotency.release(scope, "k");
      expect(await given.storage.idempotency.begin(scope, "k", "other")).toEqual({ state: "taken" });
    });

    test("gives the key to one of many at once", async () => {
      const scope = randomUUID();
      const states = await Promise.all(Array.from({ length: 10 }, () => given.storage.idempotency.begin(scope, "k", "body")));
      expect(states.map(({ state }) => state).toSorted()).toEqual([...Array.from({ length: 9 }, () => "in_flight"), "taken"]);
    });

    test("keeps the answer with the job, or neither", async () => {
      const scope = randomUUID();
      await given.storage.idempotency.begin(scope, "k", "body");
      const refused = newJob({ datasets: ["sha256:none"] });
      await expect(given.storage.jobs.create(refused, { scope, key: "k" })).rejects.toThrow("unknown_dataset");
      expect(await given.storage.idempotency.begin(scope, "k", "body")).toEqual({ state: "in_flight" });
      const { id } = await given.storage.jobs.create(newJob(), { scope, key: "k" });
      expect(await given.storage.idempotency.begin(scope, "k", "body")).toEqual({ state: "done", jobId: id });
    });
  });

  describe("watching", () => {
    test("tells of new events until it is stopped", async () => {
      const { id } = await given.storage.jobs.create(newJob());
      let calls = 0;
      const stop = given.storage.jobs.watch(id, () => (calls += 1));
      await claimed(given.storage.jobs, id);
      await until(() => calls > 0);
      stop();
      await new Promise((resolve) => setTimeout(resolve, 100));
      const before = calls;
      await given.storage.jobs.report(id, 1, { events: [{ type: "progress", message: "…", data: {} }] });
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(calls).toBe(before);
    });
  });

  describe("blobs", () => {
    const large = Buffer.alloc(9 * 2 ** 20 + 17, 0).map((_, at) => (at * 2654435761) >>> 13);

    test.each([
      ["of no bytes", Buffer.alloc(0)],
      ["of one byte", Buffer.from([0])],
      ["of many chunks", large],
    ])("%s come back as they were", async (_, bytes) => {
      const digest = digestOf(bytes);
      expect(await given.storage.blobs.size(digestOf(randomUUID()))).toBeNull();
      await given.storage.blobs.put(digest, bytes);
      expect(await given.storage.blobs.size(digest)).toBe(bytes.length);
      expect((await given.storage.blobs.read(digest)).equals(bytes)).toBe(true);
      const parts: Buffer[] = [];
      for await (const part of await given.storage.blobs.stream(digest)) parts.push(part as Buffer);
      expect(Buffer.concat(parts).equals(bytes)).toBe(true);
      const paths = await Promise.all([1, 2, 3].map(() => given.storage.blobs.localPath(digest)));
      expect(new Set(paths).size).toBe(1);
      expect((await readFile(paths[0])).equals(bytes)).toBe(true);
    });
  });

  test("statistics count the jobs and how long the oldest has waited", async () => {
    const before = await given.storage.jobs.stats();
    await running(given.storage.jobs);
    await given.storage.jobs.create(newJob());
    const after = await given.storage.jobs.stats();
    expect(after.byStatus).toEqual({
      ...before.byStatus,
      running: before.byStatus.running + 1,
      queued: before.byStatus.queued + 1,
    });
    expect(Object.keys(after.byStatus).toSorted()).toEqual([...jobStatuses].toSorted());
    expect(after.oldestWaitSeconds).toBeGreaterThan(0);
    expect(await given.storage.ready()).toBe("available");
  });
});
