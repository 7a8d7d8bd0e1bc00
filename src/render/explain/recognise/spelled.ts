import type { Term } from "../../../formula/term.ts";

/** The functions that are recognised; each language has its own words for them. */
export const functionTitles = [
  "sigmoid",
  "mirrored sigmoid",
  "tanh",
  "softplus",
  "log-sigmoid",
  "SiLU",
  "ReLU",
  "GELU",
  "softsign",
  "absolute value",
  "hyperbolic sine",
  "hyperbolic cosine",
  "logit",
  "log of a sum of exponentials",
  "norm",
  "squared norm",
  "sum of absolute values",
  "squared error",
  "absolute error",
  "binary cross-entropy",
  "logistic loss",
  "cross-entropy",
  "softmax",
  "log-softmax",
  "softmax with cross-entropy",
] as const;
export type FunctionTitle = (typeof functionTitles)[number];

/** Numbers at which a function is tried: any, or those between 0 and 1. */
export type Domain = "real" | "unit";

/** A function of single numbers that may be spelled out by others. */
export interface Spelled {
  readonly title: FunctionTitle;
  /** Where each of its operands lies. */
  readonly domains: readonly Domain[];
  readonly formula: (...operands: Term[]) => Term;
  /** The derivative by the first operand, by the result `y` where that says it. */
  readonly derivative: (y: Term, ...operands: Term[]) => Term;
}

/** A function of the elements of tensors, which are summed or shared among each other. */
export interface Gathered {
  readonly title: FunctionTitle;
  readonly domains: readonly Domain[];
  /** What it is of the elements, in the shape of the first operand; `axis` is the one along which it works. */
  readonly value: (axis: number | null, shape: readonly number[], ...operands: Float64Array[]) => Float64Array;
  /** Whether any multiple of it is told, too: of losses, which are sums, means and halves. */
  readonly scales: boolean;
  /** Whether it works along one axis, each of which is tried. */
  readonly alongAxis: boolean;
  /** Whether the result has the shape of the operand; else it is a single number. */
  readonly keepsShape: boolean;
  readonly formula: (scale: Term | null, ...operands: Term[]) => Term;
  /** Of one that keeps its operand's shape it is what comes back for what `scale` then is: what came back to the result. */
  readonly derivative: (y: Term, scale: Term | null, ...operands: Term[]) => Term;
}
