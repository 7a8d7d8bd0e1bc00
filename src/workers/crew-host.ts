import { Worker } from "node:worker_threads";
import { BROKEN, type CrewLink, PENDING, sheetOn } from "./crew-link.ts";

/** What a member of a crew is told. */
export interface CrewMember {
  readonly sheet: SharedArrayBuffer;
  readonly mail: CrewLink["mail"][number];
  /** From 1. */
  readonly member: number;
  readonly isBackground: boolean;
}

/** Megabytes of heap that a member may have: it holds kernels, and the numbers lie in the memory that it is mailed. */
const heap = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 3 };

/** The threads of one crew. They are started and watched from a thread that does not wait for them. */
export class CrewHost {
  readonly #threads: readonly Worker[];

  /** Those that work in the background give way to other threads. */
  constructor({ sheet, mail: boxes }: CrewLink, { isBackground = false } = {}) {
    const words = sheetOn(sheet);
    this.#threads = boxes.map((mail, at) => {
      const workerData: CrewMember = { sheet, mail, member: at + 1, isBackground };
      const thread = new Worker(new URL("./crew-thread.ts", import.meta.url), { workerData, transferList: [mail], resourceLimits: heap });
      thread.unref();
      thread.on("error", () => undefined);
      // Whoever waits for a thread that has ended must not wait for ever.
      thread.on("exit", () => {
        Atomics.store(words, BROKEN, 1);
        Atomics.store(words, PENDING, 0);
        Atomics.notify(words, PENDING);
      });
      return thread;
    });
  }

  async end(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}
