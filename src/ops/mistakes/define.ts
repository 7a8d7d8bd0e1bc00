import type { Value } from "../../ir/graph.ts";
import type { Attributes } from "../define.ts";

/** What a rule has to go by. Inputs that are left out are null, which a rule for an operator with optional inputs knows. */
export interface Situation {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** One cotangent per output. */
  readonly grads: readonly Value[];
  readonly attributes: Attributes;
}

/** A wrong way in which people write an operator or its gradient, by the name of the mistake. It has the form of the right one. */
export interface OperatorMistake {
  readonly mistake: "missing_target" | "double_softmax" | "kernel_flipped" | "pool_ties_all" | "missing_batch_mean" | "nan_from_overflow";
  /** Gradients in place of those of the rule; null for an input whose gradient is right. */
  readonly vjp?: (situation: Situation) => readonly (Value | null)[];
  /** The first output in place of the operator's. */
  readonly output?: (inputs: readonly Value[], attributes: Attributes) => Value;
}
