import { z } from "zod";

/** Conventions of gradient checking, by the tool or course that they come from. */
export const presetNames = ["torch", "cs231n", "cs224n", "deeplearning.ai", "jax"] as const;
export type PresetName = (typeof presetNames)[number];

/** How closely numbers must agree, as a request says it. `src/grading/presets.ts` makes a rule of it. */
export const toleranceMembers = {
  preset: z
    .enum(presetNames)
    .default("torch")
    .meta({
      description:
        "The convention by which numbers are compared (submitted or analytic a, expected or numerical n). " +
        "torch: |a - n| ≤ 1e-5 + 1e-3 |n|. cs231n: |a - n| / max(1e-8, |a| + |n|) ≤ 1e-7. cs224n: |a - n| / max(1, |a|, |n|) ≤ 1e-5. " +
        "deeplearning.ai: norm(a - n) / (norm(a) + norm(n)) ≤ 2e-7. jax: |a - n| ≤ 1e-5 + 1e-5 |n|, and 2e-3 for float32",
      examples: ["cs231n"],
    }),
  atol: z
    .number()
    .min(0)
    .optional()
    .meta({
      description: "Allowed absolute difference, in place of the preset: |a - n| ≤ atol + rtol |n|. 0 when only rtol is given",
      examples: [1e-8],
    }),
  rtol: z
    .number()
    .min(0)
    .optional()
    .meta({
      description: "Allowed difference as a fraction of the expected number, in place of the preset. 0 when only atol is given",
      examples: [1e-6],
    }),
};

/** The members of `toleranceMembers` once validated. */
export interface ToleranceChoice {
  readonly preset: PresetName;
  readonly atol?: number | undefined;
  readonly rtol?: number | undefined;
}
