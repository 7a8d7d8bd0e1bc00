/** One attempt at a job, on one thread: what is wished of it, what it tells, and how it ends. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Ending, Wish } from "../training/host.ts";
import { type Span, type SpanEnd, traced, type TraceParent, type Tracing } from "../tracing/tracing.ts";
import { Problem } from "../problems/problems.ts";
import { type Claim, type Failure, type Job, type JobOutcome, type JobStatus, type Report, type Storage, isFinal } from "./contract.ts";
import { isPassing } from "./faults.ts";
import { type Meter, Reporter } from "./reporter.ts";
import { arrived, CHECKPOINTS, newControl, ROWS, type TrainTask, wishFor } from "./trainer-protocol.ts";
import { ThreadEnded, type TrainerThread } from "./trainer-thread.ts";

/** Something for the log: what went wrong with a job's thread. */
export interface RunnerTrouble {
  readonly job: string;
  readonly trace: string;
  readonly traceparent: TraceParent | null;
}

export interface RunOptions {
  readonly storage: Storage;
  readonly onTrouble?: (trouble: RunnerTrouble) => void;
  readonly meter?: Meter;
  readonly tracing?: Tracing;
}

/** The end of a job is written again and again for so long, in milliseconds, when the storage cannot be reached. */
const patienceMs = 10 * 60_000;
const retryMs = 1_000;

/** A storage that is full or does not answer keeps neither a client who cancels nor a process that stops waiting for longer than this, in milliseconds. */
const hurryMs = 5_000;

/** What a status asks of whoever works on the job. */
const wishOf: Partial<Record<JobStatus, Wish>> = { cancelling: "cancel", cancelled: "cancel", pausing: "pause" };

export class Run {
  readonly #options: RunOptions;
  readonly #claim: Claim;
  readonly #thread: TrainerThread;
  readonly #control = newControl();
  readonly #impatience = new AbortController();
  #hurrying: NodeJS.Timeout | undefined;

  constructor(options: RunOptions, claim: Claim, thread: TrainerThread) {
    this.#options = options;
    this.#claim = claim;
    this.#thread = thread;
  }

  /** The job is to go on later or elsewhere; at once, when the process stops. */
  handOver({ atOnce }: { readonly atOnce: boolean }): void {
    wishFor(this.#control, "hand over");
    if (atOnce) this.#hurry();
  }

  /** Trains until this attempt is over. Aborting the signal says that the job is somebody else's. Throws LostJob. */
  async work(signal: AbortSignal): Promise<void> {
    const { tracing } = this.#options;
    const { job, attempt, checkpoint } = this.#claim;
    const attributes = { "adjoint.job": job.id, "adjoint.attempt": attempt, "adjoint.step": checkpoint?.step ?? 0 };
    const outcome = await traced(tracing, "attempt", { parent: job.traceparent, attributes }, (span) => this.#work(signal, span), ended);
    if (!isFinal(outcome.status)) return;
    const whole = { parent: job.traceparent, at: job.created_at, attributes: { "adjoint.job": job.id, "adjoint.attempts": attempt } };
    tracing?.begin("job", whole).end(ended(outcome));
  }

  async #work(signal: AbortSignal, span: Span | undefined): Promise<JobOutcome> {
    const { storage, meter, tracing } = this.#options;
    const { job, attempt } = this.#claim;
    if (span !== undefined && attempt === 1) tracing?.begin("wait", { parent: span.traceparent, at: job.created_at }).end();
    const control = this.#control;
    const listener = {
      status: (status: JobStatus) => this.#follow(status),
      // Nothing that this run makes is wanted any more.
      lost: () => wishFor(control, "cancel"),
      checkpointDone: () => arrived(control, CHECKPOINTS, 1),
      rowsDone: (count: number) => arrived(control, ROWS, count),
      meter,
      tracing,
      attempt: span?.traceparent,
    };
    using reporter = new Reporter(storage, this.#claim, listener, this.#impatience.signal);
    const drop = (): void => {
      reporter.drop();
      this.#impatience.abort();
    };
    signal.addEventListener("abort", drop);
    const unwatch = storage.jobs.watch(job.id, () => void this.#lookAtStatus());
    if (signal.aborted) drop();
    try {
      const outcome = await this.#trained(reporter);
      await this.#finish(outcome, reporter);
      return outcome;
    } finally {
      clearTimeout(this.#hurrying);
      unwatch();
      signal.removeEventListener("abort", drop);
    }
  }

  /** How the training has come out. Throws LostJob, and what befalls the storage. */
  async #trained(reporter: Reporter): Promise<JobOutcome> {
    const { job } = this.#claim;
    const tell = (trace: string): void => this.#options.onTrouble?.({ job: job.id, trace, traceparent: job.traceparent });
    try {
      const end = await this.#thread.train(await this.#task(), (message) => reporter.take(message));
      await reporter.settled();
      if (end.kind === "end") return outcomeOf(end.ending, job);
      if (end.trace !== null) tell(end.trace);
      return failed(end.failure);
    } catch (error) {
      if (error instanceof ThreadEnded) {
        tell(error.message);
        await reporter.settled();
        return { status: "queued", message: "", lost: error.message };
      }
      // What the storage has no room for, however long one waits.
      if (error instanceof Problem && !isPassing(error)) return failed({ code: error.code, message: error.detail, param: null });
      throw error;
    }
  }

  async #task(): Promise<TrainTask> {
    const { blobs } = this.#options.storage;
    const { job, attempt, checkpoint } = this.#claim;
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
      pauseAt: job.pause_at,
      control: this.#control,
    };
  }

  async #lookAtStatus(): Promise<void> {
    const job = await this.#options.storage.jobs.get(this.#claim.job.id).catch(() => null);
    if (job !== null) this.#follow(job.status);
  }

  #follow(status: JobStatus): void {
    const wish = wishOf[status];
    if (wish === undefined) return;
    wishFor(this.#control, wish);
    if (wish === "cancel") this.#hurry();
  }

  #hurry(): void {
    this.#hurrying ??= setTimeout(() => this.#impatience.abort(), hurryMs);
  }

  /** Ends the attempt, and tries for a while when the storage cannot be reached: what was trained must not be lost for that. */
  async #finish(outcome: JobOutcome, reporter: Reporter): Promise<void> {
    const { signal } = this.#impatience;
    const deadline = Date.now() + patienceMs;
    for (;;) {
      try {
        return await this.#end(outcome, await reporter.last());
      } catch (error) {
        if (!isPassing(error) || Date.now() > deadline) throw error;
        // What was trained since the last checkpoint is given up, unless it was all there was to train: then it is trained again from there.
        if (signal.aborted && outcome.status === "succeeded") throw error;
        if (signal.aborted) return await this.#end(outcome, {});
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #end(outcome: JobOutcome, report: Report): Promise<void> {
    const { storage, meter } = this.#options;
    const { job, attempt } = this.#claim;
    await storage.jobs.finish(job.id, attempt, outcome, report, this.#impatience.signal);
    meter?.ended(outcome.status, (Date.now() - (job.started_at ?? Date.now())) / 1000);
  }
}

/** How the end of an attempt, and of a job, is told of its span. */
const ended = ({ status, error, lost }: JobOutcome): SpanEnd => ({ attributes: { "adjoint.outcome": status }, error: error?.code ?? lost });

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
          return { status: "paused", message: `Paused after ${ending.step} steps`, step: ending.step };
        case "hand over":
          return { status: "queued", message: `Handed over after ${ending.step} steps` };
      }
  }
}
