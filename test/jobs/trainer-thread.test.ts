import { expect, test } from "vitest";
import { newControl, type TrainTask } from "../../src/jobs/trainer-protocol.ts";
import { ThreadEnded, TrainerThread } from "../../src/jobs/trainer-thread.ts";

const task: TrainTask = { submission: "", datasets: {}, checkpoint: null, wasInterrupted: false, pauseAt: null, control: newControl() };

test.each([
  ["hungry", /ran out of memory/],
  ["dying", /exit code 3/],
])("a %s thread says what it ended of", async (name, why) => {
  const script = new URL(`fixtures/${name}-trainer.ts`, import.meta.url);
  let isEnded = false;
  const thread = new TrainerThread(script, { resourceLimits: { maxOldGenerationSizeMb: 32 } }, () => (isEnded = true));
  const end = await thread.train(task, () => {}).catch((error: unknown) => error);
  expect(end).toBeInstanceOf(ThreadEnded);
  expect(String(end)).toMatch(why);
  expect([thread.isAlive, isEnded]).toEqual([false, true]);
});
