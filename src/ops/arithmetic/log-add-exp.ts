import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { looped } from "../../kernels/element.ts";
import { sigmoid } from "../activation/sigmoid.ts";
import { chosen, exponential, logarithm, minus, plus } from "../complex.ts";
import { floats } from "../define.ts";
import { broadcastProbes, elementwiseBinary } from "../elementwise.ts";
import { equal, less } from "../logic/comparison.ts";
import { abs } from "./abs.ts";
import { add } from "./add.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { sub } from "./sub.ts";
import { where } from "./where.ts";

/** The greater one is taken out, so that the exponential that is left does not overflow. */
const element = looped(2, (a, b) => (a === b ? a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)))));

export const LogAddExp = elementwiseBinary({
  type: "LogAddExp",
  category: "arithmetic",
  summary: "ln(exp(a) + exp(b)), computed without overflow.",
  types: floats,
  element: () => element,
  vjp: (g, a, b) => [mul(g, sigmoidOfDifference(a, b)), mul(g, sigmoidOfDifference(b, a))],
  complex: (a, b) => {
    const isLess = less(a.re, b.re);
    const [greater, lesser] = [chosen(isLess, b, a), chosen(isLess, a, b)];
    return plus(greater, logarithm(plus(1, exponential(minus(lesser, greater)))));
  },
  // Close to where the exponentials sum to 1, its logarithm is the difference of two numbers.
  accuracy: { value: 4, gradient: 4 },
  display: {
    label: "log Σ exp",
    formula: ([a, b]) => term.call("ln", term.sum(term.exponential(a), term.exponential(b))),
    derivatives: ([a, b]) => [term.call("σ", term.difference(a, b)), term.call("σ", term.difference(b, a))],
  },
  kinks: [{ at: "both the same infinity", convention: "1/2 by each, the limit along the diagonal" }],
  probes: broadcastProbes(),
});

/**
 * σ(a - b), with what the difference loses in rounding: where σ is small, an error of the difference is a relative error of σ. The slope of
 * the part that is lost is 0, as it should be.
 */
function sigmoidOfDifference(a: Value, b: Value): Value {
  const difference = where(equal(a, b), 0, sub(a, b));
  const part = sub(difference, a);
  const lost = sub(sub(a, sub(difference, part)), add(b, part));
  const counts = less(abs(lost), 1);
  return mul(sigmoid(difference), add(1, where(counts, mul(lost, sigmoid(neg(difference))), 0)));
}
