import { z } from "zod";
import { NonFinite } from "../../compute/responses.ts";
import { Name, TensorOutput } from "../../request/values.ts";
import { JsonNumber } from "../json-number.ts";

const number = (description: string, example: number) => JsonNumber.meta({ description, examples: [example] });
const count = (description: string, example: number) =>
  z
    .int()
    .min(0)
    .meta({ description, examples: [example] });
const passed = (description: string) => z.boolean().meta({ description, examples: [true] });

const verdict = z.enum(["passed", "failed", "kink", "unproven"]).meta({
  description:
    "kink: between the points compared the program passes a kink or a jump, so that their difference says nothing of the gradient. " +
    "unproven: it says nothing for another reason: the step is below the spacing of the numbers, or too large for them, or leaves the domain, or what it changes is lost in rounding",
  examples: ["passed"],
});
const kink = Name.nullable()
  .optional()
  .meta({ description: "The node that has the kink; null for one that the program does not name", examples: ["relu_1"] });

const compared = {
  analytic: number("The gradient's entry", 6),
  numerical: number("The same by numbers alone", 6.0000000001),
  absolute_error: number("|analytic - numerical|", 1e-10),
  relative_error: number("|analytic - numerical| / max(|analytic|, |numerical|), 0 where both are 0", 2e-11),
  verdict,
  kink,
};

const CheckedEntry = z
  .object({
    index: z.array(count("An index along an axis", 0)).meta({ description: "The entry's place in its tensor", examples: [[0, 1]] }),
    ...compared,
    step: JsonNumber.optional().meta({
      description: "The step, where the size of the number asked for another than the check's",
      examples: [1e6],
    }),
  })
  .meta({ id: "CheckedEntry", description: "One entry of a gradient beside its numerical counterpart" });
export type CheckedEntry = z.output<typeof CheckedEntry>;

const CheckedGradient = z
  .object({
    passed: passed("Whether no entry failed"),
    entries_total: count("How many entries the gradient has", 6),
    checked: count("How many of them were compared, kinks and what proves nothing left out", 6),
    failed: count("How many of those failed", 0),
    kinks: count("How many were left out because a kink is passed", 0),
    unproven: count("How many were left out because their difference proves nothing", 0),
    worst: CheckedEntry.nullable().meta({
      description: "The entry that is furthest from what the preset allows; null when none was compared",
    }),
    entries: z.array(CheckedEntry).meta({ description: "Every entry that was looked at, in row-major order" }),
  })
  .meta({ id: "CheckedGradient", description: "The entries of one gradient beside their numerical counterparts" });
export type CheckedGradient = z.output<typeof CheckedGradient>;

const CheckedDirection = z.object(compared).meta({
  id: "CheckedDirection",
  description: "The derivative along one random direction beside its counterpart",
});
export type CheckedDirection = z.output<typeof CheckedDirection>;

const error = JsonNumber.optional().meta({
  description: "norm(a - n) / (norm(a) + norm(n)) over everything compared, for the preset that judges by it",
  examples: [1.2e-8],
});
const gradients = z.record(Name, CheckedGradient).optional().meta({ description: "What was compared entry by entry, by name" });
const directions = z.array(CheckedDirection).optional().meta({ description: "What was compared along random directions" });

const DifferenceCheck = z
  .object({
    passed: passed("Whether nothing failed"),
    step: number(
      "The step h. Unless a step or a preset other than torch is given, numbers far from 1 take it times their size, and others are tried where it does not agree",
      1e-6,
    ),
    error,
    gradients,
    directions,
  })
  .meta({ id: "DifferenceCheck", description: "Gradients beside numerical derivatives" });
export type DifferenceCheck = z.output<typeof DifferenceCheck>;

const DotProductCheck = z
  .object({
    passed: passed("Whether nothing failed"),
    error,
    directions: z.array(CheckedDirection).meta({
      description: "Per direction v, ⟨Jᵀu, v⟩ by the gradient (analytic) beside ⟨u, Jv⟩ by forward mode (numerical)",
    }),
  })
  .meta({ id: "DotProductCheck", description: "Reverse mode beside forward mode" });
export type DotProductCheck = z.output<typeof DotProductCheck>;

const TaylorDirection = z
  .object({
    verdict,
    kink,
    order: JsonNumber.nullable().meta({
      description:
        "The order with which the remainder vanishes at the smallest steps that rounding leaves usable; null when all of it is rounding",
      examples: [2],
    }),
    steps: z.array(JsonNumber).meta({ description: "The steps h", examples: [[0.0625, 0.015625]] }),
    remainders: z.array(JsonNumber).meta({ description: "|f(x + hv) - f(x) - h⟨g, v⟩| at each of the steps", examples: [[1e-3, 6e-5]] }),
  })
  .meta({ id: "TaylorDirection", description: "How fast the Taylor remainder vanishes along one random direction" });
export type TaylorDirection = z.output<typeof TaylorDirection>;

const TaylorCheck = z
  .object({
    passed: passed("Whether nothing failed"),
    directions: z.array(TaylorDirection).meta({ description: "Per random direction of length 1" }),
  })
  .meta({ id: "TaylorCheck", description: "The order of the Taylor remainder, which is 2 for a right gradient and 1 for a wrong one" });
export type TaylorCheck = z.output<typeof TaylorCheck>;

export const warningCodes = [
  "cotangent_proves_nothing",
  "gradient_vanishes",
  "nothing_compared",
  "unproven",
  "single_precision",
  "gradient_stopped",
] as const;

const CheckWarning = z
  .object({
    code: z.enum(warningCodes).meta({
      description:
        "cotangent_proves_nothing: with this cotangent the gradient is zero whatever the rules. gradient_vanishes: all of a gradient is zero. " +
        "nothing_compared: no entry was compared, as all lie at kinks, or prove nothing, or there are none. unproven: some differences prove nothing. " +
        "single_precision: float32 is too coarse for differences. gradient_stopped: a node lets no gradient through that differences see",
      examples: ["gradient_vanishes"],
    }),
    name: Name.optional().meta({ description: "The value or node that it is about, where there is one", examples: ["x"] }),
    message: z.string().meta({ description: "What it means and what to do", examples: ["The gradient of x is zero everywhere"] }),
  })
  .meta({ id: "CheckWarning", description: "What the verdict does not say" });
export type CheckWarning = z.output<typeof CheckWarning>;

export const CheckResponse = z
  .object({
    passed: passed("Whether every method passed"),
    objective: Name.meta({ description: "The value whose gradients were checked", examples: ["z"] }),
    inputs: z
      .record(Name, TensorOutput)
      .optional()
      .meta({ description: "The inputs that were drawn", examples: [{ x: [0.5, -0.25] }] }),
    cotangent: TensorOutput.optional().meta({ description: "The cotangent, where it was drawn", examples: [[0.75, -1.25]] }),
    central_difference: DifferenceCheck.optional().meta({ description: "By central differences" }),
    complex_step: DifferenceCheck.optional().meta({ description: "By a step off the real axis" }),
    dot_product: DotProductCheck.optional().meta({ description: "By the dot-product test" }),
    taylor_remainder: TaylorCheck.optional().meta({ description: "By the order of the Taylor remainder" }),
    warnings: z.array(CheckWarning).meta({ description: "What the verdict does not say; empty when there is nothing" }),
    nonfinite: NonFinite.optional().meta({
      description: "Where a NaN or an infinity first appeared in the run forward and backward; left out when there is none",
    }),
  })
  .meta({ id: "CheckResponse", description: "Gradients beside what numbers alone say of them" });
export type CheckResponse = z.output<typeof CheckResponse>;
