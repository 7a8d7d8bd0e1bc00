import type { ResourceLimits } from "node:worker_threads";
import { LostJob } from "./contract.ts";
import { Run, type RunOptions } from "./run.ts";
import { soundClaim } from "./sound-claim.ts";
import { TrainerThread } from "./trainer-thread.ts";

export interface RunnerOptions extends RunOptions {
  /** The script of a trainer's thread, and what it is told. */
  readonly script: URL;
  readonly settingsOf: (place: number) => unknown;
  readonly resourceLimits?: ResourceLimits;
  /** A thread has ended. */
  readonly ended?: (place: number) => void;
}

interface Place {
  readonly thread: TrainerThread;
  readonly place: number;
}

/** Works on jobs: one trainer's thread for each at a time. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #idle: Place[] = [];
  readonly #busy = new Set<Place>();
  readonly #runs = new Set<Run>();
  /** A job that has run for so long gives its dispatch back and goes on with the next, in milliseconds. */
  segmentMs = Number.POSITIVE_INFINITY;
  #isClosing = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Works on a job until this dispatch is over: it has ended, rests, or is somebody else's. Aborting says that it is not ours any more. */
  async run(id: string, signal: AbortSignal): Promise<void> {
    const claim = this.#isClosing ? null : await this.#options.storage.jobs.claim(id);
    if (claim === null) return;
    const { job, attempt } = claim;
    if (job.started_at !== null && attempt === 1) this.#options.meter?.waited((job.started_at - job.created_at) / 1000);
    const sound = await soundClaim(this.#options.storage, claim);
    const place = this.#takePlace();
    const run = new Run(this.#options, sound, place.thread);
    this.#runs.add(run);
    const segment = Number.isFinite(this.segmentMs) ? setTimeout(() => run.handOver({ atOnce: false }), this.segmentMs) : undefined;
    if (this.#isClosing) run.handOver({ atOnce: true });
    try {
      await run.work(signal);
    } catch (error) {
      // Whoever has the job now writes what becomes of it.
      if (!(error instanceof LostJob)) throw error;
    } finally {
      clearTimeout(segment);
      this.#runs.delete(run);
      this.#giveBack(place);
    }
  }

  /** Starts a thread before there is work for it: a short job takes less time than that. */
  warmUp(): void {
    this.#giveBack(this.#takePlace());
  }

  /** Has every run hand its job over. The dispatcher waits for them. */
  handOver(): void {
    this.#isClosing = true;
    for (const run of this.#runs) run.handOver({ atOnce: true });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#idle, ...this.#busy].map(({ thread }) => thread.end()));
  }

  #takePlace(): Place {
    let taken = this.#idle.pop();
    while (taken !== undefined && !taken.thread.isAlive) taken = this.#idle.pop();
    if (taken === undefined) {
      const used = new Set([...this.#busy, ...this.#idle].map(({ place }) => place));
      let place = 0;
      while (used.has(place)) place++;
      const { script, settingsOf, resourceLimits, ended } = this.#options;
      taken = {
        thread: new TrainerThread(script, { workerData: settingsOf(place), ...(resourceLimits && { resourceLimits }) }, () =>
          ended?.(place),
        ),
        place,
      };
    }
    this.#busy.add(taken);
    return taken;
  }

  #giveBack(taken: Place): void {
    this.#busy.delete(taken);
    if (taken.thread.isAlive) this.#idle.push(taken);
  }
}
