import type { Value } from "../../ir/graph.ts";
import { reduceSum } from "../../ops/reduction/reduce-sum.ts";
import { expand } from "../../ops/shape/expand.ts";
import { reshape } from "../../ops/shape/reshape.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { unreduced } from "../mutants/spread.ts";
import { defineMistake } from "./define.ts";

/** The gradient of a bias is one number: the sum over rows and features. */
export const summedOverEverything = defineMistake({
  name: "summed_over_everything",
  cost: 1,
  sentences: {
    en: ({ name }) =>
      `The gradient of ${name} is summed over everything, which leaves one number. Sum over the batch alone (axis=0), so that each element of ${name} has its own.`,
    zh: ({ name }) => `${name} 的梯度对所有元素求和，只剩一个数。应只对批次求和（axis=0），使 ${name} 的每个元素各有其梯度。`,
  },
  // As one number, whichever brackets stand around it, and as that number in every place.
  ways: unreduced(
    (arriving, value) => totalOf(arriving, value),
    (arriving, value) => totalOf(arriving, value, (total) => reshape(total, [1])),
    (arriving, value) => totalOf(arriving, value, (total) => reshape(total, [1, 1])),
    (arriving, value) => totalOf(arriving, value, (total) => expand(total, value.shape)),
  ),
});

function totalOf(arriving: Value, { shape }: Value, as: (total: Value) => Value = (total) => total): Value | null {
  if (sizeOf(shape) < 2) return null;
  return as(reduceSum(arriving, { axes: [...arriving.shape.keys()], keepdims: false }));
}
