import type { Value } from "../../ir/graph.ts";

/** A first-order optimizer: its update becomes part of the step's compiled plan. */
export interface OptimizerRule {
  /** Names of the tensors kept per parameter, in torch's words, with the number they start from. Each has the parameter's shape and dtype. */
  readonly states: readonly { readonly name: string; readonly initial: number }[];
  /** How many scalars are fed at each step. */
  readonly scalars: number;
  /**
   * Writes the scalars of update `t`, counted from 1, at learning rate `lr` into `out`. They follow from these two alone, so that a resumed
   * run gives the same bytes.
   */
  readonly schedule: (t: number, lr: number, out: Float64Array) => void;
  /** The new parameter and states. `scalars` are 0-d values of the parameter's dtype. */
  readonly update: (parameter: Value, gradient: Value, states: readonly Value[], scalars: readonly Value[]) => Updated;
}

/** What replaces a parameter and its states. */
export interface Updated {
  readonly parameter: Value;
  readonly states: readonly Value[];
}

/** States that start from zero. */
export const zeroed = (...names: readonly string[]): OptimizerRule["states"] => names.map((name) => ({ name, initial: 0 }));
