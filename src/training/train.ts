import { optimizerSourceOf } from "./assignment.ts";
import { Cancelled } from "../run/executable.ts";
import { findDivergence } from "./divergence.ts";
import { Epoch } from "./epoch.ts";
import { History } from "./history.ts";
import type { Ending, Host, Wish } from "./host.ts";
import { Keeper } from "./keeper.ts";
import { Judge } from "./judge.ts";
import { measuresOf } from "./measures.ts";
import { optimizationOf } from "./start-optimization.ts";
import type { NamedTensors, Optimization, StepOutcome } from "./optimization.ts";
import { Batches } from "./order.ts";
import { type Divergence, writtenAll } from "./report.ts";
import { schedulerOf } from "./schedules/catalogue.ts";
import type { Scheduler } from "./schedules/define.ts";
import type { Setup } from "./setup.ts";
import { Stopping } from "./stopping.ts";
import type { LoopState, Resumed } from "./weights.ts";

/** Trains from the beginning or from a checkpoint until the end, or until the host wishes otherwise. Throws nothing that a client could cause. */
export function train(setup: Setup, resumed: Resumed | null, host: Host): Ending {
  using training = new Training(setup, resumed, host);
  return training.run();
}

/** A step that has taken so long, in milliseconds, does not come to its end when the run is cancelled. */
const stepPatience = 250;

class Training implements Disposable {
  readonly #setup: Setup;
  readonly #host: Host;
  readonly #optimization: Optimization;
  readonly #scheduler: Scheduler;
  readonly #batches: Batches;
  readonly #epoch: Epoch;
  readonly #stopping: Stopping;
  readonly #history: History;
  readonly #keeper: Keeper;
  readonly #validation: Judge | null;
  readonly #began: number;
  readonly #secondsBefore: number;
  #step = 0;
  #stepBegan: number;
  #metrics: Record<string, number | string> = {};

  constructor(setup: Setup, resumed: Resumed | null, host: Host) {
    this.#setup = setup;
    this.#host = host;
    this.#optimization = optimizationOf(setup);
    const { lr } = optimizerSourceOf(setup.spec);
    this.#scheduler = schedulerOf(setup.spec.schedule, lr);
    const compiled = setup.compiled(setup.batch, "train");
    this.#batches = new Batches(
      setup,
      compiled.data.map(({ name }) => name),
    );
    this.#epoch = new Epoch(measuresOf(setup.spec.metrics, compiled.program, setup.spec.program), setup.epochParts);
    this.#stopping = new Stopping(setup.spec);
    this.#validation = setup.validation === null ? null : new Judge(setup, setup.validation);
    if (resumed !== null) this.#restore(resumed);
    // Whoever continues a run that stopped for want of improvement gives it another chance.
    if (this.#stopping.isOver && setup.spec.continues?.step === this.#step) this.#stopping.stale = 0;
    // What another job has computed is not counted.
    const isContinued = setup.spec.continues?.step === resumed?.loop.step;
    this.#secondsBefore = resumed === null || isContinued ? 0 : resumed.loop.seconds;
    this.#began = this.#stepBegan = host.now();
    this.#history = new History(setup, host, this.#step);
    const kept = { setup, host, optimization: this.#optimization, stopping: this.#stopping, history: this.#history };
    this.#keeper = new Keeper(kept, this.#loopState(), resumed);
  }

  run(): Ending {
    try {
      return this.#loop();
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      // A step that was cancelled may have moved some parameters and not others: what is kept is from before.
      this.#restore(this.#keeper.snapshot);
      return this.#stop("cancel");
    }
  }

  #loop(): Ending {
    const { steps, stepsPerEpoch } = this.#setup;
    while (this.#step < steps && !this.#stopping.isOver) {
      const wish = this.#host.wish();
      if (wish !== "go on") return this.#stop(wish);
      if (this.#step === this.#host.pauseAt) return this.#stop("pause");
      this.#stepBegan = this.#host.now();
      const at = this.#step % stepsPerEpoch;
      const outcome = this.#update(Math.floor(this.#step / stepsPerEpoch), at);
      const { loss } = outcome;
      if (!Number.isFinite(loss) && !Epoch.isEmpty(outcome)) return this.#diverged(this.#step);
      const isEnd = at === stepsPerEpoch - 1;
      if (isEnd) this.#endEpoch();
      if (this.#scheduler.interval === "step") this.#scheduler.advance(loss);
      this.#history.flushIfDue();
      this.#keeper.keepIfDue(this.#moment(), isEnd);
    }
    return this.#finish();
  }

  [Symbol.dispose](): void {
    this.#optimization[Symbol.dispose]();
    this.#validation?.[Symbol.dispose]();
  }

  /** One update, and what came of it. */
  #update(epoch: number, at: number): StepOutcome {
    const rows = this.#batches.rows(at);
    this.#batches.write(epoch, at, this.#optimization.batch(rows));
    const rate = this.#scheduler.lr;
    this.#keeper.snapshot.rates.push(rate);
    const outcome = this.#optimization.step(rows, this.#step + 1, rate, this.#isCancelled);
    const { loss, norm } = outcome;
    this.#step++;
    this.#epoch.add(outcome, Math.max(1, rows));
    this.#history.step({ step: this.#step, epoch: epoch + 1, loss, lr: rate, norm });
    return outcome;
  }

  /** Whether to break off in the middle of a step: one that is short is finished, so that nothing of it is lost. */
  readonly #isCancelled = (): boolean => this.#host.wish() === "cancel" && this.#host.now() - this.#stepBegan > stepPatience;

  #endEpoch(): void {
    const measured = this.#epoch.end();
    const judged = this.#validation?.judge(this.#optimization.weights(), "val_", this.#isCancelled) ?? {};
    const { loss: epoch_loss, ...others } = measured;
    this.#metrics = writtenAll({ epoch_loss, ...others, ...judged });
    this.#history.epoch(this.#metrics);
    const known: Record<string, number> & { readonly loss: number } = { ...measured, ...judged };
    if (this.#scheduler.interval === "epoch") this.#scheduler.advance(known.val_loss ?? known.loss);
    const epoch = this.#step / this.#setup.stepsPerEpoch;
    if (this.#stopping.isBetter(known, { step: this.#step, epoch, metrics: this.#metrics })) {
      this.#keeper.setBest(this.#step);
    }
  }

  #stop(wish: Exclude<Wish, "go on">): Ending {
    if (!this.#keeper.hasKept(this.#step) || wish === "cancel") this.#keeper.checkpoint(this.#moment(), wish === "cancel");
    else this.#history.flush();
    return { kind: "stopped", wish, step: this.#step };
  }

  #finish(): Ending {
    const weights = this.#optimization.weights();
    const bad = [...weights].find(([, { data }]) => !data.every(Number.isFinite));
    if (bad !== undefined) return this.#diverged(this.#step + 1);
    const { steps, stepsPerEpoch } = this.#setup;
    const { best } = this.#stopping;
    const restored = best === null || best.step === this.#step ? null : this.#keeper.best;
    const found = this.#judged(restored ?? weights);
    if (best !== null && restored !== null) {
      if (!this.#keeper.hasKept(this.#step)) this.#keeper.checkpoint(this.#moment(), false);
      this.#keeper.endWithBest(restored, best, found.numbers);
    } else {
      this.#metrics = found.numbers;
      this.#keeper.checkpoint(this.#moment(), true);
    }
    const stopped = this.#step < steps ? "early_stopping" : "completed";
    const result = {
      ...found.numbers,
      ...found.tables,
      stopped,
      steps: this.#step,
      epochs: this.#step / stepsPerEpoch,
      samples: this.#setup.samples(this.#step),
      best: best === null ? null : { step: best.step, epoch: best.epoch, metrics: best.metrics },
      weights: restored === null ? "last" : "best",
      compute_seconds: Math.round(1000 * this.#seconds()) / 1000,
    };
    const why = stopped === "completed" ? "all steps are done" : `no improvement for ${this.#stopping.patience} epochs`;
    return { kind: "done", result, message: `${why}: loss ${found.numbers.loss} after ${this.#step} steps` };
  }

  /** What weights come to on all training data, and on those of the validation. */
  #judged(weights: NamedTensors) {
    using judge = new Judge(this.#setup, this.#setup.training);
    const own = judge.judge(weights, "", this.#isCancelled);
    const held = this.#validation?.judge(weights, "val_", this.#isCancelled) ?? {};
    return { numbers: writtenAll({ ...own, ...held }), tables: { ...judge.tables(""), ...this.#validation?.tables("val_") } };
  }

  /** Replays the steps from the last good copy while every value is watched: runs are functions of their specification. */
  #diverged(step: number): Ending {
    this.#history.flush();
    const failure: Divergence = findDivergence(this.#setup, this.#keeper.snapshot, step, this.#batches);
    return { kind: "failed", failure };
  }

  #restore({ optimization, loop }: Pick<Resumed, "optimization" | "loop">): void {
    this.#optimization.restore(optimization);
    this.#scheduler.restore(loop.scheduler);
    this.#epoch.restore(loop);
    this.#stopping.restore(loop);
    this.#step = loop.step;
  }

  #moment() {
    return { step: this.#step, metrics: this.#metrics, loop: () => this.#loopState() };
  }

  #loopState(): LoopState {
    return {
      step: this.#step,
      scheduler: this.#scheduler.state(),
      ...this.#epoch.state(),
      best: this.#stopping.best,
      stale: this.#stopping.stale,
      seconds: this.#seconds(),
    };
  }

  #seconds(): number {
    return this.#secondsBefore + (this.#host.now() - this.#began) / 1000;
  }
}
