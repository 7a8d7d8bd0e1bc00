import type { Value } from "../../ir/graph.ts";
import { softmax } from "../activation/softmax.ts";
import { div } from "../arithmetic/div.ts";
import { exp } from "../arithmetic/exp.ts";
import { log } from "../arithmetic/log.ts";
import { mul } from "../arithmetic/mul.ts";
import { neg } from "../arithmetic/neg.ts";
import { sub } from "../arithmetic/sub.ts";
import type { Attributes } from "../define.ts";
import { reduceSum } from "../reduction/reduce-sum.ts";
import type { OperatorMistake } from "./define.ts";

const axisOf = ({ axis }: Attributes): number => axis as number;

const sumAlong = (x: Value, attributes: Attributes): Value => reduceSum(x, { axes: [axisOf(attributes)] });

/** exp(x) / sum(exp(x)) without subtracting the maximum first. */
function naive(x: Value, attributes: Attributes): Value {
  const e = exp(x);
  return div(e, sumAlong(e, attributes));
}

/** Under a cross-entropy, y g is minus the target and -sum(g y) its total, so that the gradient by the scores is y - target. */
export const softmaxMistakes: readonly OperatorMistake[] = [
  {
    mistake: "missing_target",
    gradients: ({ outputs: [y], grads: [g], attributes }) => [neg(mul(y, sumAlong(mul(g, y), attributes)))],
  },
  {
    mistake: "double_softmax",
    gradients: ({ outputs: [y], grads: [g], attributes }) => {
      const again = softmax(y, axisOf(attributes));
      return [sub(mul(y, g), mul(again, sumAlong(mul(g, y), attributes)))];
    },
    output: ([x], attributes, operator) => operator([softmax(x, axisOf(attributes))]),
  },
  { mistake: "nan_from_overflow", output: ([x], attributes) => naive(x, attributes) },
];

/** Here g itself is minus the target. */
export const logSoftmaxMistakes: readonly OperatorMistake[] = [
  {
    mistake: "missing_target",
    gradients: ({ outputs: [y], grads: [g], attributes }) => [neg(mul(exp(y), sumAlong(g, attributes)))],
  },
  {
    mistake: "double_softmax",
    gradients: ({ outputs: [y], grads: [g], attributes }) => [sub(g, mul(softmax(exp(y), axisOf(attributes)), sumAlong(g, attributes)))],
    output: ([x], attributes, operator) => operator([softmax(x, axisOf(attributes))]),
  },
  { mistake: "nan_from_overflow", output: ([x], attributes) => log(naive(x, attributes)) },
];
