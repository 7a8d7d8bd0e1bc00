import type { Term } from "../../formula/term.ts";
import type { GradedItem } from "../../grading/grade/response.ts";
import type { Nonfinite } from "../../run/watch.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Prose } from "./prose.ts";

/** What a node passes back to one of its inputs, told. */
export interface ToldEdge {
  readonly from: string;
  readonly input: number;
  readonly incoming: Tensor | null;
  readonly local: { readonly formula: Term | null; readonly value: Tensor | null };
  readonly gradient: Tensor | null;
  readonly formula: Term;
  readonly sentence: Prose;
}

/** A step, told. */
export interface ToldStep {
  readonly id: string;
  readonly kind: "forward" | "seed" | "backward" | "sum";
  readonly node: string;
  readonly symbol: string;
  readonly op: string | null;
  readonly layer: string | null;
  readonly sentence: Prose;
  /** The sentence without what its edges say. */
  readonly lead: Prose;
  readonly formula: Term;
  /** What is computed: a value on the way forward, a gradient on the way back. */
  readonly tensor: Tensor | null;
  readonly shape: Shape;
  readonly edges: readonly ToldEdge[];
  readonly addends: readonly { readonly to: string; readonly input: number; readonly gradient: Tensor | null }[];
}

/** The gradient of an input, told. */
export interface ToldInput {
  readonly name: string;
  readonly value: Tensor;
  readonly gradient: Tensor | null;
  /** ∂z/∂x = ∂z/∂t · ∂t/∂x */
  readonly chain: Term;
  /** The same up to the number. */
  readonly equation: Term;
  readonly substituted: Term | null;
  readonly simplified: Term | null;
  readonly sentence: Prose;
  /** The sentence without the equation. */
  readonly remark: Prose;
  readonly steps: readonly string[];
}

/** A function that a group of nodes spells out, told. */
export interface ToldFunction {
  readonly nodes: readonly string[];
  readonly name: string;
  readonly formula: Term;
  readonly derivative: Term;
  readonly sentence: Prose;
}

/** A program's run, told: sentences and formulas that each form of an answer writes in its own way. */
export interface Told {
  readonly title: Prose;
  readonly objective: string;
  readonly summary: Prose;
  readonly forward: readonly ToldStep[];
  readonly backward: readonly ToldStep[];
  readonly gradients: readonly ToldInput[];
  readonly recognised: readonly ToldFunction[];
  readonly notes: readonly Prose[];
  readonly omitted: { readonly forward: number; readonly backward: number; readonly gradients: number };
  readonly submission: ToldSubmission | null;
  readonly nonfinite: (Nonfinite & { readonly sentence: Prose }) | null;
}

/** A submission beside what is right, told. */
export interface ToldSubmission {
  readonly passed: boolean;
  readonly items: readonly ToldClaim[];
  readonly firstWrong: string | null;
  readonly sentence: Prose;
}

export interface ToldClaim {
  readonly item: GradedItem;
  readonly step: string | null;
  readonly sentence: Prose;
}
