import { isAny, isNone } from "../diagnosis/factors.ts";
import { defineMistake } from "./define.ts";

/** The gradient of an operand that acts on every row is averaged over them. */
export const biasMeanInsteadOfSum = defineMistake({
  name: "bias_mean_instead_of_sum",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The gradient of ${name} is averaged over the batch where it should be summed. ${name} acts on every row, so the contributions of all rows add up.`,
    zh: ({ name }) => `${name} 的梯度在批次上取了平均，而应当求和。${name} 作用于每一行，各行的贡献应相加。`,
  },
  isFactor: (k, { isPenalty, summed }) => !isNone(k) && !isPenalty && isAny(1 / k, summed),
});
