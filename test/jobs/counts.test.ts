import { expect, test } from "vitest";
import { type JobStatus, jobStatuses } from "../../src/jobs/contract.ts";
import { everyStorage } from "./backends.ts";
import { claimed, newJob } from "./given.ts";

everyStorage("the counts of jobs", (given) => {
  const counts = async () => (await given.storage.jobs.stats()).byStatus;
  const none = Object.fromEntries(jobStatuses.map((status) => [status, 0])) as Record<JobStatus, number>;

  test("follow whatever becomes of jobs, and are kept when the storage is opened again", async () => {
    const { jobs } = given.storage;
    expect(await counts()).toEqual(none);
    const ids = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const { id } = await jobs.create(newJob());
        return id;
      }),
    );
    expect(await counts()).toEqual({ ...none, queued: 12 });
    await Promise.all(ids.slice(0, 8).map((id) => claimed(jobs, id)));
    expect(await counts()).toEqual({ ...none, queued: 4, running: 8 });
    await Promise.all([jobs.pause(ids[0]), jobs.cancel(ids[1]), jobs.cancel(ids[11])]);
    for (const at of [2, 3, 4]) await jobs.finish(ids[at], 1, { status: "succeeded", message: "It is done." });
    await jobs.finish(ids[5], 1, { status: "queued", message: "Handed over." });
    const expected = { ...none, queued: 4, running: 2, pausing: 1, cancelling: 1, cancelled: 1, succeeded: 3 };
    expect(await counts()).toEqual(expected);
    await Promise.all([jobs.delete(ids[2]), jobs.delete(ids[3])]);
    // What fails in the middle of a transaction is not counted.
    await expect(jobs.create(newJob({ datasets: ["sha256:none"] }))).rejects.toThrow();
    expect(await counts()).toEqual({ ...expected, succeeded: 1 });
    const again = await given.reopen();
    const { byStatus } = await again.jobs.stats();
    expect(Object.values(byStatus).reduce((sum, count) => sum + count)).toBe(10);
    expect(byStatus.succeeded).toBe(1);
  });
});
