import { parentPort, workerData } from "node:worker_threads";
import { tidyWorkspace } from "./kernels/workspace.ts";
import { collectGarbage } from "./memory/garbage.ts";
import { joinBudget, type BudgetTerms } from "./memory/budget.ts";
import { Compiler } from "./program/compiler.ts";
import { giveWay } from "./workers/priority.ts";
import { Registry } from "./program/registry.ts";
import { ThreadBudget, type ThreadsInUse } from "./workers/thread-budget.ts";
import { serveTraining } from "./jobs/trainer-loop.ts";
import type { Limits } from "./request/limits.ts";

/** What the main thread tells its trainers. */
export interface TrainerSettings {
  readonly limits: Limits;
  /** Where registered programs are kept. */
  readonly graphsFolder: string;
  readonly threads: number;
  readonly inUse: ThreadsInUse;
  /** Which of the trainers this is. */
  readonly place: number;
  /** The terms of the memory, with this thread's place in the ledger. */
  readonly memory: BudgetTerms & { readonly account: number };
}

// Nobody waits for a training as for an answer.
giveWay();

const { limits, graphsFolder, threads, inUse, place, memory } = workerData as TrainerSettings;
// What loading leaves behind is as much as what is loaded.
collectGarbage();
if (parentPort === null) throw new Error("A trainer is a worker thread");
joinBudget(memory, memory.account, tidyWorkspace);
serveTraining(parentPort, {
  limits,
  threads,
  compiler: new Compiler(new Registry(graphsFolder), limits),
  budget: new ThreadBudget(inUse, place),
});
