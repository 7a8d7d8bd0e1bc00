/** What the workers of a pool tell each other: how many threads compute for each of them, itself included. */
export type ThreadsInUse = Int32Array<SharedArrayBuffer>;

export const threadsInUse = (workers: number): ThreadsInUse =>
  new Int32Array(new SharedArrayBuffer(workers * Int32Array.BYTES_PER_ELEMENT));

/**
 * One worker's view of the threads that may compute at once, as many as there are workers. It is a courtesy and no lock: two workers that
 * look at the same moment may both take the last one, and the results do not depend on it.
 */
export class ThreadBudget {
  readonly #inUse: ThreadsInUse;
  readonly #worker: number;

  constructor(inUse: ThreadsInUse, worker: number) {
    this.#inUse = inUse;
    this.#worker = worker;
  }

  /** Takes up to `most` of the threads that are free; returns how many. */
  take(most: number): number {
    let free = this.#inUse.length;
    for (let worker = 0; worker < this.#inUse.length; worker++) free -= Atomics.load(this.#inUse, worker);
    const taken = Math.max(0, Math.min(most, free));
    Atomics.add(this.#inUse, this.#worker, taken);
    return taken;
  }

  /** Counts a thread that computes whether one is free or not. */
  enter(): void {
    Atomics.add(this.#inUse, this.#worker, 1);
  }

  giveBack(threads: number): void {
    Atomics.sub(this.#inUse, this.#worker, threads);
  }
}
