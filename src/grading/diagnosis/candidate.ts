import type { Mistake } from "../mistakes/define.ts";
import type { Edge } from "../mutants/ground.ts";

/** A cause that explains some of what is wrong in a submission. */
export interface Candidate {
  readonly mistake: Mistake;
  readonly name: string;
  readonly edges: readonly Edge[];
  /** How many times the right contribution was taken, where that is what is wrong; for updated weights the learning rate. */
  readonly factor: number | null;
  /** How many nodes the value feeds, where the gradients of some of them are left out. */
  readonly fanout?: number | undefined;
  /** The wrong observations that it explains, by position. */
  readonly explained: ReadonlySet<number>;
  /** The greatest residual that it leaves in any of them. */
  readonly residual: number;
  /** Where it lies on the tape, from the inputs on; -1 for what is seen in an item alone. */
  readonly place: number;
  /** How much has to be assumed: what is likely comes first. */
  readonly cost: number;
}

/** What a mistake at some places costs to assume. */
export const costOf = (mistake: Mistake, places = 1): number => mistake.cost + 0.01 * Math.log2(places);
