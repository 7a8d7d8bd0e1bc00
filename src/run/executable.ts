import { NodeError } from "../ops/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";

export interface RunResult {
  /** The tensors asked for, valid until the next run of the same executable. */
  readonly wanted: readonly Tensor[];
  /** Per watched value: 1 where it holds a NaN or an infinity. */
  readonly nonfinite: Uint8Array;
}

/**
 * Feeds come in the plan's order; null leaves what the place holds. `cancelled` is asked between steps. Throws Cancelled, or StepError when
 * a kernel refuses its numbers.
 */
export type Executable<Feed = Tensor> = (feeds: readonly Feed[], cancelled: () => boolean) => RunResult;

export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** An operator refused the numbers that it met, such as an index out of range. */
export class StepError extends NodeError {
  override readonly name = "StepError";
}
