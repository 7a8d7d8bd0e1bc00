import { Cancelled } from "../run/executable.ts";
import { findDivergence } from "./divergence.ts";
import { Epoch } from "./epoch.ts";
import { History } from "./history.ts";
import type { Ending, Host, Wish } from "./host.ts";
import { Judge } from "./judge.ts";
import { measuresOf } from "./measures.ts";
import { optimizationOf } from "./start-optimization.ts";
import type { Optimization, OptimizationState } from "./optimization.ts";
import { Batches } from "./order.ts";
import { type Divergence, written, writtenAll } from "./report.ts";
import { schedulerOf } from "./schedules/catalogue.ts";
import type { Scheduler } from "./schedules/define.ts";
import { optimizerSourceOf } from "./optimizer-source.ts";
import type { Setup } from "./setup.ts";
import { Stopping } from "./stopping.ts";
import { encodeState, encodeWeights, type LoopState, type Resumed } from "./weights.ts";

/** Trains from the beginning or from a checkpoint until the end, or until the host wishes otherwise. Throws nothing that a client could cause. */
export function train(setup: Setup, resumed: Resumed | null, host: Host): Ending {
  using training = new Training(setup, resumed, host);
  return training.run();
}

/** The parameters at a step, as copies: what a run that goes wrong is looked at from. */
export interface Snapshot {
  readonly step: number;
  readonly optimization: OptimizationState;
  /** The learning rates of the updates since then. */
  readonly rates: number[];
}

/** A checkpoint unless told, in milliseconds; and at first in a run that was broken off before, where they take at most a twentieth of the time. */
const checkpointEvery = 30_000;
const checkpointSoon = 250;
const checkpointShare = 20;
/** A step that has taken so long, in milliseconds, does not come to its end when the run is cancelled. */
const stepPatience = 250;
/** Copies of the parameters are made this often, in milliseconds, or more seldom so that they take at most a fiftieth of the time. */
const snapshotEvery = 1_000;
const snapshotShare = 50;

class Training implements Disposable {
  readonly #setup: Setup;
  readonly #host: Host;
  readonly #optimization: Optimization;
  readonly #scheduler: Scheduler;
  readonly #batches: Batches;
  readonly #epoch: Epoch;
  readonly #stopping: Stopping;
  readonly #history: History;
  readonly #validation: Judge | null;
  readonly #began: number;
  readonly #secondsBefore: number;
  #step = 0;
  #stepBegan: number;
  #snapshot: Snapshot;
  #snapshotAt: number;
  #snapshotCost = 0;
  #checkpointAt: number;
  #checkpointStep = -1;
  #checkpointCost = 0;
  /** Weights of the best epoch that are not kept yet. */
  #bestWeights: Uint8Array<ArrayBuffer> | null = null;
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
    this.#epoch = new Epoch(measuresOf(setup.spec.metrics, compiled.program, setup.spec.program));
    this.#stopping = new Stopping(setup.spec);
    this.#validation = setup.validation === null ? null : new Judge(setup, setup.validation);
    if (resumed !== null) this.#restore(resumed);
    this.#secondsBefore = resumed?.loop.seconds ?? 0;
    this.#began = this.#stepBegan = host.now();
    this.#history = new History(setup, host, this.#step);
    this.#snapshot = this.#takeSnapshot();
    this.#snapshotAt = this.#checkpointAt = host.now();
  }

  run(): Ending {
    try {
      return this.#loop();
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      // A step that was cancelled may have moved some parameters and not others: what is kept is from before.
      this.#goBack();
      return this.#stop("cancel");
    }
  }

  #loop(): Ending {
    const { steps, stepsPerEpoch } = this.#setup;
    while (this.#step < steps && !this.#stopping.isOver) {
      const wish = this.#host.wish();
      if (wish !== "go on") return this.#stop(wish);
      this.#stepBegan = this.#host.now();
      const at = this.#step % stepsPerEpoch;
      const loss = this.#update(Math.floor(this.#step / stepsPerEpoch), at);
      if (!Number.isFinite(loss)) return this.#diverged(this.#step);
      const isEnd = at === stepsPerEpoch - 1;
      if (isEnd) this.#endEpoch();
      if (this.#scheduler.interval === "step") this.#scheduler.advance(loss);
      this.#history.flushIfDue();
      this.#keepIfDue(isEnd);
    }
    return this.#finish();
  }

  [Symbol.dispose](): void {
    this.#optimization[Symbol.dispose]();
    this.#validation?.[Symbol.dispose]();
  }

  /** One update; its loss. */
  #update(epoch: number, at: number): number {
    const rows = this.#batches.rows(at);
    this.#batches.write(epoch, at, this.#optimization.batch(rows));
    const rate = this.#scheduler.lr;
    this.#snapshot.rates.push(rate);
    const { loss, norm, measured } = this.#optimization.step(rows, this.#step + 1, rate, this.#isCancelled);
    this.#step++;
    this.#epoch.add(loss, Math.max(1, rows), measured);
    this.#history.step({ step: this.#step, epoch: epoch + 1, loss, lr: rate, norm });
    return loss;
  }

  /** Whether to break off in the middle of a step: one that is short is finished, so that nothing of it is lost. */
  readonly #isCancelled = (): boolean => this.#host.wish() === "cancel" && this.#host.now() - this.#stepBegan > stepPatience;

  #endEpoch(): void {
    const measured = this.#epoch.end();
    const judged = this.#validation?.judge(this.#optimization.weights(), "val_", this.#isCancelled) ?? {};
    this.#metrics = writtenAll({ ...measured, ...judged });
    this.#history.epoch(this.#metrics);
    const known = { ...measured, ...judged };
    if (this.#scheduler.interval === "epoch") this.#scheduler.advance(known.val_loss ?? known.loss);
    const epoch = this.#step / this.#setup.stepsPerEpoch;
    if (this.#stopping.isBetter(known, { step: this.#step, epoch, metrics: this.#metrics })) {
      this.#bestWeights = encodeWeights(this.#optimization.weights(), this.#step, this.#setup.fits);
    }
  }

  /** A checkpoint or a copy of the parameters, when it is time. */
  #keepIfDue(isEpochEnd: boolean): void {
    const { every_steps, every_epochs } = this.#setup.spec.checkpoint;
    const now = this.#host.now();
    const epoch = Math.floor(this.#step / this.#setup.stepsPerEpoch);
    const isDue =
      now - this.#checkpointAt >= this.#checkpointPause() ||
      (every_steps !== undefined && this.#step % every_steps === 0) ||
      (every_epochs !== undefined && isEpochEnd && epoch % every_epochs === 0);
    if (isDue && this.#step < this.#setup.steps) this.#checkpoint(false);
    else if (now - this.#snapshotAt >= Math.max(snapshotEvery, snapshotShare * this.#snapshotCost)) this.#takeSnapshotNow();
  }

  /** Milliseconds from one checkpoint to the next, where steps and epochs do not tell. */
  #checkpointPause(): number {
    const isYoung = this.#host.now() - this.#began < checkpointEvery;
    if (this.#host.wasInterrupted && isYoung) return Math.max(checkpointSoon, checkpointShare * this.#checkpointCost);
    const { every_steps, every_epochs, every_seconds } = this.#setup.spec.checkpoint;
    if (every_seconds !== undefined) return 1000 * every_seconds;
    return every_steps === undefined && every_epochs === undefined ? checkpointEvery : Number.POSITIVE_INFINITY;
  }

  #checkpoint(final: boolean): void {
    const before = this.#host.now();
    this.#keepBest();
    // Parameters that are not finite are nothing to go on from: they show in the next loss.
    const { optimization } = this.#takeSnapshotNow();
    this.#history.flush();
    this.#host.checkpoint({
      step: this.#step,
      epoch: Math.floor(this.#step / this.#setup.stepsPerEpoch),
      metrics: this.#metrics,
      weights: encodeWeights(optimization.weights, this.#step, this.#setup.fits),
      state: final ? null : encodeState(optimization.state, this.#loopState()),
      best: this.#stopping.best?.step === this.#step,
      final,
    });
    this.#checkpointAt = this.#host.now();
    this.#checkpointCost = this.#checkpointAt - before;
    this.#checkpointStep = this.#step;
  }

  #keepBest(): void {
    const { best } = this.#stopping;
    if (this.#bestWeights === null || best === null || best.step === this.#step) {
      this.#bestWeights = null;
      return;
    }
    const { step, epoch, metrics } = best;
    this.#host.checkpoint({ step, epoch, metrics, weights: this.#bestWeights, state: null, best: true, final: false });
    this.#bestWeights = null;
  }

  #takeSnapshotNow(): Snapshot {
    const before = this.#host.now();
    this.#snapshot = this.#takeSnapshot();
    this.#snapshotAt = this.#host.now();
    this.#snapshotCost = this.#snapshotAt - before;
    return this.#snapshot;
  }

  #takeSnapshot(): Snapshot {
    return { step: this.#step, optimization: this.#optimization.read(), rates: [] };
  }

  #goBack(): void {
    this.#optimization.restore(this.#snapshot.optimization);
    this.#step = this.#snapshot.step;
  }

  #stop(wish: Exclude<Wish, "go on">): Ending {
    if (this.#checkpointStep !== this.#step || wish === "cancel") this.#checkpoint(wish === "cancel");
    else this.#history.flush();
    return { kind: "stopped", wish, step: this.#step };
  }

  #finish(): Ending {
    const weights = this.#optimization.weights();
    const bad = [...weights].find(([, { data }]) => !data.every(Number.isFinite));
    if (bad !== undefined) return this.#diverged(this.#step + 1);
    using judge = new Judge(this.#setup, this.#setup.training);
    const final = judge.judge(weights, "", this.#isCancelled);
    const judged = this.#validation?.judge(weights, "val_", this.#isCancelled) ?? {};
    this.#metrics = { ...this.#metrics, ...writtenAll(judged) };
    this.#checkpoint(true);
    const { steps, stepsPerEpoch } = this.#setup;
    const stopped = this.#step < steps ? "early_stopping" : "completed";
    const { best } = this.#stopping;
    const result = {
      ...writtenAll(final),
      ...writtenAll(judged),
      stopped,
      steps: this.#step,
      epochs: this.#step / stepsPerEpoch,
      samples: this.#setup.samples(this.#step),
      best: best === null ? null : { step: best.step, epoch: best.epoch, metrics: best.metrics },
      compute_seconds: Math.round(1000 * this.#seconds()) / 1000,
    };
    const why = stopped === "completed" ? "all steps are done" : `no improvement for ${this.#stopping.patience} epochs`;
    return { kind: "done", result, message: `${why}: loss ${String(written(final.loss))} after ${this.#step} steps` };
  }

  /** Replays the steps from the last good copy while every value is watched: runs are functions of their specification. */
  #diverged(step: number): Ending {
    this.#history.flush();
    const failure: Divergence = findDivergence(this.#setup, this.#snapshot, step, this.#batches);
    return { kind: "failed", failure };
  }

  #restore({ optimization, loop }: Resumed): void {
    this.#optimization.restore(optimization);
    this.#scheduler.restore(loop.scheduler);
    this.#epoch.restore(loop);
    this.#stopping.restore(loop);
    this.#step = this.#checkpointStep = loop.step;
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
