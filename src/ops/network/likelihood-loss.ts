import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { formatShape, sameShape } from "../../tensor/shape.ts";
import { div } from "../arithmetic/div.ts";
import { mulNoNan } from "../arithmetic/mul-no-nan.ts";
import { neg } from "../arithmetic/neg.ts";
import { where } from "../arithmetic/where.ts";
import { logSoftmax } from "../activation/softmax.ts";
import { apply } from "../apply.ts";
import { type Attributes, composed, defineOp, floats, integers, type ProbeInput, sumOfTerms } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called, isGiven } from "../notation.ts";
import { equal, less } from "../logic/comparison.ts";
import { not } from "../logic/connective.ts";
import { reduceMean } from "../reduction/reduce-mean.ts";
import { reduceSum } from "../reduction/reduce-sum.ts";
import { filled } from "../shape/expand.ts";
import { gather } from "../shape/gather.ts";
import { gatherElements } from "../shape/gather-elements.ts";
import { reshape } from "../shape/reshape.ts";

const attributes = z.strictObject({ ignore_index: z.int().optional(), reduction: z.enum(["mean", "sum", "none"]).default("mean") });

type Given = z.output<typeof attributes>;

export const NegativeLogLikelihoodLoss = defineOp({
  type: "NegativeLogLikelihoodLoss",
  since: 13,
  category: "network",
  summary:
    "Minus the log-probability of each target's class, times the class's weight. The mean divides by the sum of these weights; targets equal to ignore_index count nowhere, and a mean over no others is NaN.",
  inputs: [
    { name: "input", type: "T", differentiable: true },
    { name: "target", type: "Tind" },
    { name: "weight", type: "T", differentiable: true, optional: true },
  ],
  outputs: [{ name: "loss" }],
  types: { T: floats, Tind: integers },
  attributes,
  body: ([x, target, weight], given) => [likelihoodLoss("NegativeLogLikelihoodLoss", x, target, weight, given)],
  accuracy: composed,
  display: {
    label: "NLL",
    formula: called("NLL"),
    cotangents: ([, target, weight], given, delta) => [
      isGiven(weight) || ignoresClass(given) ? null : averaged(term.negative(term.elementwise(delta, term.call("onehot", target))), given),
      null,
      null,
    ],
  },
  probes: lossProbes(),
  syntax: { names: [{ name: "nll_loss" }] },
});

export const SoftmaxCrossEntropyLoss = defineOp({
  type: "SoftmaxCrossEntropyLoss",
  since: 13,
  category: "network",
  summary:
    "Minus the logarithm of the softmax (over axis 1) at each label's class, times the class's weight. The mean divides by the sum of these weights; labels equal to ignore_index count nowhere, and a mean over no others is NaN. The log-probabilities are the second output.",
  inputs: [
    { name: "scores", type: "T", differentiable: true },
    { name: "labels", type: "Tind" },
    { name: "weights", type: "T", differentiable: true, optional: true },
  ],
  outputs: [{ name: "output" }, { name: "log_prob" }],
  types: { T: floats, Tind: integers },
  attributes,
  body: ([scores, labels, weights], given, outputCount) => {
    checkClasses("SoftmaxCrossEntropyLoss", scores, labels, weights);
    const logProbabilities = logSoftmax(scores, 1);
    const loss = likelihoodLoss("SoftmaxCrossEntropyLoss", logProbabilities, labels, weights, given);
    return [loss, logProbabilities].slice(0, outputCount);
  },
  accuracy: sumOfTerms,
  display: {
    label: "cross entropy",
    formula: called("CE"),
    cotangents: ([scores, labels, weights], given, delta) => {
      const off = term.difference(term.call("softmax", scores), term.call("onehot", labels));
      return [isGiven(weights) || ignoresClass(given) ? null : averaged(term.elementwise(delta, off), given), null, null];
    },
  },
  probes: lossProbes(),
  syntax: { names: [{ name: "cross_entropy" }] },
});

/** A negative index is that of no class, so that what comes back to the rows that count is as without one. */
const ignoresClass = ({ ignore_index }: Attributes): boolean => typeof ignore_index === "number" && ignore_index >= 0;

/** What comes back to each row where the loss is their mean. */
const averaged = (back: term.Term, { reduction }: Attributes): term.Term => (reduction === "mean" ? term.quotient(back, "n") : back);

/** Classes that lie outside are an error, ignored ones are never looked up: class 0 stands in, and what it gives is masked. */
function likelihoodLoss(op: string, x: Value, labels: Value, weights: Value | null, { ignore_index, reduction }: Given): Value {
  checkClasses(op, x, labels, weights);
  const classes = x.shape[1];
  const counts = ignore_index === undefined ? null : not(equal(labels, ignore_index));
  const chosen = counts === null ? labels : where(counts, labels, 0);
  // Lookups count negative indices from the end. Here they are errors, and `classes` is outside for every lookup.
  const valid = where(less(chosen, 0), classes, chosen);
  const masked = (value: Value): Value => (counts === null ? value : where(counts, value, 0));
  const alongClasses = [labels.shape[0], 1, ...labels.shape.slice(1)];
  const picked = masked(reshape(gatherElements(x, reshape(valid, alongClasses), 1), labels.shape));
  const shares = weights === null ? masked(filled(1, picked)) : masked(gather(weights, valid, 0));
  const losses = weights === null ? neg(picked) : neg(mulNoNan(shares, picked));
  if (reduction === "none") return losses;
  if (reduction === "sum") return reduceSum(losses, { keepdims: false });
  if (weights === null && counts === null) return reduceMean(losses, { keepdims: false });
  return div(reduceSum(losses, { keepdims: false }), reduceSum(shares, { keepdims: false }));
}

function checkClasses(op: string, x: Value, labels: Value, weights: Value | null): void {
  if (x.shape.length < 2) {
    throw new OperatorError("shape", `${op} takes an input of shape (batch, classes, …), not ${formatShape(x.shape)}`, { input: 0 });
  }
  const expected = x.shape.toSpliced(1, 1);
  if (!sameShape(labels.shape, expected)) {
    const message = `labels of shape ${formatShape(labels.shape)} do not fit an input of shape ${formatShape(x.shape)}: expected ${formatShape(expected)}`;
    throw new OperatorError("shape", message, { input: 1 });
  }
  if (weights !== null && !sameShape(weights.shape, [x.shape[1]])) {
    const message = `weights of shape ${formatShape(weights.shape)} do not fit ${x.shape[1]} classes`;
    throw new OperatorError("shape", message, { input: 2 });
  }
}

function lossProbes(): readonly { inputs: readonly (ProbeInput | null)[]; attributes?: Readonly<Record<string, unknown>> }[] {
  const classes = (shape: readonly number[], ...values: readonly number[]): ProbeInput => ({ values, shape, dtype: "int64" });
  const weights = { shape: [3], between: [0.5, 2] } as const;
  return [
    { inputs: [[4, 3], classes([4], 2, 0, 1, 1), null] },
    { inputs: [[4, 3], classes([4], 2, -100, 1, 1), weights], attributes: { ignore_index: -100 } },
    { inputs: [[2, 3, 2], classes([2, 2], 0, 2, 2, 1), weights], attributes: { reduction: "none" } },
    { inputs: [[1, 3, 2, 2], classes([1, 2, 2], 0, 2, 2, 1), null], attributes: { reduction: "sum", ignore_index: 2 } },
    { inputs: [[2, 3, 2], classes([2, 2], 0, 7, 2, 1), null], attributes: { ignore_index: 7 } },
  ];
}

/** The loss from log-probabilities (batch, classes, …) and integer targets (batch, …). */
export const negativeLogLikelihoodLoss = (
  x: Value,
  target: Value,
  weight: Value | null = null,
  given: z.input<typeof attributes> = {},
): Value => one(NegativeLogLikelihoodLoss, [x, target, weight], given);

/** The loss from scores (batch, classes, …) and integer labels (batch, …), and the log-probabilities. */
export const softmaxCrossEntropyLoss = (
  scores: Value,
  labels: Value,
  weights: Value | null = null,
  given: z.input<typeof attributes> = {},
): readonly Value[] => apply(SoftmaxCrossEntropyLoss, [scores, labels, weights], given);
