import { Worker, type WorkerOptions } from "node:worker_threads";
import { CrewHost } from "../workers/crew-host.ts";
import type { TrainerMessage, TrainTask } from "./trainer-protocol.ts";

type Told = Exclude<TrainerMessage, { kind: "ready" | "crew" }>;

/** The thread ended in the middle of its work, most often for want of memory; the message says why, as the end of a sentence. */
export class ThreadEnded extends Error {
  override readonly name = "ThreadEnded";
}

/** A thread that trains one job after another. */
export class TrainerThread {
  readonly #thread: Worker;
  readonly #ended = Promise.withResolvers<never>();
  #crew: CrewHost | undefined;
  #listener: ((message: Told) => void) | undefined;
  #isAlive = true;

  constructor(script: URL, settings: Pick<WorkerOptions, "workerData" | "resourceLimits">, ended: () => void) {
    this.#thread = new Worker(script, settings);
    this.#ended.promise.catch(() => undefined);
    let cause: string | undefined;
    this.#thread.on("error", (error: unknown) => (cause = causeOf(error)));
    this.#thread.on("exit", (code) => {
      this.#isAlive = false;
      const over = (): void => {
        ended();
        this.#ended.reject(new ThreadEnded(cause ?? `its thread ended with exit code ${code}`));
      };
      // The memory of the thread is free when nobody of its crew is left that has seen it.
      if (this.#crew === undefined) over();
      else void this.#crew.end().then(over, over);
    });
    this.#thread.on("message", (message: TrainerMessage) => {
      if (message.kind === "crew") this.#recruit(message);
      else if (message.kind !== "ready") this.#listener?.(message);
    });
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Trains; `told` hears of everything in between. Fulfilled with what ends the task; rejected with ThreadEnded. */
  async train(
    task: TrainTask,
    told: (message: Exclude<Told, { kind: "end" | "refused" }>) => void,
  ): Promise<Extract<Told, { kind: "end" | "refused" }>> {
    const end = Promise.withResolvers<Extract<Told, { kind: "end" | "refused" }>>();
    this.#listener = (message) => {
      if (message.kind === "end" || message.kind === "refused") end.resolve(message);
      else told(message);
    };
    this.#thread.postMessage(task);
    return await Promise.race([end.promise, this.#ended.promise]);
  }

  async end(): Promise<void> {
    await this.#crew?.end();
    await this.#thread.terminate();
  }

  #recruit({ crew }: Extract<TrainerMessage, { kind: "crew" }>): void {
    void this.#crew?.end();
    this.#crew = crew === null ? undefined : new CrewHost(crew, { isBackground: true });
  }
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return `its thread ended: ${String(error)}`;
  const isMemory = "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
  return isMemory ? "its thread ran out of memory for what it keeps beside tensors" : `its thread ended: ${error.message}`;
}
