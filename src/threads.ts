import type { Storage } from "./jobs/contract.ts";
import { Runner, type RunnerOptions } from "./jobs/runner.ts";
import { type MemoryBudget, patienceOfTrainers, patienceOfWorkers } from "./memory/budget.ts";
import type { Limits } from "./request/limits.ts";
import type { TrainerSettings } from "./trainer.ts";
import type { WorkerSettings } from "./worker.ts";
import { WorkerPool, type WorkerPoolOptions } from "./workers/pool.ts";
import { threadsInUse } from "./workers/thread-budget.ts";

/** What every thread that computes is told. */
interface Settings {
  readonly limits: Limits;
  /** Where registered programs are kept. */
  readonly graphsFolder: string;
  /** Threads that may work on one large kernel. */
  readonly threads: number;
  readonly budget: MemoryBudget;
}

/** Starts the threads that answer requests. */
export function startPool({ limits, graphsFolder, budget, ...options }: Settings & OwnPoolOptions): WorkerPool {
  const { shares, ledger, placeOfWorker } = budget;
  const settings: WorkerSettings = {
    limits,
    graphsFolder,
    memory: { shares, words: ledger.words, patience: patienceOfWorkers(options.workers) },
  };
  return new WorkerPool({
    ...options,
    script: new URL("./worker.ts", import.meta.url),
    workerData: settings,
    resourceLimits: shares.heap,
    memory: { ledger, placeOf: placeOfWorker },
  });
}

type OwnPoolOptions = Omit<WorkerPoolOptions, "script" | "workerData" | "resourceLimits" | "memory">;

interface TrainersOptions extends Settings, Pick<RunnerOptions, "meter" | "onTrouble" | "tracing"> {
  readonly storage: Storage;
  /** How many jobs are trained at once. */
  readonly trainers: number;
}

/** The threads that train. */
export interface Trainers {
  readonly runner: Runner;
  /** Has the jobs under way handed over. */
  readonly close: () => Promise<void>;
}

/** Begins to train the jobs that wait. */
export async function startTrainers({
  storage,
  trainers,
  threads,
  limits,
  graphsFolder,
  budget,
  ...options
}: TrainersOptions): Promise<Trainers> {
  const { shares, ledger, placeOfTrainer, roomOfTrainers } = budget;
  const inUse = threadsInUse(Math.max(trainers, threads));
  const runner = new Runner({
    ...options,
    storage,
    script: new URL("./trainer.ts", import.meta.url),
    settingsOf: (place): TrainerSettings => ({
      limits,
      graphsFolder,
      threads,
      inUse,
      place,
      memory: { shares, words: ledger.words, patience: patienceOfTrainers, room: roomOfTrainers, account: placeOfTrainer(place) },
    }),
    resourceLimits: shares.heap,
    ended: (place) => ledger.clear(placeOfTrainer(place)),
  });
  runner.warmUp();
  const dispatching = await storage.dispatch((id, signal) => runner.run(id, signal), trainers);
  runner.segmentMs = dispatching.segmentSeconds * 1000;
  const close = async (): Promise<void> => {
    runner.handOver();
    await dispatching.stop();
    await runner.close();
  };
  return { runner, close };
}
