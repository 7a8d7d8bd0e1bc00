import { Worker } from "node:worker_threads";
import { CrewHost } from "../workers/crew-host.ts";
import type { Wish } from "../training/host.ts";
import { newControl, PENDING, type TrainerMessage, type TrainTask, WISH, wishes } from "./trainer-protocol.ts";

type Told = Exclude<TrainerMessage, { kind: "ready" | "crew" }>;

/** The thread ended in the middle of its work, most often for want of memory. */
export class ThreadEnded extends Error {
  override readonly name = "ThreadEnded";
}

/** A thread that trains one job after another. */
export class TrainerThread {
  readonly #thread: Worker;
  readonly #ended = Promise.withResolvers<never>();
  #crew: CrewHost | undefined;
  #control = newControl();
  #listener: ((message: Told) => void) | undefined;
  #isAlive = true;

  constructor(script: URL, workerData: unknown) {
    this.#thread = new Worker(script, { workerData });
    this.#ended.promise.catch(() => undefined);
    let cause = "the thread has ended";
    this.#thread.on("error", (error: unknown) => (cause = error instanceof Error ? error.message : String(error)));
    this.#thread.on("exit", () => {
      this.#isAlive = false;
      this.#ended.reject(new ThreadEnded(cause));
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
    task: Omit<TrainTask, "control">,
    told: (message: Exclude<Told, { kind: "end" | "refused" }>) => void,
  ): Promise<Extract<Told, { kind: "end" | "refused" }>> {
    this.#control = newControl();
    const end = Promise.withResolvers<Extract<Told, { kind: "end" | "refused" }>>();
    this.#listener = (message) => {
      if (message.kind === "end" || message.kind === "refused") end.resolve(message);
      else told(message);
    };
    this.#thread.postMessage({ ...task, control: this.#control } satisfies TrainTask);
    return await Promise.race([end.promise, this.#ended.promise]);
  }

  /** Says what is wanted of the run. A stronger wish is not taken back by a weaker one. */
  wish(wish: Wish): void {
    const number = wishes.indexOf(wish);
    if (Atomics.load(this.#control, WISH) < number) Atomics.store(this.#control, WISH, number);
  }

  /** A checkpoint has been kept, or given up. */
  checkpointDone(): void {
    Atomics.sub(this.#control, PENDING, 1);
    Atomics.notify(this.#control, PENDING);
  }

  async end(): Promise<void> {
    await this.#crew?.end();
    await this.#thread.terminate();
  }

  #recruit({ crew, members }: Extract<TrainerMessage, { kind: "crew" }>): void {
    void this.#crew?.end();
    this.#crew = crew === null ? undefined : new CrewHost(crew, members, { isBackground: true });
  }
}
