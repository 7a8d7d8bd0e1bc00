import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../../support/random.ts";
import { isOver, type JobRecord, reaches, recordOf, submit } from "./client.ts";
import { lesson } from "./lessons.ts";
import { startProcess } from "./process.ts";

/** Jobs of a second or two each. The last two are the same but for the number of threads, which is to change nothing. */
export const lessons = [
  lesson(1, 3_000, { checkpoint: { every_steps: 300 } }),
  lesson(2, 3_000, { checkpoint: { every_steps: 500 }, optimizer: { type: "SGD", lr: 0.01, momentum: 0.9 } }),
  lesson(3, 350, { hidden: 256, threads: 1, checkpoint: { every_steps: 100 } }),
  lesson(3, 350, { hidden: 256, threads: 2, checkpoint: { every_steps: 100 } }),
];

/** What becomes of the jobs in one process that nothing disturbs. */
export async function undisturbed(folder: string): Promise<JobRecord[]> {
  await using service = await startProcess({ DATA_DIR: folder, TRAINERS: "2" });
  const ids = await Promise.all(lessons.map((request) => submit(service.origin, request)));
  return await ended(service.origin, ids);
}

/** What befalls the folder while no process works in it. */
export type Trouble = (random: Random) => void;

/** What becomes of them in a process that is killed so often, a moment after it has started. */
export async function killedAgainAndAgain(folder: string, kills: number, seed: number, trouble: Trouble = () => {}): Promise<JobRecord[]> {
  const random = new Random(seed);
  const start = () => startProcess({ DATA_DIR: folder, TRAINERS: "2", JOB_ATTEMPTS: "1000" });
  let service = await start();
  const ids = await Promise.all(lessons.map((request) => submit(service.origin, request)));
  for (let kill = 0; kill < kills; kill++) {
    await sleep(random.uniform(100, 900));
    await service.kill();
    trouble(random);
    service = await start();
  }
  await using last = service;
  return await ended(last.origin, ids);
}

async function ended(origin: string, ids: readonly string[]): Promise<JobRecord[]> {
  for (const id of ids) await reaches(origin, id, isOver, 60_000);
  return Promise.all(ids.map((id) => recordOf(origin, id)));
}
