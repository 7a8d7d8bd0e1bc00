import { workerData } from "node:worker_threads";
import { Compiler } from "./program/compiler.ts";
import { Registry } from "./program/registry.ts";
import { evaluateTask } from "./compute/evaluate.ts";
import { gradientsTask } from "./compute/gradients.ts";
import { readGraphTask, registerGraphTask } from "./compute/graphs.ts";
import { serve } from "./workers/worker-loop.ts";
import { checkTask } from "./grading/check/task.ts";
import { gradeTasks } from "./grading/grade/task.ts";
import { probeTask } from "./grading/probe/task.ts";
import { parseDatasetTask } from "./training/datasets/task.ts";
import { trainedTasks } from "./training/tasks/predict.ts";
import { submitTask } from "./training/tasks/submit.ts";
import { weightsTask } from "./training/tasks/weights.ts";
import type { Limits } from "./request/limits.ts";

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
const context = { limits, cacheBytes, compiler: new Compiler(registry, limits) };

serve({
  evaluate: evaluateTask(context),
  gradients: gradientsTask(context),
  registerGraph: registerGraphTask(context, registry),
  readGraph: readGraphTask(context),
  check: checkTask(context),
  ...gradeTasks(context),
  probe: probeTask(context),
  parseDataset: parseDatasetTask,
  submitJob: submitTask(context),
  ...trainedTasks(context),
  weightsJson: weightsTask(context),
});
