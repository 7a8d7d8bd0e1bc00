import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { type Meeting, placesOfTuples, scatterPlaces } from "../../kernels/gather.ts";
import { formatShape, sameShape, sizeOf } from "../../tensor/shape.ts";
import { anyType, defineOp, sumOfTerms } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { gatherND } from "./gather-nd.ts";
import { indexProbe, refusal, scatterKinks, scatterReductions } from "./indices.ts";
import { scatterBranches, scatteredForms, scatterGradients } from "./scatter.ts";

export const ScatterND = defineOp({
  type: "ScatterND",
  since: 18,
  category: "shape",
  summary:
    "The data with the updates written over (or added to, multiplied by, compared with) the slices that the index tuples name, in the order of the updates.",
  inputs: [
    { name: "data", type: "T", differentiable: true },
    { name: "indices", type: "Tind" },
    { name: "updates", type: "T", differentiable: true },
  ],
  outputs: [{ name: "output" }],
  types: { T: anyType, Tind: ["int64"] },
  attributes: z.strictObject({ reduction: z.enum(scatterReductions).default("none") }),
  infer: ([data, indices, updates]) => {
    const { shape } = indices;
    const length = shape.at(-1);
    if (length === undefined || length === 0 || length > data.shape.length) {
      const message = `the last axis of indices holds tuples of 1 to ${data.shape.length} numbers; its shape is ${formatShape(shape)}`;
      throw new OperatorError("shape", message, { input: 1 });
    }
    const expected = [...shape.slice(0, -1), ...data.shape.slice(length)];
    if (!sameShape(updates.shape, expected)) {
      throw new OperatorError("shape", `updates of ScatterND have shape ${formatShape(updates.shape)}, not ${formatShape(expected)}`, {
        input: 2,
      });
    }
    return [data];
  },
  kernel: ([data, indices, updates], [output], { reduction }) => {
    const length = indices.shape[indices.shape.length - 1];
    const refuse = refusal(data.shape, (at) => at % length);
    const places = placesOfTuples(indices, data.shape, 0, refuse);
    scatterPlaces(data, places, sizeOf(data.shape.slice(length)), updates.data, reduction, output);
  },
  vjp: ({ inputs: [data, indices, updates], outputs: [output], grads: [g], attributes: { reduction } }) => {
    const [toData, toUpdates] = scatterGradients(
      reduction,
      { data, updates, output, g },
      (onto, from, how) => scatterND(onto, indices, from, { reduction: how }),
      (from) => gatherND(from, indices),
    );
    return [toData, null, toUpdates];
  },
  complex: ({ inputs: [data, indices, updates], attributes: { reduction } }) =>
    scatteredForms(reduction, data, updates, (onto, from) => scatterND(onto, indices.re, from, { reduction })),
  branches: ({ inputs: [data, indices, updates], outputs: [output], attributes: { reduction } }) =>
    scatterBranches(reduction, data, updates, output, (from) => gatherND(from, indices)),
  accuracy: sumOfTerms,
  display: { label: "scatter", formula: called("scatter") },
  kinks: scatterKinks,
  probes: [
    { inputs: [[4, 2], indexProbe([2, 1], [2, -4]), [2, 2]] },
    { inputs: [[4], indexProbe([4, 1], [1, 2, 1, -1]), [4]] },
    { inputs: [[2, 3], indexProbe([2, 2], [0, 1, 0, 1]), [2]], attributes: { reduction: "add" } },
    { inputs: [[2, 3], indexProbe([2, 2], [0, 1, 0, 1]), [2]], attributes: { reduction: "mul" } },
    { inputs: [[3], indexProbe([4, 1], [1, 2, 1, -1]), [4]], attributes: { reduction: "max" } },
    { inputs: [[3], indexProbe([4, 1], [1, 2, 1, -1]), [4]], attributes: { reduction: "min" } },
  ],
});

/** `data` with the updates met at the slices that the tuples in the last axis of `indices` name. */
export const scatterND = (data: Value, indices: Value, updates: Value, { reduction = "none" }: { reduction?: Meeting } = {}): Value =>
  one(ScatterND, [data, indices, updates], { reduction });
