import type { Shape } from "../../tensor/shape.ts";
import type { TensorType } from "../../tensor/tensor.ts";
import type { Instruction } from "./instructions.ts";

/** An input by its place among the chain's inputs, the result of an earlier step, or a constant, rounded to the chain's element type. */
export type ChainOperand = { readonly input: number } | { readonly step: number } | { readonly number: number };

export interface ChainInstruction {
  readonly instruction: Instruction;
  /** As many as the instruction takes, each a bool where it takes one. A constant never stands for a bool. */
  readonly operands: readonly ChainOperand[];
}

/** Elementwise instructions that run together over a shape: block by block, so that all of them pass over memory once. */
export interface Chain {
  /** The element type of all numbers; the others are bool. */
  readonly dtype: "float32" | "float64";
  /** What the inputs are broadcast to, and the shape of every output. */
  readonly shape: Shape;
  readonly inputs: readonly TensorType[];
  readonly steps: readonly ChainInstruction[];
  /** Steps whose results are stored. */
  readonly outputs: readonly number[];
  /** Steps whose results are looked through for NaN and infinity. */
  readonly watched: readonly number[];
}
