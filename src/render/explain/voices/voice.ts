import type { Term } from "../../../formula/term.ts";
import type { GradedItem } from "../../../grading/grade/response.ts";
import type { LayerFacts } from "../layers.ts";
import type { FunctionTitle } from "../recognise/spelled.ts";
import type { Prose } from "../prose.ts";

/** A node on the way forward. */
export interface ForwardFacts {
  readonly symbol: Term;
  /** What the symbol is introduced for; null where the client gave the name. */
  readonly introduces: Term | null;
  /** u = x + y = 1 + 2 = 3 */
  readonly equation: Term;
  /** Shapes of the operands and the result; null for single numbers. */
  readonly shapes: { readonly operands: readonly string[]; readonly result: string | null } | null;
  /** Some of the numbers, where the equation has none. */
  readonly numbers: string | null;
  readonly layer: string | null;
}

/** What a node passes back to one of its inputs. */
export interface EdgeFacts {
  readonly from: Term;
  readonly incoming: Term;
  /** ∂t/∂x = 1; null where the derivative is no single number. */
  readonly local: Term | null;
  readonly gradient: Term;
  /** The input has other uses, too: what it gets here is a share of its gradient. */
  readonly isShare: boolean;
}

/** The same for tensors. */
export interface TensorEdgeFacts {
  readonly from: Term;
  /** What is passed back, as a formula; null where there is none. */
  readonly formula: Term | null;
  /** A product of matrices with their shapes in their places; null where there is none. */
  readonly shapes: Term | null;
  /** The shape of what is passed back; null for a number. */
  readonly passed: string | null;
  /** Along which axes is summed what was repeated on the way forward; null where nothing was. */
  readonly summed: string | null;
  /** The formula has n, a number of examples. */
  readonly counts: boolean;
  /** Which entries are multiplied one by one. */
  readonly isElementwise: boolean;
  readonly numbers: string;
  readonly isShare: boolean;
}

/** A claim of a submission. */
export interface ClaimFacts {
  /** null for what is nothing of the program. */
  readonly what: Prose | null;
  readonly verdict: GradedItem["verdict"];
  readonly expected: string | null;
  readonly submitted: string | null;
  readonly message: string | null;
}

/** A way through the graph that is told one by one. */
export type WayFacts = readonly Term[];

/** All sentences of an explanation in one language. */
export interface Voice {
  /** For lang in HTML. */
  readonly tag: string;
  /** Stands between sentences. */
  readonly between: string;
  readonly otherwise: string;
  readonly when: string;
  readonly headings: {
    readonly summary: string;
    readonly forward: string;
    readonly backward: string;
    readonly gradients: string;
    readonly functions: string;
    readonly notes: string;
    readonly submission: string;
    readonly step: string;
  };
  readonly title: (objective: Term) => Prose;
  readonly summary: (facts: {
    readonly objective: Term;
    readonly value: Prose;
    readonly inputs: readonly Term[];
    readonly leftInputs: number;
    readonly steps: number;
    readonly hasSums: boolean;
    readonly results: readonly Term[];
    readonly leftResults: number;
  }) => Prose;
  readonly layer: (layer: LayerFacts) => string;
  readonly forward: (facts: ForwardFacts) => Prose;
  /** `top` is what the given cotangent makes of the objective; null where none was given. */
  readonly seed: (objective: Term, equation: Term, top: Term | null) => Prose;
  /** Before what each input gets. */
  readonly backward: (facts: {
    readonly node: Term;
    readonly formula: Term;
    readonly incoming: Term;
    readonly layer: string | null;
    readonly count: number;
    /** So many of them are told one by one. */
    readonly told: number;
    /** Whether all is about single numbers. */
    readonly isScalar: boolean;
  }) => Prose;
  readonly edge: (facts: EdgeFacts) => Prose;
  readonly tensorEdge: (facts: TensorEdgeFacts) => Prose;
  readonly sum: (facts: {
    readonly value: Term;
    readonly objective: Term;
    /** The first of the nodes that use it. */
    readonly through: readonly Term[];
    readonly count: number;
    readonly isAll: boolean;
    readonly equation: Term;
  }) => Prose;
  readonly input: (facts: {
    readonly name: Term;
    readonly objective: Term;
    /** null where it stands beside the sentence. */
    readonly equation: Term | null;
    readonly gradient: number;
    /** Whether both the gradient and the objective are. */
    readonly isFinite: boolean;
    /** Whether a node on the way sits on a kink, where the derivative is what was agreed upon. */
    readonly isTaken: boolean;
    readonly ways: readonly WayFacts[] | null;
    /** The derivative in the inputs alone, where the equation does not say it. */
    readonly closed: Term | null;
  }) => Prose;
  readonly tensorInput: (facts: {
    readonly name: Term;
    readonly objective: Term;
    /** null where it stands beside the sentence. */
    readonly equation: Term | null;
    readonly shape: string;
    readonly numbers: string;
  }) => Prose;
  /** Which short names stand for which of the client's. */
  readonly naming: (names: readonly { readonly short: Term; readonly name: string }[], left: number) => Prose;
  readonly recognised: (facts: {
    readonly nodes: readonly Term[];
    readonly title: FunctionTitle;
    readonly operands: readonly Term[];
    readonly formula: Term;
    readonly derivative: Term;
  }) => Prose;
  readonly submission: (facts: {
    readonly right: number;
    readonly total: number;
    readonly firstWrong: Prose | null;
    readonly diagnosis: string | null;
  }) => Prose;
  readonly claim: (facts: ClaimFacts) => Prose;
  /** Before what is right. */
  readonly insteadOf: (right: Prose) => Prose;
  readonly independent: (name: Term, objective: Term) => Prose;
  readonly omitted: (facts: { readonly forward: number; readonly backward: number; readonly gradients: number }) => Prose;
  readonly kink: (facts: { readonly node: Term; readonly formula: Term; readonly where: string; readonly convention: string }) => Prose;
  /** Inputs and parameters that were not finite when they came, of which `left` are not named. */
  readonly given: (values: readonly Term[], left: number) => Prose;
  readonly nonfinite: (facts: {
    readonly node: Term;
    readonly pass: "forward" | "backward";
    readonly equation: Term | null;
    readonly why: "domain" | "zeros" | "pole" | "overflow" | "unknown";
    readonly place: string | null;
  }) => Prose;
}
