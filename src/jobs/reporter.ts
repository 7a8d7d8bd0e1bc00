import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { type SpanEnd, traced, type TraceParent, type Tracing } from "../tracing/tracing.ts";
import type { MetricsRow, Progress } from "../training/report.ts";
import { isPassing } from "./faults.ts";
import { type Claim, type JobStatus, LostJob, type NewCheckpoint, type NewEvent, type Report, type Storage } from "./contract.ts";
import type { TrainerMessage } from "./trainer-protocol.ts";

type Told = Extract<TrainerMessage, { kind: "metrics" | "checkpoint" }>;
type CheckpointMessage = Extract<TrainerMessage, { kind: "checkpoint" }>;

/** Progress becomes an event this often, in milliseconds, or more seldom in a long run: after a hundredth of its time. */
const eventEvery = 1_000;
const eventShare = 100;

/** Rows of one transaction: a job that logs every step brings them by the ten thousand, and requests come in between. */
const mostRows = 250;

/** Milliseconds between two trials to write while the storage is full or does not answer: the trainer stands still meanwhile. */
const retryMs = 1_000;

/** Told of what is worth counting. */
export interface Meter {
  /** So many more rows, or fewer, are on their way to the storage. */
  readonly pending: (rows: number) => void;
  readonly waited: (seconds: number) => void;
  readonly trained: (steps: number, samples: number) => void;
  readonly kept: (bytes: number) => void;
  readonly ended: (status: string, seconds: number) => void;
}

interface Listener {
  readonly status: (status: JobStatus) => void;
  readonly lost: () => void;
  readonly checkpointDone: () => void;
  readonly rowsDone: (count: number) => void;
  readonly meter: Meter | undefined;
  readonly tracing?: Tracing | undefined;
  /** The span that checkpoints are a part of. */
  readonly attempt?: TraceParent | undefined;
}

/**
 * Writes what a trainer tells to the storage, in order and one thing at a time; what comes meanwhile is written together. Whatever cannot be
 * written now is tried again until it is, or until `impatience` is aborted: then it goes with the end.
 */
export class Reporter implements Disposable {
  readonly #storage: Storage;
  readonly #claim: Claim;
  readonly #listener: Listener;
  readonly #impatience: AbortSignal;
  readonly #began = Date.now();
  readonly #samplesPerStep: number;
  #rows: MetricsRow[] = [];
  #progress: Progress | null = null;
  #writtenRows = 0;
  /** Each with the number of rows that were told before it. */
  #checkpoints: { readonly message: CheckpointMessage; readonly behind: number }[] = [];
  #eventAt = 0;
  #countedStep: number;
  #writing: Promise<void> | null = null;
  #isLost = false;
  #failure: Error | undefined;
  /** The checkpoint that ends the job is written with its end. */
  #final: CheckpointMessage | null = null;

  constructor(storage: Storage, claim: Claim, listener: Listener, impatience: AbortSignal) {
    this.#storage = storage;
    this.#claim = claim;
    this.#listener = listener;
    this.#impatience = impatience;
    this.#countedStep = claim.checkpoint?.step ?? 0;
    const { summary } = claim.job;
    this.#samplesPerStep = typeof summary.batch_size === "number" ? summary.batch_size : 0;
  }

  take(message: Told): void {
    if (message.kind === "metrics") {
      this.#rows.push(...message.rows);
      this.#progress = message.progress;
      this.#listener.meter?.pending(message.rows.length);
      this.#listener.meter?.trained(
        message.progress.step - this.#countedStep,
        (message.progress.step - this.#countedStep) * this.#samplesPerStep,
      );
      this.#countedStep = message.progress.step;
    } else if (message.final) this.#final = message;
    else this.#checkpoints.push({ message, behind: this.#writtenRows + this.#rows.length });
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = null));
  }

  /** The job is somebody else's: nothing more is written. */
  drop(): void {
    this.#isLost = true;
    this.#listener.lost();
  }

  /** Fulfilled when all that was told is written, but for the final checkpoint. Throws LostJob, and what no other trial would mend. */
  async settled(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isLost) throw new LostJob("the job is somebody else's");
  }

  /** What goes with the end of the job: the final checkpoint, whose bytes are kept before. Throws Problem when they cannot be. */
  async last(): Promise<Report> {
    const rest: Report = { metrics: this.#rows, ...(this.#progress && { progress: this.#progress }) };
    const final = this.#final;
    return final === null ? rest : { ...rest, checkpoint: await this.#keep(final), keep: this.#keepCount };
  }

  /** The run is over: what was not written is given up. */
  [Symbol.dispose](): void {
    this.#written(this.#rows.length);
  }

  get #keepCount(): number {
    const { checkpoint } = this.#claim.job.summary as { readonly checkpoint?: { readonly keep: number } };
    return checkpoint?.keep ?? 2;
  }

  async #writeAll(): Promise<void> {
    // A turn of the event loop later: what was told together is written together, and not between one message and the next, of which a
    // thread may send more for as long as they are read.
    await nextTurn();
    try {
      while (this.#isWanted && (this.#rows.length > 0 || this.#progress !== null || this.#checkpoints.length > 0)) await this.#tryOne();
    } catch (error) {
      if (!(error instanceof LostJob)) this.#failure = error instanceof Error ? error : new Error(String(error));
      this.drop();
    } finally {
      if (!this.#isWanted) while (this.#checkpoints.length > 0) this.#checkpointWritten();
    }
  }

  get #isWanted(): boolean {
    return !this.#isLost && !this.#impatience.aborted;
  }

  async #tryOne(): Promise<void> {
    try {
      await this.#writeOne();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await sleep(retryMs, undefined, { signal: this.#impatience }).catch(() => undefined);
    }
  }

  async #writeOne(): Promise<void> {
    const rows = this.#rows.slice(0, mostRows);
    const progress = this.#progress;
    const [first] = this.#checkpoints;
    // What was told before a checkpoint is written before it: a run that goes on from it does not make those rows again.
    const checkpoint = first !== undefined && first.behind <= this.#writtenRows + rows.length ? first.message : null;
    const events: NewEvent[] = [];
    let report: Report = { metrics: rows, ...(progress && { progress }) };
    // A loss that is not finite is told by the failure that comes next.
    if (progress !== null && progress.loss !== null && this.#isEventDue()) events.push(progressEvent(progress, this.#claim.job.steps));
    if (checkpoint !== null) {
      const kept = await this.#keep(checkpoint);
      report = { ...report, checkpoint: kept, keep: this.#keepCount };
      events.push(checkpointEvent(kept));
    }
    await this.#report({ ...report, events });
    this.#written(rows.length);
    if (this.#progress === progress) this.#progress = null;
    if (checkpoint !== null) this.#checkpointWritten();
  }

  async #report(report: Report): Promise<void> {
    const { job, attempt } = this.#claim;
    const { status } = await this.#storage.jobs.report(job.id, attempt, report, this.#impatience);
    this.#listener.status(status);
  }

  #written(rows: number): void {
    this.#rows.splice(0, rows);
    this.#writtenRows += rows;
    this.#listener.rowsDone(rows);
    this.#listener.meter?.pending(-rows);
  }

  #checkpointWritten(): void {
    this.#checkpoints.shift();
    this.#listener.checkpointDone();
  }

  #keep(message: CheckpointMessage): Promise<NewCheckpoint> {
    const { tracing, attempt = null } = this.#listener;
    const start = { parent: attempt, attributes: { "adjoint.job": this.#claim.job.id, "adjoint.step": message.step } };
    const told = ({ bytes }: NewCheckpoint): SpanEnd => ({ attributes: { "adjoint.checkpoint_bytes": bytes } });
    return traced(tracing, "checkpoint", start, () => this.#put(message), told);
  }

  async #put({ weights, state, ...facts }: CheckpointMessage): Promise<NewCheckpoint> {
    const { blobs } = this.#storage;
    await blobs.put(weights.digest, weights.bytes);
    if (state !== null) await blobs.put(state.digest, state.bytes);
    const bytes = weights.bytes.length + (state?.bytes.length ?? 0);
    this.#listener.meter?.kept(bytes);
    const { step, epoch, metrics, best, final } = facts;
    return { step, epoch, metrics, best, final, weights: weights.digest, state: state?.digest ?? null, bytes };
  }

  #isEventDue(): boolean {
    const now = Date.now();
    if (now - this.#eventAt < Math.max(eventEvery, (now - this.#began) / eventShare)) return false;
    this.#eventAt = now;
    return true;
  }
}

function progressEvent(progress: Progress, steps: number | null): NewEvent {
  const { step, loss, steps_per_second: rate, remaining_seconds: rest } = progress;
  const parts = [
    `step ${step}${steps === null ? "" : ` of ${steps}`}`,
    ...(loss === null ? [] : [`loss ${loss.toPrecision(6)}`]),
    `${rate < 100 ? rate.toPrecision(2) : Math.round(rate)} steps/s`,
    ...(rest === null ? [] : [`${duration(rest)} left`]),
  ];
  return { type: "progress", message: parts.join(", "), data: { ...progress } };
}

function checkpointEvent({ step, epoch, metrics, best, bytes }: NewCheckpoint): NewEvent {
  const message = `checkpoint of ${bytes} bytes at step ${step}${best ? ", the best so far" : ""}`;
  return { type: "checkpoint", message, data: { checkpoint: `step_${step}`, step, epoch, metrics, best, bytes } };
}

/** Seconds as people say them. */
function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
