/** Waits this long, in milliseconds, after the first thread that ended before it did any work, twice as long after each further one. */
const firstDelay = 50;
const longestDelay = 5_000;

/** After this many in a row there is little hope, and nobody should be kept waiting. */
const hopelessAfter = 5;

/** Starts threads: at once as a rule, and ever more slowly while they end without having done anything. */
export class StartBackoff {
  readonly #start: () => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #failures = 0;

  constructor(start: () => void) {
    this.#start = start;
  }

  get isHopeless(): boolean {
    return this.#failures >= hopelessAfter;
  }

  /** A thread has worked: earlier failures no longer count. */
  succeeded(): void {
    this.#failures = 0;
  }

  startNow(): void {
    this.#start();
  }

  /** Instead of a thread that ended without having done anything. */
  startLater(): void {
    const delay = Math.min(firstDelay * 2 ** this.#failures++, longestDelay);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#start();
    }, delay).unref();
    this.#timers.add(timer);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
