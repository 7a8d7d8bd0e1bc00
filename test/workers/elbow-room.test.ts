import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { ElbowRoom } from "../../src/workers/elbow-room.ts";
import { PoolTask } from "../../src/workers/pool-task.ts";
import { WorkerPool } from "../../src/workers/pool.ts";
import { taskNamed } from "./fixtures/tasks.ts";

const task = (client: string, order = 0, yields = 0): PoolTask => {
  const one = new PoolTask({
    name: "",
    parameters: {},
    body: "",
    bytes: 0,
    owner: "",
    client,
    order,
    deadline: 0,
    resolve: () => {},
    reject: () => {},
  });
  one.yields = yields;
  return one;
};

const workersOf = (...long: readonly (PoolTask | undefined)[]) => long.map((longTask) => ({ longTask }));

test("the youngest task of whoever has most workers gives way to a client that has none", () => {
  const [old, young] = [task("class", 1), task("class", 2)];
  const other = task("other", 3);
  const waiting = (...tasks: readonly PoolTask[]) => tasks.values();
  const give = (workers: ReturnType<typeof workersOf>, ...tasks: readonly PoolTask[]) =>
    new ElbowRoom().whoGivesWay(workers, waiting(...tasks), 0);
  expect(give(workersOf(old, young), other)).toBe(young);
  expect(give(workersOf(young, old, task("third", 4)), task("class", 9), other)).toBe(young);
  // A worker is free, nobody else waits, nobody has two, or it was asked often enough.
  expect(give(workersOf(old, young, undefined), other)).toBeUndefined();
  expect(give(workersOf(old, young), task("class", 9))).toBeUndefined();
  expect(give(workersOf(old), other)).toBeUndefined();
  expect(give(workersOf(old, task("third", 2)), other)).toBeUndefined();
  expect(give(workersOf(old, task("class", 2, 2)), other)).toBe(old);
  expect(give(workersOf(task("class", 1, 2), task("class", 2, 2)), other)).toBeUndefined();
});

test("a worker is left to others as long as there are others", () => {
  const room = new ElbowRoom();
  const crowded = workersOf(task("class"), undefined);
  expect(room.isCrowding("class", crowded)).toBe(true);
  expect(room.isCrowding("other", crowded)).toBe(false);
  expect(room.isCrowding("class", workersOf(task("class"), undefined, undefined))).toBe(false);
  expect(room.isCrowding("class", workersOf(task("class")))).toBe(false);
  expect(room.isAsked(0)).toBe(false);
  room.whoGivesWay(workersOf(task("class", 1), task("class", 2)), [task("other", 3)].values(), 1_000);
  expect(room.isAsked(5_000)).toBe(true);
  expect(room.isAsked(7_000)).toBe(false);
  room.used("other", crowded, 7_000);
  expect(room.isAsked(8_000)).toBe(true);
  room.used("class", crowded, 10_000);
  expect(room.isAsked(12_500)).toBe(false);
});

test("a short task of one client does not wait for the long ones of another, which are answered all the same", async () => {
  const steps = new SharedArrayBuffer(8);
  const script = new URL("fixtures/worker.ts", import.meta.url);
  const pool = new WorkerPool({ script, workers: 2, queueLimit: 100, deadlineMs: 20_000, graceMs: 1_000, workerData: steps });
  onTestFinished(() => pool.close({ drainMs: 0 }));
  while (pool.stats().workers < 2) await setTimeout(5);
  const gone = new AbortController();
  const endless = Array.from({ length: 3 }, () =>
    pool.run(taskNamed("steps"), {}, undefined, { client: "class", signal: gone.signal }).catch((error: unknown) => error),
  );
  while (pool.stats().busy < 2) await setTimeout(5);
  for (let time = 0; time < 20; time++) await pool.run(taskNamed("echo"), {}, Buffer.from("1"), { client: "other" });
  expect(pool.stats()).toMatchObject({ completed: 20, replaced: 0 });
  gone.abort("enough");
  expect(await Promise.all(endless)).toEqual(["enough", "enough", "enough"]);
});
