import { workerData } from "node:worker_threads";
import { writeJson } from "./doors/json/write.ts";
import { storageFault } from "./jobs/faults.ts";
import { tidyWorkspace } from "./kernels/workspace.ts";
import { collectGarbage } from "./memory/garbage.ts";
import { joinBudget, type BudgetTerms } from "./memory/budget.ts";
import { Compiler } from "./program/compiler.ts";
import { Registry } from "./program/registry.ts";
import type { Limits } from "./request/limits.ts";
import { Cache } from "./tasks/cache.ts";
import { performerOf } from "./tasks/perform.ts";
import { allTasks } from "./workers/tasks.ts";
import { problemAnswer, serve } from "./workers/worker-loop.ts";

/** What the main thread tells its workers. */
export interface WorkerSettings {
  readonly limits: Limits;
  /** Where registered programs are kept. */
  readonly graphsFolder: string;
  readonly memory: BudgetTerms;
}

const { limits, graphsFolder, memory } = workerData as WorkerSettings;
const registry = new Registry(graphsFolder);
const shared = { limits, registry, cache: new Cache(memory.shares.cacheBytes), compiler: new Compiler(registry, limits) };

const tasks = await allTasks();
// What loading leaves behind is as much as what is loaded.
collectGarbage();
serve(new Map(tasks.map((task) => [task.name, performerOf(task, shared, writeJson)])), {
  failed: (error) => problemAnswer(storageFault(error) ?? error),
  enrolled: ({ account }) => joinBudget(memory, account, tidyWorkspace),
});
