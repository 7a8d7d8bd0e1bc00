import type { Host } from "./host.ts";
import { type MetricsRow, written } from "./report.ts";
import type { Setup } from "./setup.ts";

/** Rows are handed on this often, in milliseconds, or when there are so many. */
const flushEvery = 250;
const mostRows = 500;
/** The history of a run has about so many rows unless told. */
const usualRows = 1000;

interface Update {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly lr: number;
  readonly norm: number | null;
}

/** The history of a run in the making, and how fast it goes. */
export class History {
  readonly #setup: Setup;
  readonly #host: Host;
  readonly #every: number;
  #rows: MetricsRow[] = [];
  #last: Update | null = null;
  #flushedAt: number;
  #flushedStep: number;
  #rate = 0;

  /** `step` updates have been made before. */
  constructor(setup: Setup, host: Host, step: number) {
    this.#setup = setup;
    this.#host = host;
    this.#every = setup.spec.log_every ?? Math.max(1, Math.floor(setup.steps / usualRows));
    this.#flushedAt = host.now();
    this.#flushedStep = step;
  }

  step(update: Update): void {
    this.#last = update;
    if ((update.step - 1) % this.#every === 0 || update.step === this.#setup.steps) this.#rows.push(rowOf(update));
  }

  /** What an epoch came to goes into the row of its last step. */
  epoch(metrics: Readonly<Record<string, number | string>>): void {
    const last = this.#last;
    if (last === null) return;
    const isLogged = this.#rows.at(-1)?.step === last.step;
    // Where every step is an epoch, rows come as often as those of steps, and the epoch's loss is the step's.
    const isEveryStep = this.#setup.stepsPerEpoch === 1;
    if (!isLogged && isEveryStep) return;
    const row = isLogged ? (this.#rows.pop() as MetricsRow) : rowOf(last);
    const { epoch_loss, ...others } = metrics;
    this.#rows.push({ ...row, ...(!isEveryStep && { epoch_loss }), ...others });
  }

  flushIfDue(): void {
    if (this.#rows.length >= mostRows || this.#host.now() - this.#flushedAt >= flushEvery) this.flush();
  }

  flush(): void {
    const last = this.#last;
    if (last === null) return;
    const now = this.#host.now();
    const seconds = (now - this.#flushedAt) / 1000;
    const steps = last.step - this.#flushedStep;
    if (seconds > 0 && steps > 0) this.#rate = this.#rate === 0 ? steps / seconds : 0.7 * this.#rate + 0.3 * (steps / seconds);
    const { training, stepsPerEpoch, steps: all } = this.#setup;
    this.#host.metrics(this.#rows, {
      step: last.step,
      epoch: last.epoch,
      loss: Number.isFinite(last.loss) ? last.loss : null,
      steps_per_second: rounded(this.#rate),
      samples_per_second: rounded((this.#rate * training.count) / stepsPerEpoch),
      remaining_seconds: this.#rate > 0 ? rounded((all - last.step) / this.#rate) : null,
    });
    this.#rows = [];
    this.#flushedAt = now;
    this.#flushedStep = last.step;
  }
}

/** Speeds are estimates, and are told as such. */
const rounded = (number: number): number => Number(number.toPrecision(4));

const rowOf = ({ step, epoch, loss, lr, norm }: Update): MetricsRow => ({
  step,
  epoch,
  loss: written(loss),
  lr,
  ...(norm !== null && { grad_norm: written(norm) }),
});
