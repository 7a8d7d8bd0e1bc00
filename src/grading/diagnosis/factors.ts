import type { MistakeName } from "../mistake-names.ts";
import type { Part } from "../mutants/mutant.ts";

/** Numbers of elements that a person may divide by, or forget to. */
export interface Counts {
  /** Examples in a batch: the first sizes of the program's inputs. */
  readonly batch: ReadonlySet<number>;
  /** Sizes and products of sizes of its tensors. */
  readonly sizes: ReadonlySet<number>;
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 2e-3 * Math.abs(b);
/** Whether a contribution that is taken k times is left out. */
export const isNone = (k: number): boolean => Math.abs(k) < 2e-3;

/** Whether a factor is one of these numbers. */
export const isAny = (k: number, numbers: Iterable<number>): boolean => [...numbers].some((number) => number !== 1 && near(k, number));

/** What it is called when a contribution is taken k times; null when that means nothing. */
export function mistakeOfFactor(k: number, part: Part, counts: Counts): MistakeName | null {
  if (near(k, 1)) return null;
  if (isNone(k)) {
    if (part.isPenalty) return "missing_regularizer";
    return part.hasOthers ? "missing_fanout_sum" : "scale_factor";
  }
  if (near(k, -1)) return "wrong_sign";
  if (part.isPenalty) return near(k, 2) || near(k, 0.5) ? "regularizer_factor_2" : "scale_factor";
  if (isAny(1 / k, part.summed)) return "bias_mean_instead_of_sum";
  if (part.constant !== null && near(k * part.constant, 1)) return isAny(k, counts.batch) ? "missing_batch_mean" : "scale_factor";
  // A sum that is divided by a number that was counted.
  return part.isSingle && part.constant === null && isAny(k, counts.batch) ? "missing_batch_mean" : "scale_factor";
}

/** Factors that a single number may show: any number at all is some multiple of the right one. */
export function isTelling(k: number, counts: Counts, summed: readonly number[] = []): boolean {
  const magnitude = Math.abs(k);
  if (isNone(k)) return true;
  return (
    [0.5, 1, 2, 3, 4].some((number) => near(magnitude, number)) ||
    isAny(magnitude, counts.sizes) ||
    isAny(1 / magnitude, [...counts.sizes, ...summed])
  );
}

export const isWhole = (k: number): boolean => k > 1.5 && near(k, Math.round(k));
