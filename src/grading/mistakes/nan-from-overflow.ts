import type { Value } from "../../ir/graph.ts";
import { LogSoftmax, Softmax } from "../../ops/activation/softmax.ts";
import { div } from "../../ops/arithmetic/div.ts";
import { exp } from "../../ops/arithmetic/exp.ts";
import { log } from "../../ops/arithmetic/log.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { sub } from "../../ops/arithmetic/sub.ts";
import type { Attributes } from "../../ops/define.ts";
import { sameShape } from "../../tensor/shape.ts";
import { isFinite, type Numbers } from "../compare.ts";
import { type Observation, residualOf } from "../diagnosis/observation.ts";
import { madeWith, sumAlong } from "../mutants/operators.ts";
import { defineMistake } from "./define.ts";

/** NaN or infinities where the right numbers are finite, as from an exponential without the maximum subtracted first. */
export const nanFromOverflow = defineMistake({
  name: "nan_from_overflow",
  cost: 1.5,
  sentences: {
    en: ({ name }) =>
      `${name} holds NaN or infinity where the right numbers are finite, as where an exponential overflows, or a logarithm or a division meets 0. Subtract the maximum before exp, or work with log-probabilities.`,
    zh: ({ name }) =>
      `${name} 中出现了 NaN 或无穷大，而正确的数值是有限的，例如指数溢出、对 0 取了对数或除以 0。请在 exp 之前减去最大值，或直接使用对数概率。`,
  },
  ways: madeWith(
    { operator: Softmax, output: ([x], attributes) => naive(x, attributes) },
    {
      operator: LogSoftmax,
      output: ([x], attributes) => log(naive(x, attributes)),
      gradients: ({ inputs: [x], grads: [g], attributes }) => [sub(g, mul(naive(x, attributes), sumAlong(g, attributes)))],
    },
  ),
  seen: ({ observation: { submitted, expected } }) => (isFinite(expected) && !isFinite(submitted) ? { residual: 0, cost: 2.7 } : null),
  residual: residualOfOverflow,
});

/** exp(x) / sum(exp(x)) without subtracting the maximum first. */
function naive(x: Value, attributes: Attributes): Value {
  const e = exp(x);
  return div(e, sumAlong(e, attributes));
}

/** NaN spreads further or less far by how the rest is computed, so that it may stand in more places. */
function residualOfOverflow(observation: Observation, prediction: Numbers): number {
  const { submitted } = observation;
  if (!sameShape(submitted.shape, prediction.shape)) return 1;
  const finite: number[] = [];
  let overflows = 0;
  for (let at = 0; at < prediction.data.length; at++) {
    if (Number.isFinite(submitted.data[at])) {
      if (!Number.isFinite(prediction.data[at])) return 1;
      finite.push(at);
    } else if (!Number.isFinite(prediction.data[at])) overflows++;
  }
  if (overflows === 0) return 1;
  const kept = ({ data }: Numbers): Numbers => ({ shape: [finite.length], data: finite.map((at) => data[at]) });
  return residualOf({ ...observation, submitted: kept(submitted) }, kept(prediction));
}
