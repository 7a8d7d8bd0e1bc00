import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { type Meeting, placesAlongAxis, scatterPlaces } from "../../kernels/gather.ts";
import { formatShape, sameShape } from "../../tensor/shape.ts";
import { axisWithin } from "../axes.ts";
import { anyType, defineOp, integers, sumOfTerms } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { checkIndexShape, gatherElements } from "./gather-elements.ts";
import { indexProbe, refusal, scatterKinks, scatterReductions } from "./indices.ts";
import { scatterBranches, scatteredForms, scatterGradients } from "./scatter.ts";

export const ScatterElements = defineOp({
  type: "ScatterElements",
  since: 18,
  category: "shape",
  summary:
    "The data with every update written over (or added to, multiplied by, compared with) the element at its own position, except along an axis, where its index says which.",
  inputs: [
    { name: "data", type: "T", differentiable: true },
    { name: "indices", type: "Tind" },
    { name: "updates", type: "T", differentiable: true },
  ],
  outputs: [{ name: "output" }],
  types: { T: anyType, Tind: integers },
  attributes: z.strictObject({ axis: z.int().default(0), reduction: z.enum(scatterReductions).default("none") }),
  infer: ([data, indices, updates], { axis }) => {
    checkIndexShape("ScatterElements", data.shape, indices.shape, axis);
    if (!sameShape(indices.shape, updates.shape)) {
      const message = `updates of shape ${formatShape(updates.shape)} do not pair with indices of shape ${formatShape(indices.shape)}`;
      throw new OperatorError("shape", message, { input: 2 });
    }
    return [data];
  },
  kernel: ([data, indices, updates], [output], { axis, reduction }) => {
    const along = axisWithin(axis, data.shape.length);
    const places = placesAlongAxis(
      indices,
      data.shape,
      along,
      refusal(data.shape, () => along),
    );
    scatterPlaces(data, places, 1, updates.data, reduction, output);
  },
  vjp: ({ inputs: [data, indices, updates], outputs: [output], grads: [g], attributes: { axis, reduction } }) => {
    const [toData, toUpdates] = scatterGradients(
      reduction,
      { data, updates, output, g },
      (onto, from, how) => scatterElements(onto, indices, from, { axis, reduction: how }),
      (from) => gatherElements(from, indices, axis),
    );
    return [toData, null, toUpdates];
  },
  complex: ({ inputs: [data, indices, updates], attributes: { axis, reduction } }) =>
    scatteredForms(reduction, data, updates, (onto, from) => scatterElements(onto, indices.re, from, { axis, reduction })),
  branches: ({ inputs: [data, indices, updates], outputs: [output], attributes: { axis, reduction } }) =>
    scatterBranches(reduction, data, updates, output, (from) => gatherElements(from, indices, axis)),
  accuracy: sumOfTerms,
  display: { label: "scatter", formula: called("scatter") },
  kinks: scatterKinks,
  probes: [
    { inputs: [[3, 2], indexProbe([2, 2], [0, 2, -1, 0]), [2, 2]] },
    { inputs: [[2, 3], indexProbe([2, 2], [0, 0, 1, 2]), [2, 2]], attributes: { axis: 1 } },
    { inputs: [[2, 3], indexProbe([2, 2], [0, 0, 1, 2]), [2, 2]], attributes: { axis: -1, reduction: "add" } },
    { inputs: [[3], indexProbe([4], [0, 2, 0, -1]), [4]], attributes: { reduction: "mul" } },
    { inputs: [[3], indexProbe([4], [0, 2, 0, -1]), [4]], attributes: { reduction: "max" } },
    { inputs: [[3], indexProbe([4], [0, 2, 0, -1]), [4]], attributes: { reduction: "min" } },
  ],
});

/** How updates meet what is there, and along which axis the indices count. */
export interface ScatterOptions {
  readonly axis?: number;
  readonly reduction?: Meeting;
}

export const scatterElements = (
  data: Value,
  indices: Value,
  updates: Value,
  { axis = 0, reduction = "none" }: ScatterOptions = {},
): Value => one(ScatterElements, [data, indices, updates], { axis, reduction });
