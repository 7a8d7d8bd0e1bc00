import { pauseBetween } from "./checkpointing.ts";
import type { History } from "./history.ts";
import type { Host } from "./host.ts";
import { copyOf } from "../tensor/tensor.ts";
import type { NamedTensors, Optimization, OptimizationState } from "./optimization.ts";
import type { Setup } from "./setup.ts";
import type { Stopping } from "./stopping.ts";
import { type Best, encodeState, encodeWeights, type LoopState, type Resumed } from "./weights.ts";

/** Copies of the parameters are made this often, in milliseconds, or more seldom so that they take at most a fiftieth of the time. */
const snapshotEvery = 1_000;
const snapshotShare = 50;

/** The parameters at a step, as copies: what a run that goes wrong is looked at from. */
export interface Snapshot {
  readonly step: number;
  readonly optimization: OptimizationState;
  readonly loop: LoopState;
  /** The learning rates of the updates since then. */
  readonly rates: number[];
}

/** Where a run is between two steps. */
interface Moment {
  readonly step: number;
  readonly metrics: Readonly<Record<string, number | string>>;
  readonly loop: () => LoopState;
}

interface RunParts {
  readonly setup: Setup;
  readonly host: Host;
  readonly optimization: Optimization;
  readonly stopping: Stopping;
  readonly history: History;
}

/** Keeps what a run may go back to or on from: checkpoints with its host, and copies of the parameters in memory. */
export class Keeper {
  readonly #run: RunParts;
  readonly #began: number;
  #snapshot: Snapshot;
  #snapshotAt: number;
  #snapshotCost = 0;
  #checkpointAt: number;
  #checkpointStep: number;
  #checkpointCost = 0;
  /** Weights of the best epoch that are not kept yet. */
  #bestWeights: Uint8Array<ArrayBuffer> | null = null;
  /** Weights of the best epoch, where the run ends with them. */
  #best: NamedTensors | null;

  /** Begins where the loop is; `resumed` is the checkpoint that the run goes on from. */
  constructor(run: RunParts, loop: LoopState, resumed: Resumed | null) {
    this.#run = run;
    this.#best = resumed === null ? null : resumed.best;
    this.#checkpointStep = resumed?.loop.step ?? -1;
    this.#snapshot = { step: loop.step, optimization: run.optimization.read(), loop, rates: [] };
    this.#began = this.#snapshotAt = this.#checkpointAt = run.host.now();
  }

  /** The last good copy of the parameters. */
  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** A checkpoint or a copy of the parameters, when it is time. */
  keepIfDue(moment: Moment, isEpochEnd: boolean): void {
    const { host, setup } = this.#run;
    const { every_steps, every_epochs } = setup.spec.checkpoint;
    const { step } = moment;
    const now = host.now();
    const { wasInterrupted } = host;
    const isDue =
      now - this.#checkpointAt >=
        pauseBetween(setup.spec.checkpoint, { wasInterrupted, age: now - this.#began, cost: this.#checkpointCost }) ||
      (every_steps !== undefined && step % every_steps === 0) ||
      (every_epochs !== undefined && isEpochEnd && Math.floor(step / setup.stepsPerEpoch) % every_epochs === 0);
    if (isDue && step < setup.steps) this.checkpoint(moment, false);
    else if (now - this.#snapshotAt >= Math.max(snapshotEvery, snapshotShare * this.#snapshotCost)) this.#takeSnapshot(moment);
  }

  /** Keeps all that is needed to go on from here; a run that is over may be continued, too. */
  checkpoint(moment: Moment, final: boolean): void {
    const { step, metrics } = moment;
    const { host, setup, stopping, history } = this.#run;
    const before = host.now();
    this.#keepBest(step);
    // Parameters that are not finite are nothing to go on from: they show in the next loss.
    const { optimization, loop } = this.#takeSnapshot(moment);
    const { weights, state } = optimization;
    history.flush();
    host.checkpoint({
      step,
      epoch: Math.floor(step / setup.stepsPerEpoch),
      metrics,
      weights: encodeWeights(weights, step, setup.fits),
      state: encodeState(state, loop, this.#best),
      best: stopping.best?.step === step,
      final,
    });
    this.#checkpointAt = host.now();
    this.#checkpointCost = this.#checkpointAt - before;
    this.#checkpointStep = step;
  }

  /** Whether the last checkpoint is of this step. */
  hasKept(step: number): boolean {
    return this.#checkpointStep === step;
  }

  /** The weights are those of the best epoch so far. */
  setBest(step: number): void {
    const { optimization, setup } = this.#run;
    const weights = optimization.weights();
    this.#bestWeights = encodeWeights(weights, step, setup.fits);
    if (setup.spec.restore_best) this.#best = new Map([...weights].map(([name, tensor]) => [name, copyOf(tensor)]));
  }

  /** The weights of the best epoch, where the run is to end with them. */
  get best(): NamedTensors | null {
    return this.#best;
  }

  /** The job ends with the weights of its best epoch. */
  endWithBest(weights: NamedTensors, { step, epoch }: Best, metrics: Moment["metrics"]): void {
    const { host, setup } = this.#run;
    host.checkpoint({ step, epoch, metrics, weights: encodeWeights(weights, step, setup.fits), state: null, best: true, final: true });
  }

  #keepBest(now: number): void {
    const { best } = this.#run.stopping;
    if (this.#bestWeights !== null && best !== null && best.step !== now) {
      const { step, epoch, metrics } = best;
      this.#run.host.checkpoint({ step, epoch, metrics, weights: this.#bestWeights, state: null, best: true, final: false });
    }
    this.#bestWeights = null;
  }

  #takeSnapshot({ step, loop }: Moment): Snapshot {
    const { host, optimization } = this.#run;
    const before = host.now();
    this.#snapshot = { step, optimization: optimization.read(), loop: loop(), rates: [] };
    this.#snapshotAt = host.now();
    this.#snapshotCost = this.#snapshotAt - before;
    return this.#snapshot;
  }
}
