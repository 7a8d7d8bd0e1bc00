import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { add } from "../arithmetic/add.ts";
import { mul } from "../arithmetic/mul.ts";
import { defineOp, floats, sumOfTerms } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { reshape } from "../shape/reshape.ts";
import { alongChannels, checkPerChannel, inverseOf, standardise, normalizationCotangents } from "./normalization.ts";
import { spatialSizes } from "./window.ts";

const instanceAttributes = z.strictObject({ epsilon: z.number().default(1e-5) });

const groupAttributes = z.strictObject({
  epsilon: z.number().default(1e-5),
  num_groups: z.int().min(1),
  stash_type: z.int().default(1),
});

export const InstanceNormalization = defineOp({
  type: "InstanceNormalization",
  since: 6,
  category: "network",
  summary: "Each channel of each image brought to mean 0 and variance 1, then scaled and shifted by one number per channel.",
  inputs: [
    { name: "input", type: "T", differentiable: true },
    { name: "scale", type: "T", differentiable: true },
    { name: "B", type: "T", differentiable: true },
  ],
  outputs: [{ name: "output" }],
  types: { T: floats },
  attributes: instanceAttributes,
  body: ([x, scale, shift], { epsilon }) => {
    const axes = spatialSizes("InstanceNormalization", x.shape).map((_, axis) => axis + 2);
    checkPerChannel("InstanceNormalization", scale, x.shape[1], "scale", 1);
    checkPerChannel("InstanceNormalization", shift, x.shape[1], "B", 2);
    const { centred, deviation } = standardise(x, axes);
    const rank = x.shape.length;
    return [add(mul(centred, mul(inverseOf(deviation, epsilon), alongChannels(scale, rank))), alongChannels(shift, rank))];
  },
  accuracy: sumOfTerms,
  display: {
    label: "instance norm",
    formula: called("IN"),
    cotangents: ([x, scale], _, delta) => normalizationCotangents(x, scale, delta),
  },
  probes: [{ inputs: [[2, 2, 4], [2], [2]] }, { inputs: [[1, 3, 2, 2], [3], [3]], attributes: { epsilon: 0.1 } }],
});

export const GroupNormalization = defineOp({
  type: "GroupNormalization",
  since: 21,
  category: "network",
  summary:
    "Each group of channels of each image brought to mean 0 and variance 1, then scaled and shifted by one number per channel. The statistics have the input's precision, whatever stash_type says.",
  inputs: [
    { name: "X", type: "T", differentiable: true },
    { name: "scale", type: "T", differentiable: true },
    { name: "bias", type: "T", differentiable: true },
  ],
  outputs: [{ name: "Y" }],
  types: { T: floats },
  attributes: groupAttributes,
  body: ([x, scale, bias], { epsilon, num_groups: groups }) => {
    spatialSizes("GroupNormalization", x.shape, 0);
    const [batch, channels, ...sizes] = x.shape;
    checkPerChannel("GroupNormalization", scale, channels, "scale", 1);
    checkPerChannel("GroupNormalization", bias, channels, "bias", 2);
    if (channels % groups !== 0) {
      throw new OperatorError("attribute", `num_groups is ${groups}, which does not divide the ${channels} channels`, {
        attribute: "num_groups",
      });
    }
    const { centred, deviation } = standardise(reshape(x, [batch, groups, (channels / groups) * sizeOf(sizes)]), [2]);
    const normal = reshape(mul(centred, inverseOf(deviation, epsilon)), x.shape);
    const rank = x.shape.length;
    return [add(mul(normal, alongChannels(scale, rank)), alongChannels(bias, rank))];
  },
  accuracy: sumOfTerms,
  display: { label: "group norm", formula: called("GN"), cotangents: ([x, scale], _, delta) => normalizationCotangents(x, scale, delta) },
  probes: [
    { inputs: [[2, 4, 3], [4], [4]], attributes: { num_groups: 2 } },
    { inputs: [[1, 3, 2, 2], [3], [3]], attributes: { num_groups: 1, epsilon: 0.1 } },
    { inputs: [[2, 4], [4], [4]], attributes: { num_groups: 2 } },
  ],
});

export const instanceNormalization = (x: Value, scale: Value, shift: Value, given: z.input<typeof instanceAttributes> = {}): Value =>
  one(InstanceNormalization, [x, scale, shift], given);

export const groupNormalization = (x: Value, scale: Value, bias: Value, given: z.input<typeof groupAttributes>): Value =>
  one(GroupNormalization, [x, scale, bias], groupAttributes.parse(given));
