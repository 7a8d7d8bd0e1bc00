import type { MistakeName } from "../mistake-names.ts";
import type { Edge } from "../mutants/mutant.ts";

/** A cause that explains some of what is wrong in a submission. */
export interface Candidate {
  readonly mistake: MistakeName;
  readonly name: string;
  readonly edges: readonly Edge[];
  /** How many times the right contribution was taken, where that is what is wrong; for updated weights the learning rate. */
  readonly factor: number | null;
  /** How many nodes the value feeds, where the gradients of some of them are left out. */
  readonly fanout?: number | undefined;
  /** The wrong observations that it explains, by position. */
  readonly explained: ReadonlySet<number>;
  /** The greatest residual that it leaves in any of them. */
  readonly residual: number;
  /** Where it lies on the tape, from the inputs on; -1 for what is seen in an item alone. */
  readonly place: number;
  /** How much has to be assumed: what is likely comes first. */
  readonly cost: number;
}

/** What a mistake costs to assume, among those that explain the same. */
const costs: Readonly<Record<MistakeName, number>> = {
  shape_mismatch: 0,
  missing_regularizer: 1,
  regularizer_factor_2: 1,
  missing_batch_mean: 1,
  wrong_sign: 1,
  missing_fanout_sum: 0.95,
  missing_target: 1,
  double_softmax: 1,
  label_off_by_one: 1,
  kernel_flipped: 1,
  pool_ties_all: 1,
  relu_mask_inverted: 1,
  missing_activation_derivative: 1,
  activation_used_as_derivative: 1,
  derivative_of_activated_value: 1,
  bias_mean_instead_of_sum: 1,
  bias_first_row_only: 1,
  broadcast_not_reduced: 1,
  transposed: 1.2,
  swapped_operands: 1.3,
  nan_from_overflow: 1.5,
  accumulated_gradient: 2,
  regularizer_on_bias: 2,
  used_updated_weights: 2.2,
  scale_factor: 3,
};

export const costOf = (mistake: MistakeName, places = 1): number => costs[mistake] + 0.01 * Math.log2(places);
