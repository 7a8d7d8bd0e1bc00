import { z } from "zod";

/** Mistakes that people make when they write a backward pass by hand, by name. */
export const mistakeNames = [
  "missing_fanout_sum",
  "wrong_sign",
  "scale_factor",
  "missing_batch_mean",
  "missing_regularizer",
  "regularizer_on_bias",
  "regularizer_factor_2",
  "transposed",
  "broadcast_not_reduced",
  "bias_mean_instead_of_sum",
  "bias_first_row_only",
  "missing_activation_derivative",
  "activation_used_as_derivative",
  "derivative_of_activated_value",
  "relu_mask_inverted",
  "missing_target",
  "double_softmax",
  "label_off_by_one",
  "swapped_operands",
  "kernel_flipped",
  "pool_ties_all",
  "accumulated_gradient",
  "used_updated_weights",
  "shape_mismatch",
  "nan_from_overflow",
] as const;

/** The name of a mistake in answers. */
export const Mistake = z.enum(mistakeNames).meta({
  description: "A mistake that people make when they write a backward pass by hand, by its name",
  examples: ["missing_fanout_sum"],
});

export type MistakeName = (typeof mistakeNames)[number];
