import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { broadcastShapes, formatShape, sameShape, type Shape } from "../../tensor/shape.ts";
import { add } from "../arithmetic/add.ts";
import { mul } from "../arithmetic/mul.ts";
import { axisWithin } from "../axes.ts";
import { defineOp, floats, sumOfTerms } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { inverseOf, standardise, normalizationCotangents } from "./normalization.ts";

const attributes = z.strictObject({
  axis: z.int().default(-1),
  epsilon: z.number().default(1e-5),
  stash_type: z.int().default(1),
});

export const LayerNormalization = defineOp({
  type: "LayerNormalization",
  since: 17,
  category: "network",
  summary:
    "Everything from an axis on brought to mean 0 and variance 1, then scaled and shifted. Mean and the inverse of the standard deviation are further outputs. The statistics have the input's precision, whatever stash_type says.",
  inputs: [
    { name: "X", type: "T", differentiable: true },
    { name: "Scale", type: "T", differentiable: true },
    { name: "B", type: "T", differentiable: true, optional: true },
  ],
  outputs: [{ name: "Y" }, { name: "Mean" }, { name: "InvStdDev" }],
  types: { T: floats },
  attributes,
  body: ([x, scale, shift], { axis, epsilon }, outputCount) => {
    const first = axisWithin(axis, x.shape.length);
    checkStretches("Scale", scale.shape, x.shape, 1);
    if (shift !== null) checkStretches("B", shift.shape, x.shape, 2);
    const axes = x.shape.map((_, at) => at).slice(first);
    const { mean, centred, deviation } = standardise(x, axes);
    const inverse = inverseOf(deviation, epsilon);
    const scaled = mul(mul(centred, inverse), scale);
    return [shift === null ? scaled : add(scaled, shift), mean, inverse].slice(0, outputCount);
  },
  accuracy: sumOfTerms,
  display: { label: "layer norm", formula: called("LN"), cotangents: ([x, scale], _, delta) => normalizationCotangents(x, scale, delta) },
  probes: [
    { inputs: [[2, 4], [4], [4]] },
    { inputs: [[2, 3, 2], [3, 2], [2]], attributes: { axis: 1, epsilon: 0.01 }, outputs: 1 },
    { inputs: [[2, 3], [], null], attributes: { axis: 0 } },
  ],
});

function checkStretches(name: string, shape: Shape, to: Shape, input: number): void {
  const common = broadcastShapes([shape, to]);
  if (common !== null && sameShape(common, to)) return;
  const message = `${name} of LayerNormalization has shape ${formatShape(shape)}, which does not broadcast to ${formatShape(to)}`;
  throw new OperatorError("shape", message, { input });
}

export const layerNormalization = (x: Value, scale: Value, shift: Value | null = null, given: z.input<typeof attributes> = {}): Value =>
  one(LayerNormalization, [x, scale, shift], given);
