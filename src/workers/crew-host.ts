import { Worker } from "node:worker_threads";
import { BROKEN, type CrewLink, PENDING, sheetOn } from "./crew-link.ts";

/** The threads of one crew. They are started and watched from a thread that does not wait for them. */
export class CrewHost {
  readonly #threads: readonly Worker[];

  /** Those that work in the background give way to other threads. */
  constructor(link: CrewLink, members: number, { isBackground = false } = {}) {
    const words = sheetOn(link.sheet);
    this.#threads = Array.from({ length: members }, (_, at) => {
      const thread = new Worker(new URL("./crew-thread.ts", import.meta.url), { workerData: { link, member: at + 1, isBackground } });
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
