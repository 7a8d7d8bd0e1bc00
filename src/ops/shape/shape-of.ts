import { z } from "zod";
import { sizeOf } from "../../tensor/shape.ts";
import { anyType, defineOp } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { called } from "../notation.ts";

export const Shape = defineOp({
  type: "Shape",
  since: 21,
  category: "shape",
  summary: "The sizes of the input's axes from start up to, not including, end, as int64.",
  inputs: [{ name: "data", type: "T" }],
  outputs: [{ name: "shape" }],
  types: { T: anyType },
  attributes: z.strictObject({ start: z.int().default(0), end: z.int().optional() }),
  traits: ["shapeOnly"],
  // Positions beyond the ends are drawn in and negative ones count from the end, as those of `slice` do.
  infer: ([x], { start, end }) => [{ dtype: "int64", shape: [x.shape.slice(start, end).length] }],
  kernel: ([x], [y], { start, end }) => y.data.set(x.shape.slice(start, end)),
  vjp: null,
  display: { label: "shape", formula: called("shape") },
  probes: [{ inputs: [[2, 3]] }, { inputs: [[2, 3, 4]], attributes: { start: 1, end: -1 } }, { inputs: [[]] }],
});

export const Size = defineOp({
  type: "Size",
  since: 21,
  category: "shape",
  summary: "The number of elements, as int64.",
  inputs: [{ name: "data", type: "T" }],
  outputs: [{ name: "size" }],
  types: { T: anyType },
  attributes: noAttributes,
  traits: ["shapeOnly"],
  infer: () => [{ dtype: "int64", shape: [] }],
  kernel: ([x], [y]) => {
    y.data[0] = sizeOf(x.shape);
  },
  vjp: null,
  display: { label: "size", formula: called("size") },
  probes: [{ inputs: [[2, 3]] }, { inputs: [[]] }],
});
