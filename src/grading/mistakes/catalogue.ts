import { z } from "zod";
import { type Counts, near } from "../diagnosis/factors.ts";
import { accumulatedGradient } from "./accumulated-gradient.ts";
import { activationUsedAsDerivative } from "./activation-used-as-derivative.ts";
import { batchMeanTwice } from "./batch-mean-twice.ts";
import { biasFirstRowOnly } from "./bias-first-row-only.ts";
import { biasMeanInsteadOfSum } from "./bias-mean-instead-of-sum.ts";
import { broadcastNotReduced } from "./broadcast-not-reduced.ts";
import { derivativeFormulaAtInput } from "./derivative-formula-at-input.ts";
import { derivativeOfActivatedValue } from "./derivative-of-activated-value.ts";
import { doubleSoftmax } from "./double-softmax.ts";
import { extraActivationDerivative } from "./extra-activation-derivative.ts";
import { incompleteActivationDerivative } from "./incomplete-activation-derivative.ts";
import { kernelFlipped } from "./kernel-flipped.ts";
import { labelOffByOne } from "./label-off-by-one.ts";
import { missingActivationDerivative } from "./missing-activation-derivative.ts";
import { missingBatchMean } from "./missing-batch-mean.ts";
import { missingFactor } from "./missing-factor.ts";
import { missingFanoutSum } from "./missing-fanout-sum.ts";
import { missingRegularizer } from "./missing-regularizer.ts";
import { missingTarget } from "./missing-target.ts";
import { nanFromOverflow } from "./nan-from-overflow.ts";
import { otherActivationDerivative } from "./other-activation-derivative.ts";
import { poolTiesAll } from "./pool-ties-all.ts";
import { powerNotLowered } from "./power-not-lowered.ts";
import { preactivationUsed } from "./preactivation-used.ts";
import { quotientNotSquared } from "./quotient-not-squared.ts";
import { regularizerFactor2 } from "./regularizer-factor-2.ts";
import { regularizerOnBias } from "./regularizer-on-bias.ts";
import { reluMaskInverted } from "./relu-mask-inverted.ts";
import { reluMaskOfGradient } from "./relu-mask-of-gradient.ts";
import { scaleFactor } from "./scale-factor.ts";
import { shapeMismatch } from "./shape-mismatch.ts";
import { softmaxJacobian } from "./softmax-jacobian.ts";
import { softmaxWrongAxis } from "./softmax-wrong-axis.ts";
import { summedOverEverything } from "./summed-over-everything.ts";
import { summedOverWrongAxis } from "./summed-over-wrong-axis.ts";
import { swappedOperands } from "./swapped-operands.ts";
import { transposed } from "./transposed.ts";
import { usedUpdatedWeights } from "./used-updated-weights.ts";
import { wrongSign } from "./wrong-sign.ts";
import { zeroGradient } from "./zero-gradient.ts";
import type { Contribution, Mistake } from "./define.ts";

/** The mistakes that are known, in the order of the contract. */
const catalogue = [
  missingFanoutSum,
  wrongSign,
  scaleFactor,
  zeroGradient,
  missingFactor,
  powerNotLowered,
  quotientNotSquared,
  missingBatchMean,
  missingRegularizer,
  regularizerOnBias,
  regularizerFactor2,
  transposed,
  broadcastNotReduced,
  biasMeanInsteadOfSum,
  batchMeanTwice,
  biasFirstRowOnly,
  summedOverWrongAxis,
  summedOverEverything,
  missingActivationDerivative,
  activationUsedAsDerivative,
  derivativeOfActivatedValue,
  derivativeFormulaAtInput,
  incompleteActivationDerivative,
  otherActivationDerivative,
  extraActivationDerivative,
  preactivationUsed,
  reluMaskInverted,
  reluMaskOfGradient,
  missingTarget,
  doubleSoftmax,
  softmaxJacobian,
  softmaxWrongAxis,
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
