import type { Value } from "../../ir/graph.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { ReduceMean } from "../../ops/reduction/reduce-mean.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { isAny } from "../diagnosis/factors.ts";
import { isGradient } from "../diagnosis/observation.ts";
import { madeWith } from "../mutants/operators.ts";
import { defineMistake } from "./define.ts";

/** A sum over examples where their mean is meant, in the value or in the gradient alone. */
export const missingBatchMean = defineMistake({
  name: "missing_batch_mean",
  cost: 1,
  // Where a mean is taken it is likelier than anywhere else.
  costAsFactor: 1.05,
  sentences: {
    en: ({ name, factor, counted, ofValues }) =>
      factor !== ""
        ? `${ofValues ? name : `The gradient at ${name}`} is ${factor} times what it should be${counted}: the division by the number of examples is missing there. Divide by it once.`
        : ofValues
          ? `${name} is a mean: a sum, divided by the number of elements; here it looks like the sum. Divide by it once.`
          : `${name} is a mean, so its gradient must be divided by the number of elements; here it looks like that of a sum. Divide by it once.`,
    zh: ({ name, factor, counted, ofValues }) =>
      factor !== ""
        ? `${ofValues ? name : `${name} 处的梯度`}是正确值的 ${factor} 倍${counted}：此处漏除了样本数。请除以该个数一次。`
        : ofValues
          ? `${name} 是平均值：总和除以元素个数；这里像是总和。请除以该个数一次。`
          : `${name} 是平均值，其梯度应除以元素个数；这里的梯度像是求和的梯度。请除以该个数一次。`,
  },
  ways: madeWith({
    operator: ReduceMean,
    gradients: (at, rule) => {
      const [gradient] = rule(at);
      return [gradient === null ? null : mul(gradient, countOf(at.inputs[0], at.outputs[0])), null];
    },
    output: (inputs, _, operator) => {
      const mean = operator(inputs);
      return mul(mean, countOf(inputs[0], mean));
    },
  }),
  // By as many times too large, anywhere: a division that was forgotten there.
  isFactor: (k, { isPenalty }, { batch }) => !isPenalty && isAny(k, batch),
  // A number that is as many times too large as there are examples was summed over them.
  seen: ({ observation, counts, multiple }) => {
    if (multiple === null || isGradient(observation) || observation.expected.data.length !== 1) return null;
    return isAny(multiple.k, counts.batch) ? { residual: multiple.residual, factor: multiple.k } : null;
  },
});

/** How many elements each mean is taken over. */
const countOf = (x: Value, y: Value): number => sizeOf(x.shape) / Math.max(1, sizeOf(y.shape));
