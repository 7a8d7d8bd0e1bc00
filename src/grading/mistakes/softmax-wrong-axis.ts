import type { Value } from "../../ir/graph.ts";
import { LogSoftmax, logSoftmax, Softmax, softmax } from "../../ops/activation/softmax.ts";
import type { Attributes } from "../../ops/define.ts";
import { axisOf, madeWith } from "../mutants/operators.ts";
import { defineMistake } from "./define.ts";

/** Of a batch of scores the softmax is taken down the batch, so that columns add up to 1. */
export const softmaxWrongAxis = defineMistake({
  name: "softmax_wrong_axis",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The softmax of ${name} runs along the wrong axis: the probabilities of each example should add up to 1. Check axis and keepdims.`,
    zh: ({ name }) => `${name} 的 softmax 沿错了轴：每个样本的概率之和应为 1。请检查 axis 与 keepdims。`,
  },
  ways: madeWith(
    { operator: Softmax, output: ([x], attributes) => softmax(x, otherAxis(x, attributes)) },
    { operator: LogSoftmax, output: ([x], attributes) => logSoftmax(x, otherAxis(x, attributes)) },
  ),
});

/** Of two axes the other one. */
const otherAxis = (x: Value, attributes: Attributes): number => {
  const axis = axisOf(attributes);
  return x.shape.length === 2 ? (axis === 1 || axis === -1 ? 0 : 1) : axis;
};
