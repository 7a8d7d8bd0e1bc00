import { compileProgram, type ChainProgram } from "./wasm/chain-compile.ts";
import type { Chain } from "./wasm/chain-source.ts";
import type { Workspace } from "./workspace.ts";

export type { Chain, ChainInstruction, ChainOperand } from "./wasm/chain-source.ts";
export { type Instruction, type InstructionFacts, instructions } from "./wasm/instructions.ts";

/** A chain made ready, but for the places of its tensors. */
export interface CompiledChain extends ChainProgram {
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
  words[0] = flags;
  return { kernel: chain.kernel, words, nanoseconds: chain.nanoseconds };
}

/** Runs a bound chain. The bits of the results are those of its instructions one by one over whole tensors. */
export function runChain(workspace: Workspace, { kernel, words, nanoseconds }: BoundChain): void {
  workspace.block.words.set(words);
  workspace.run(kernel, nanoseconds, workspace.block.address);
}
