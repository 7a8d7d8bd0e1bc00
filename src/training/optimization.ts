import type { Nonfinite } from "../run/watch.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What came of one update. Tensors are valid until the next. */
export interface StepOutcome {
  /** Before the update. */
  readonly loss: number;
  /** Of all gradients together, before they are clipped; null where nothing clips them by it. */
  readonly norm: number | null;
  /** For each measure its output and target, one after the other. */
  readonly measured: readonly Tensor[];
  /** What an epoch's loss is made of, where it has several batches. */
  readonly parts: readonly Tensor[];
}

export type NamedTensors = ReadonlyMap<string, Tensor>;

/** What an interrupted run needs to go on as if it had not been interrupted. */
export interface OptimizationState {
  /** Parameters and buffers. */
  readonly weights: NamedTensors;
  /** What the optimizer keeps beside them. */
  readonly state: NamedTensors;
}

/** Parameters in memory, and an optimizer that moves them. */
export interface Optimization extends Disposable {
  /** Where the next batch of so many rows is to be written: a tensor for each data input, in the program's order. */
  batch(rows: number): readonly Tensor[];
  /** Update `t`, counted from 1, on the batch of so many rows that was written. Throws Cancelled. */
  step(rows: number, t: number, rate: number, cancelled: () => boolean): StepOutcome;
  /** Copies of what there is now. */
  read(): OptimizationState;
  restore(state: OptimizationState): void;
  /** The parameters and buffers as they lie in memory: views, valid until the next update. */
  weights(): NamedTensors;
  /** Where the last update met the first number that is not finite; null when it met none, or when nobody watches. */
  readonly nonfinite: Nonfinite | null;
}
