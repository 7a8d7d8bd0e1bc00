import type { Value } from "../../ir/graph.ts";
import { reduceSum } from "../../ops/reduction/reduce-sum.ts";
import { unreduced } from "../mutants/spread.ts";
import { defineMistake } from "./define.ts";

/** The gradient of a bias is summed along the features and not along the batch. */
export const summedOverWrongAxis = defineMistake({
  name: "summed_over_wrong_axis",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The gradient of ${name} is summed over the wrong axis. ${name} acts on every row, so the sum runs over the rows and leaves its own shape.`,
    zh: ({ name }) => `${name} 的梯度沿错了轴求和。${name} 作用于每一行，应对各行求和，结果与 ${name} 形状相同。`,
  },
  ways: unreduced(...[false, true].map((keepdims) => (arriving: Value) => alongRows(arriving, keepdims))),
});

const alongRows = (arriving: Value, keepdims: boolean): Value | null =>
  arriving.shape.length === 2 ? reduceSum(arriving, { axes: [1], keepdims }) : null;
