import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { add } from "../arithmetic/add.ts";
import { cast } from "../arithmetic/cast.ts";
import { mul } from "../arithmetic/mul.ts";
import { sub } from "../arithmetic/sub.ts";
import { apply } from "../apply.ts";
import { flag } from "../axes.ts";
import { defineOp, floats, sumOfTerms } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { called } from "../notation.ts";
import { reshape } from "../shape/reshape.ts";
import {
  alongChannels,
  checkPerChannel,
  inverseDeviation,
  inverseOf,
  standardise,
  varianceOf,
  normalizationCotangents,
} from "./normalization.ts";

const attributes = z.strictObject({
  epsilon: z.number().default(1e-5),
  momentum: z.number().default(0.9),
  training_mode: flag.default(false),
});

export const BatchNormalization = defineOp({
  type: "BatchNormalization",
  since: 15,
  category: "network",
  summary:
    "Channels brought to mean 0 and variance 1, then scaled and shifted: by the given statistics, or in training mode by those of the batch. Then the second and third output are running statistics: momentum times the given ones plus the rest of the batch's mean and population variance.",
  inputs: [
    { name: "X", type: "T", differentiable: true },
    { name: "scale", type: "T1", differentiable: true },
    { name: "B", type: "T1", differentiable: true },
    { name: "input_mean", type: "T2", differentiable: true },
    { name: "input_var", type: "T2", differentiable: true },
  ],
  outputs: [{ name: "Y" }, { name: "running_mean" }, { name: "running_var" }],
  types: { T: floats, T1: floats, T2: floats },
  attributes,
  body: (inputs, { epsilon, momentum, training_mode }, outputCount) => {
    const [x, , , mean, variance] = inputs;
    const rank = x.shape.length;
    if (rank === 0) throw new OperatorError("shape", "BatchNormalization needs a batch axis, and a scalar has none", { input: 0 });
    // A tensor of one axis is a batch of one channel.
    const channels = rank === 1 ? 1 : x.shape[1];
    ["scale", "B", "input_mean", "input_var"].forEach((name, at) =>
      checkPerChannel("BatchNormalization", inputs[at + 1], channels, name, at + 1),
    );
    const [scale, shift] = inputs.slice(1).map((value) => alongChannels(cast(value, x.dtype), rank));
    if (!training_mode) {
      if (outputCount > 1) {
        throw new OperatorError("arity", "BatchNormalization has running statistics in training mode only: name one output", {
          attribute: "training_mode",
        });
      }
      const [given, spread] = [mean, variance].map((value) => alongChannels(cast(value, x.dtype), rank));
      return [add(mul(sub(x, given), mul(inverseDeviation(spread, epsilon), scale)), shift)];
    }
    const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
    const batch = standardise(x, axes);
    const y = add(mul(batch.centred, mul(inverseOf(batch.deviation, epsilon), scale)), shift);
    const running = (before: Value, now: Value): Value =>
      add(mul(before, momentum), mul(cast(reshape(now, [channels]), before.dtype), 1 - momentum));
    return [
      y,
      ...(outputCount > 1 ? [running(mean, batch.mean), running(variance, varianceOf(batch.centred, axes))].slice(0, outputCount - 1) : []),
    ];
  },
  accuracy: sumOfTerms,
  display: {
    label: "batch norm",
    formula: called("BN"),
    cotangents: ([x, scale, , mean, variance], { training_mode, epsilon }, delta) => {
      if (training_mode === true || training_mode === 1) return [...normalizationCotangents(x, scale, delta), null, null];
      const deviation = term.call("sqrt", term.sum(variance, Number(epsilon)));
      const standardized = term.quotient(term.difference(x, mean), deviation);
      const back = term.quotient(term.elementwise(scale, delta), deviation);
      return [
        back,
        term.call("Σ", term.elementwise(delta, standardized)),
        term.call("Σ", delta),
        term.negative(term.call("Σ", back)),
        null,
      ];
    },
  },
  probes: [
    { inputs: [[2, 3, 2], [3], [3], [3], { shape: [3], between: [0.5, 2] }], outputs: 1 },
    {
      inputs: [[3, 2, 2, 2], [2], [2], [2], { shape: [2], between: [0.5, 2] }],
      attributes: { training_mode: true, momentum: 0.8, epsilon: 0.01 },
    },
    { inputs: [[4, 2], [2], [2], [2], { shape: [2], between: [0.5, 2] }], attributes: { training_mode: true }, outputs: 1 },
    { inputs: [[4], [1], [1], [1], { shape: [1], between: [0.5, 2] }], outputs: 1 },
  ],
});

/** One output, or three in training mode: Y and the running statistics. */
export const batchNormalization = (
  x: Value,
  scale: Value,
  shift: Value,
  mean: Value,
  variance: Value,
  given: z.input<typeof attributes> = {},
): readonly Value[] => {
  const all = attributes.parse(given);
  return apply(BatchNormalization, [x, scale, shift, mean, variance], all, all.training_mode ? 3 : 1);
};
