import type { Value } from "../../ir/graph.ts";
import type { Attributes } from "../define.ts";

/** What a rule has to go by. An optional input that is left out is null, which only rules for such operators need to know. */
export interface Situation {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** One cotangent per output. */
  readonly grads: readonly Value[];
  readonly attributes: Attributes;
}

export type Gradients = readonly (Value | null)[];

/** A wrong way in which people write an operator or its gradient, by the name of the mistake. */
export interface OperatorMistake {
  readonly mistake: "missing_target" | "double_softmax" | "kernel_flipped" | "pool_ties_all" | "missing_batch_mean" | "nan_from_overflow";
  /** Gradients in place of the rule's, which is at hand; null for an input whose gradient is right. */
  readonly gradients?: (situation: Situation, rule: (situation: Situation) => Gradients) => Gradients;
  /** The first output in place of what the operator gives, which is at hand. */
  readonly output?: (inputs: readonly Value[], attributes: Attributes, operator: (inputs: readonly Value[]) => Value) => Value;
}
