import type { Node } from "../ir/graph.ts";
import type { CompiledChain } from "../kernels/chain.ts";
import type { OperatorPrimitive } from "../ops/define.ts";
import type { Tensor, TensorType } from "../tensor/tensor.ts";

// What the passes of the planner hand on to one another, and the engine runs: steps that read and write numbered slots.

export interface Slot extends TensorType {
  readonly constant: Tensor | null;
  /** Where the slot's numbers lie in the arena; -1 for what a chain keeps to itself. */
  offset: number;
  /** The slot whose memory this one shares: itself, unless it is a view. */
  readonly memory: number;
}

/** One operator, or several elementwise ones in one pass over memory. */
export type Step = KernelStep | ChainStep;

interface Reads {
  /** -1 marks an input that is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Those of the inputs whose memory an output may take when nothing reads them afterwards. */
  readonly overwrites: readonly number[];
}

export interface KernelStep extends Reads {
  readonly node: Node;
  readonly op: OperatorPrimitive;
}

export interface ChainStep extends Reads {
  readonly members: readonly KernelStep[];
  readonly chain: CompiledChain;
  /** The slots behind the flags of the chain, in order. */
  readonly watched: readonly number[];
}
