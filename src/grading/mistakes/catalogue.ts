import { z } from "zod";
import { type Counts, near } from "../diagnosis/factors.ts";
import { accumulatedGradient } from "./accumulated-gradient.ts";
import { activationUsedAsDerivative } from "./activation-used-as-derivative.ts";
import { biasFirstRowOnly } from "./bias-first-row-only.ts";
import { biasMeanInsteadOfSum } from "./bias-mean-instead-of-sum.ts";
import { broadcastNotReduced } from "./broadcast-not-reduced.ts";
import type { Contribution, Mistake } from "./define.ts";
import { derivativeOfActivatedValue } from "./derivative-of-activated-value.ts";
import { doubleSoftmax } from "./double-softmax.ts";
import { kernelFlipped } from "./kernel-flipped.ts";
import { labelOffByOne } from "./label-off-by-one.ts";
import { missingActivationDerivative } from "./missing-activation-derivative.ts";
import { missingBatchMean } from "./missing-batch-mean.ts";
import { missingFanoutSum } from "./missing-fanout-sum.ts";
import { missingRegularizer } from "./missing-regularizer.ts";
import { missingTarget } from "./missing-target.ts";
import { nanFromOverflow } from "./nan-from-overflow.ts";
import { poolTiesAll } from "./pool-ties-all.ts";
import { regularizerFactor2 } from "./regularizer-factor-2.ts";
import { regularizerOnBias } from "./regularizer-on-bias.ts";
import { reluMaskInverted } from "./relu-mask-inverted.ts";
import { scaleFactor } from "./scale-factor.ts";
import { shapeMismatch } from "./shape-mismatch.ts";
import { swappedOperands } from "./swapped-operands.ts";
import { transposed } from "./transposed.ts";
import { usedUpdatedWeights } from "./used-updated-weights.ts";
import { wrongSign } from "./wrong-sign.ts";

/** The mistakes that are known, in the order of the contract. */
const catalogue = [
  missingFanoutSum,
  wrongSign,
  scaleFactor,
  missingBatchMean,
  missingRegularizer,
  regularizerOnBias,
  regularizerFactor2,
  transposed,
  broadcastNotReduced,
  biasMeanInsteadOfSum,
  biasFirstRowOnly,
  missingActivationDerivative,
  activationUsedAsDerivative,
  derivativeOfActivatedValue,
  reluMaskInverted,
  missingTarget,
  doubleSoftmax,
  labelOffByOne,
  swappedOperands,
  kernelFlipped,
  poolTiesAll,
  accumulatedGradient,
  usedUpdatedWeights,
  shapeMismatch,
  nanFromOverflow,
] as const;

export const mistakes: readonly Mistake[] = catalogue;

/** The name of a mistake in answers. */
export const MistakeName = z.enum(catalogue.map(({ name }) => name)).meta({
  description: "A mistake that people make when they write a backward pass by hand, by its name",
  examples: ["missing_fanout_sum"],
});
export type MistakeName = z.output<typeof MistakeName>;

const names: ReadonlyMap<Mistake, MistakeName> = new Map(catalogue.map((mistake) => [mistake, mistake.name]));

export function nameOf(mistake: Mistake): MistakeName {
  const name = names.get(mistake);
  if (name === undefined) throw new Error(`the mistake ${mistake.name} is not in the catalogue`);
  return name;
}

/** What it is called when a contribution is taken k times; null when that means nothing. */
export function mistakeOfFactor(k: number, contribution: Contribution, counts: Counts): Mistake | null {
  if (near(k, 1)) return null;
  return mistakes.find(({ isFactor }) => isFactor?.(k, contribution, counts)) ?? scaleFactor;
}
