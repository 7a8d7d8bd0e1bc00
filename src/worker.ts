import { workerData } from "node:worker_threads";
import { writeJson } from "./doors/json/write.ts";
import { storageFault } from "./jobs/faults.ts";
import { Compiler } from "./program/compiler.ts";
import { Registry } from "./program/registry.ts";
import type { Limits } from "./request/limits.ts";
import { performerOf } from "./tasks/perform.ts";
import { allTasks } from "./workers/tasks.ts";
import { problemAnswer, serve } from "./workers/worker-loop.ts";

/** What the main thread tells its workers. */
export interface WorkerSettings {
  readonly limits: Limits;
  /** Where registered programs are kept. */
  readonly graphsFolder: string;
}

/** Memory for compiled programs, per kind of task and thread, in bytes. */
const cacheBytes = 64 * 2 ** 20;

const { limits, graphsFolder } = workerData as WorkerSettings;
const registry = new Registry(graphsFolder);
const shared = { limits, registry, cacheBytes, compiler: new Compiler(registry, limits) };

const tasks = await allTasks();
const performers = new Map(tasks.map((task) => [task.name, performerOf(task, shared, writeJson)]));
serve(performers, (error) => problemAnswer(storageFault(error) ?? error));
