import { z } from "zod";
import { axisWithin, flag } from "../axes.ts";
import { defineOp, floats, sumOfTerms } from "../define.ts";
import { called } from "../notation.ts";
import { pad } from "../shape/pad.ts";
import { slice } from "../shape/slice.ts";
import { linearRecurrence } from "./linear-recurrence.ts";

export const CumProd = defineOp({
  type: "CumProd",
  category: "reduction",
  summary:
    "Running products along an axis, each including its own element; from the end towards the start when reverse is set. Their derivatives are right also where elements are 0.",
  inputs: [{ name: "x", type: "T", differentiable: true }],
  outputs: [{ name: "y" }],
  types: { T: floats },
  attributes: z.strictObject({ axis: z.int().default(-1), reverse: flag.default(false) }),
  // A recurrence that begins with the first element and adds nothing afterwards.
  body: ([x], { axis, reverse }) => {
    const along = axisWithin(axis, x.shape.length);
    const size = x.shape[along];
    if (size === 0) return [x];
    const first = slice(x, { starts: [reverse ? size - 1 : 0], ends: [reverse ? size : 1], axes: [along] });
    const pads = [...x.shape, ...x.shape].map((_, at) => (at === (reverse ? along : along + x.shape.length) ? size - 1 : 0));
    return [linearRecurrence(x, pad(first, pads), { axis: along, reverse })];
  },
  accuracy: sumOfTerms,
  display: { label: "cumprod", formula: called("cumprod") },
  probes: [
    { inputs: [{ values: [0, 2, -1.5, 0.5, 0, 3], shape: [6], dtype: "float64" }] },
    { inputs: [{ values: [0, 2, -1.5, 0.5, 0, 3], shape: [2, 3], dtype: "float64" }], attributes: { axis: 0, reverse: true } },
    { inputs: [[2, 4]] },
  ],
});
