import type { Shape } from "../tensor/shape.ts";
import type { TensorType } from "../tensor/tensor.ts";
import { compileProgram, type Program } from "./wasm/chain-compile.ts";
import type { Instruction } from "./wasm/instructions.ts";
import type { Workspace } from "./workspace.ts";

export { type Instruction, type InstructionFacts, instructions } from "./wasm/instructions.ts";

/** An input by its place among the chain's inputs, the result of an earlier step, or a constant, rounded to the chain's element type. */
export type ChainOperand = { readonly input: number } | { readonly step: number } | { readonly number: number };

export interface ChainStep {
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
  readonly steps: readonly ChainStep[];
  /** Steps whose results are stored. */
  readonly outputs: readonly number[];
  /** Steps whose results are looked through for NaN and infinity. */
  readonly watched: readonly number[];
}

/** A chain made ready, but for the places of its tensors. */
export interface CompiledChain extends Program {
  readonly kernel: "chain_float32" | "chain_float64";
}

/** A chain over tensors of a workspace. */
export interface BoundChain {
  readonly kernel: CompiledChain["kernel"];
  readonly words: Int32Array;
  readonly nanoseconds: number;
}

/** Throws RangeError when the program is longer than the memory set aside for it, which takes more than a thousand steps. */
export const compileChain = (chain: Chain): CompiledChain => ({ kernel: `chain_${chain.dtype}`, ...compileProgram(chain) });

/**
 * Puts the addresses (in bytes) of inputs and outputs into a compiled chain, and that of one int32 per watched step, which is set to 1
 * where a result is not finite and is left alone otherwise. An output may lie exactly over an input of its own type and shape. Nothing
 * else may overlap.
 */
export function bindChain(chain: CompiledChain, inputs: readonly number[], outputs: readonly number[], flags: number): BoundChain {
  const words = chain.words.slice();
  chain.inputPlaces.forEach((place, input) => place >= 0 && (words[place] = inputs[input]));
  chain.outputPlaces.forEach((place, output) => (words[place] = outputs[output]));
  words[chain.flagsPlace] = flags;
  return { kernel: chain.kernel, words, nanoseconds: chain.nanoseconds };
}

/** Runs a bound chain. The bits of the results are those of its instructions one by one over whole tensors. */
export function runChain(workspace: Workspace, { kernel, words, nanoseconds }: BoundChain): void {
  workspace.block.words.set(words);
  workspace.run(kernel, nanoseconds, workspace.block.address);
}
