import { setTimeout as sleep } from "node:timers/promises";
import type { Ending, Wish } from "../training/host.ts";
import { Problem } from "../problems/problems.ts";
import { type Claim, type Failure, type Job, type JobStatus, LostJob, type JobOutcome, type Storage } from "./contract.ts";
import { type Meter, Reporter } from "./reporter.ts";
import { ThreadEnded, TrainerThread } from "./trainer-thread.ts";

/** Something for the log: what went wrong with a job's thread. */
export interface RunnerTrouble {
  readonly job: string;
  readonly trace: string;
}

export interface RunnerOptions {
  readonly storage: Storage;
  /** The script of a trainer's thread, and what it is told. */
  readonly script: URL;
  readonly settingsOf: (place: number) => unknown;
  readonly onTrouble?: (trouble: RunnerTrouble) => void;
  readonly meter?: Meter;
}

/** The end of a job is written again and again for so long, in milliseconds, when the storage cannot be reached. */
const patienceMs = 10 * 60_000;
const retryMs = 1_000;

/** What a status asks of whoever works on the job. */
const wishOf: Partial<Record<JobStatus, Wish>> = { cancelling: "cancel", cancelled: "cancel", pausing: "pause" };

/** Works on jobs: one trainer's thread for each at a time. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #idle: { readonly thread: TrainerThread; readonly place: number }[] = [];
  readonly #busy = new Map<TrainerThread, number>();
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
    try {
      await this.#work(claim, signal);
    } catch (error) {
      // Whoever has the job now writes what becomes of it.
      if (!(error instanceof LostJob)) throw error;
    }
  }

  /** Starts a thread before there is work for it: a short job takes less time than that. */
  warmUp(): void {
    const { thread, place } = this.#takeThread();
    this.#giveBack(thread, place);
  }

  /** Has every run hand its job over. The dispatcher waits for them. */
  handOver(): void {
    this.#isClosing = true;
    for (const thread of this.#busy.keys()) thread.wish("hand over");
  }

  async close(): Promise<void> {
    await Promise.all([...this.#idle.map(({ thread }) => thread), ...this.#busy.keys()].map((thread) => thread.end()));
  }

  async #work(claim: Claim, signal: AbortSignal): Promise<void> {
    const { storage, onTrouble } = this.#options;
    const { job } = claim;
    const task = await this.#taskOf(claim);
    const { thread, place } = this.#takeThread();
    const reporter = new Reporter(storage, claim, {
      status: (status) => wishOf[status] !== undefined && thread.wish(wishOf[status]),
      // Nothing that this run makes is wanted any more.
      lost: () => thread.wish("cancel"),
      checkpointDone: () => thread.checkpointDone(),
      meter: this.#options.meter,
    });
    const drop = (): void => reporter.drop();
    signal.addEventListener("abort", drop);
    const unwatch = storage.jobs.watch(job.id, () => void this.#followStatus(job.id, thread));
    const segment = Number.isFinite(this.segmentMs) ? setTimeout(() => thread.wish("hand over"), this.segmentMs) : undefined;
    if (signal.aborted) drop();
    if (this.#isClosing) thread.wish("hand over");
    try {
      const end = await thread.train(task, (message) => reporter.take(message));
      await reporter.settled();
      if (end.kind === "refused" && end.trace !== null) onTrouble?.({ job: job.id, trace: end.trace });
      await this.#finish(claim, end.kind === "refused" ? failed(end.failure) : outcomeOf(end.ending, job), reporter);
    } catch (error) {
      if (!(error instanceof ThreadEnded)) throw error;
      onTrouble?.({ job: job.id, trace: error.message });
      await reporter.settled();
      await this.#finish(
        claim,
        { status: "queued", message: `The thread that trained the job has ended (${error.message}); it is tried again` },
        reporter,
      );
    } finally {
      clearTimeout(segment);
      unwatch();
      signal.removeEventListener("abort", drop);
      this.#giveBack(thread, place);
    }
  }

  async #taskOf({ job, attempt, checkpoint }: Claim): Promise<Parameters<TrainerThread["train"]>[0]> {
    const { blobs } = this.#options.storage;
    const datasets = await Promise.all(job.datasets.map(async (id) => [id, await blobs.localPath(id.slice(id.indexOf(":") + 1))] as const));
    const resumed =
      checkpoint === null || checkpoint.state === null
        ? null
        : { weights: await blobs.localPath(checkpoint.weights), state: await blobs.localPath(checkpoint.state) };
    return {
      submission: await blobs.localPath(job.submission),
      datasets: Object.fromEntries(datasets),
      checkpoint: resumed,
      wasInterrupted: attempt > 1,
    };
  }

  async #followStatus(id: string, thread: TrainerThread): Promise<void> {
    const status = await this.#options.storage.jobs.get(id).then(
      (job) => job.status,
      () => null,
    );
    const wish = status === null ? undefined : wishOf[status];
    if (wish !== undefined) thread.wish(wish);
  }

  /** Ends the attempt, and tries for a while when the storage cannot be reached: what was trained must not be lost for that. */
  async #finish({ job, attempt }: Claim, outcome: JobOutcome, reporter: Reporter): Promise<void> {
    const { storage, meter } = this.#options;
    const before = Date.now();
    for (;;) {
      try {
        await storage.jobs.finish(job.id, attempt, outcome, await reporter.last());
        meter?.ended(outcome.status, (Date.now() - (job.started_at ?? before)) / 1000);
        return;
      } catch (error) {
        const isPassing = error instanceof Problem && error.status === 503 && Date.now() - before < patienceMs;
        if (!isPassing) throw error;
        await sleep(retryMs);
      }
    }
  }

  #takeThread(): { thread: TrainerThread; place: number } {
    let taken = this.#idle.pop();
    while (taken !== undefined && !taken.thread.isAlive) taken = this.#idle.pop();
    if (taken === undefined) {
      const used = new Set([...this.#busy.values(), ...this.#idle.map(({ place }) => place)]);
      let place = 0;
      while (used.has(place)) place++;
      taken = { thread: new TrainerThread(this.#options.script, this.#options.settingsOf(place)), place };
    }
    this.#busy.set(taken.thread, taken.place);
    return taken;
  }

  #giveBack(thread: TrainerThread, place: number): void {
    this.#busy.delete(thread);
    if (thread.isAlive) this.#idle.push({ thread, place });
  }
}

const failed = (error: Failure): JobOutcome => ({ status: "failed", message: error.message, error });

function outcomeOf(ending: Ending, { started_at }: Job): JobOutcome {
  switch (ending.kind) {
    case "failed":
      return failed(ending.failure);
    case "done": {
      const wall = started_at === null ? {} : { wall_seconds: (Date.now() - started_at) / 1000 };
      return { status: "succeeded", message: ending.message, result: { ...ending.result, ...wall } as JobOutcome["result"] };
    }
    case "stopped":
      switch (ending.wish) {
        case "cancel":
          return { status: "cancelled", message: `Cancelled after ${ending.step} steps` };
        case "pause":
          return { status: "paused", message: `Paused after ${ending.step} steps` };
        case "hand over":
          return { status: "queued", message: `Handed over after ${ending.step} steps` };
      }
  }
}
