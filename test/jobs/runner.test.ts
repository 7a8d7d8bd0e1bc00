import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lesson } from "./lesson.ts";
import { openWorkshop } from "./trained.ts";

type Workshop = Awaited<ReturnType<typeof openWorkshop>>;
let workshop: Workshop;
let plain: Buffer;
const steps = 4_000;
beforeAll(async () => {
  workshop = await openWorkshop();
  const id = await workshop.post(lesson(steps));
  const job = await workshop.over(id);
  expect(job).toMatchObject({ status: "succeeded", error: null });
  plain = await workshop.weights(id);
});
afterAll(() => workshop[Symbol.asyncDispose]());

describe("a run is a function of its specification", () => {
  test("posted twice it ends with the same bytes, posted with another seed it does not", async () => {
    const [again, other] = await Promise.all([workshop.post(lesson(steps)), workshop.post(lesson(steps, { seed: 4 }))]);
    await Promise.all([workshop.over(again), workshop.over(other)]);
    expect((await workshop.weights(again)).equals(plain)).toBe(true);
    expect((await workshop.weights(other)).equals(plain)).toBe(false);
  });

  test("paused and resumed three times it ends with the same bytes", async () => {
    const id = await workshop.post(lesson(steps, { checkpoint: { every_steps: 501 } }));
    for (const step of [300, 1100, 2500]) {
      await workshop.until(id, ({ progress, status }) => (progress?.step ?? 0) >= step || status === "succeeded");
      const { status } = await workshop.storage.jobs.pause(id).catch(() => workshop.storage.jobs.get(id));
      if (status === "succeeded") break;
      await workshop.until(id, (job) => job.status === "paused" || job.status === "succeeded");
      if ((await workshop.storage.jobs.get(id)).status === "paused") await workshop.storage.jobs.resume(id);
    }
    expect(await workshop.over(id)).toMatchObject({ status: "succeeded", progress: { step: steps } });
    expect((await workshop.weights(id)).equals(plain)).toBe(true);
    // Every fourth step, and the last of each epoch of five.
    const expected = Array.from({ length: steps }, (_, at) => at + 1).filter((step) => step % 4 === 1 || step % 5 === 0);
    const { data } = await workshop.storage.jobs.metrics(id, { after: 0, limit: 10_000 });
    expect(data.map(({ step }) => step)).toEqual(expected);
  });
});
