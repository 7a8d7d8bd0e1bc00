import { z } from "zod";
import type { DType } from "../tensor/dtype.ts";

/** When a number (or a whole tensor) counts as right. `error` and `bound` are compared: right means error ≤ bound. */
export type Tolerance =
  | { readonly over: "elements"; readonly error: (claimed: number, expected: number) => number; readonly bound: number }
  /** norm(a - n) / (norm(a) + norm(n)), one error for all elements together. */
  | { readonly over: "tensor"; readonly bound: number };

/** A convention of gradient checking, by the tool or course that it comes from. */
interface Preset {
  /** What is right, in words of the contract. */
  readonly formula: string;
  /** The step of the convention's difference quotient. */
  readonly step: number;
  /** Whether differences are taken along the axes one by one or along random directions. */
  readonly directions: "axes" | "random";
  readonly tolerance: (dtype: DType) => Tolerance;
}

/** Right means |a - n| ≤ atol + rtol |n|. */
export const within = (atol: number, rtol: number): Tolerance => ({
  over: "elements",
  // Where nothing is allowed, an error of 0 is the only right one.
  error: (a, n) => (a === n ? 0 : Math.abs(a - n) / (atol + rtol * Math.abs(n))),
  bound: 1,
});

export const presetNames = ["torch", "cs231n", "cs224n", "deeplearning.ai", "jax"] as const;

export const presets: Readonly<Record<(typeof presetNames)[number], Preset>> = {
  torch: { formula: "|a - n| ≤ 1e-5 + 1e-3 |n|", step: 1e-6, directions: "axes", tolerance: () => within(1e-5, 1e-3) },
  cs231n: {
    formula: "|a - n| / max(1e-8, |a| + |n|) ≤ 1e-7",
    step: 1e-5,
    directions: "axes",
    // By halves, whose sum does not overflow: over an infinity every difference would be nothing.
    tolerance: () => ({
      over: "elements",
      error: (a, n) => Math.abs(a / 2 - n / 2) / Math.max(5e-9, Math.abs(a / 2) + Math.abs(n / 2)),
      bound: 1e-7,
    }),
  },
  cs224n: {
    formula: "|a - n| / max(1, |a|, |n|) ≤ 1e-5",
    step: 1e-4,
    directions: "axes",
    tolerance: () => ({ over: "elements", error: (a, n) => Math.abs(a - n) / Math.max(1, Math.abs(a), Math.abs(n)), bound: 1e-5 }),
  },
  "deeplearning.ai": {
    formula: "norm(a - n) / (norm(a) + norm(n)) ≤ 2e-7",
    step: 1e-7,
    directions: "axes",
    tolerance: () => ({ over: "tensor", bound: 2e-7 }),
  },
  jax: {
    formula: "|a - n| ≤ 1e-5 + 1e-5 |n|, and 2e-3 for float32",
    step: 1e-4,
    directions: "random",
    tolerance: (dtype) => (dtype === "float32" ? within(2e-3, 2e-3) : within(1e-5, 1e-5)),
  },
};

/** How closely numbers must agree, as a request says it. */
const toleranceChoice = z.object({
  preset: z
    .enum(presetNames)
    .default("torch")
    .meta({
      description: `The convention by which numbers are compared (submitted or analytic a, expected or numerical n). ${presetNames.map((name) => `${name}: ${presets[name].formula}`).join(". ")}`,
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
});
export const toleranceMembers = toleranceChoice.shape;
export type ToleranceChoice = Readonly<z.output<typeof toleranceChoice>>;

/** The tolerance that a request asks for, for tensors of a dtype: its atol and rtol if it gives any, else its preset's. */
export function toleranceOf({ preset, atol, rtol }: ToleranceChoice, dtype: DType): Tolerance {
  if (atol !== undefined || rtol !== undefined) return within(atol ?? 0, rtol ?? 0);
  return presets[preset].tolerance(dtype);
}
