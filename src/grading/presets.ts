import type { DType } from "../tensor/dtype.ts";
import type { PresetName, ToleranceChoice } from "./tolerance-choice.ts";

/** When a number (or a whole tensor) counts as right. `error` and `bound` are compared: right means error ≤ bound. */
export type Tolerance =
  | { readonly over: "elements"; readonly error: (claimed: number, expected: number) => number; readonly bound: number }
  /** norm(a - n) / (norm(a) + norm(n)), one error for all elements together. */
  | { readonly over: "tensor"; readonly bound: number };

export interface Preset {
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

export const presets: Readonly<Record<PresetName, Preset>> = {
  torch: { step: 1e-6, directions: "axes", tolerance: () => within(1e-5, 1e-3) },
  cs231n: {
    step: 1e-5,
    directions: "axes",
    tolerance: () => ({ over: "elements", error: (a, n) => Math.abs(a - n) / Math.max(1e-8, Math.abs(a) + Math.abs(n)), bound: 1e-7 }),
  },
  cs224n: {
    step: 1e-4,
    directions: "axes",
    tolerance: () => ({ over: "elements", error: (a, n) => Math.abs(a - n) / Math.max(1, Math.abs(a), Math.abs(n)), bound: 1e-5 }),
  },
  "deeplearning.ai": { step: 1e-7, directions: "axes", tolerance: () => ({ over: "tensor", bound: 2e-7 }) },
  jax: {
    step: 1e-4,
    directions: "random",
    tolerance: (dtype) => (dtype === "float32" ? within(2e-3, 2e-3) : within(1e-5, 1e-5)),
  },
};

/** The tolerance that a request asks for, for tensors of a dtype: its atol and rtol if it gives any, else its preset's. */
export function toleranceOf({ preset, atol, rtol }: ToleranceChoice, dtype: DType): Tolerance {
  if (atol !== undefined || rtol !== undefined) return within(atol ?? 0, rtol ?? 0);
  return presets[preset].tolerance(dtype);
}
