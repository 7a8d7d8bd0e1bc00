import { isAny } from "../diagnosis/factors.ts";
import { isGradient } from "../diagnosis/observation.ts";
import { defineMistake } from "./define.ts";

/** What a mean has divided by the number of examples is divided by it again. */
export const batchMeanTwice = defineMistake({
  name: "batch_mean_twice",
  cost: 1,
  sentences: {
    en: ({ name, factor, counted }) =>
      `The gradient at ${name} is ${factor} times what it should be${counted}: it is divided by the number of examples once too often. Divide by it once, where the mean is taken.`,
    zh: ({ name, factor, counted }) => `${name} 处的梯度是正确值的 ${factor} 倍${counted}：多除了一次样本数。只在取平均处除一次。`,
  },
  isFactor: (k, { isPenalty }, { batch }) => !isPenalty && k !== 0 && isAny(1 / k, batch),
  seen: ({ observation, counts, multiple }) =>
    multiple !== null && isGradient(observation) && isAny(1 / multiple.k, counts.batch)
      ? { residual: multiple.residual, factor: multiple.k }
      : null,
});
