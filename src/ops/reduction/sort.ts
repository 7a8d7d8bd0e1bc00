import { z } from "zod";
import { axisWithin, flag } from "../axes.ts";
import { defineOp, numbers } from "../define.ts";
import { called } from "../latex.ts";
import { topK } from "./top-k.ts";

export const Sort = defineOp({
  type: "Sort",
  category: "reduction",
  summary:
    "The elements along an axis in rising order, or falling when descending is set, and their indices. Equal elements keep their order; NaN comes last, or first when descending.",
  inputs: [{ name: "X", type: "T", differentiable: true }],
  outputs: [{ name: "values" }, { name: "indices" }],
  types: { T: numbers },
  attributes: z.strictObject({ axis: z.int().default(-1), descending: flag.default(false) }),
  body: ([x], { axis, descending }) => {
    const { values, indices } = topK(x, x.shape[axisWithin(axis, x.shape.length)], { axis, largest: descending });
    return [values, indices];
  },
  display: { label: "sort", latex: called("sort") },
  kinks: [{ at: "equal elements", convention: "each has the gradient of the place that it takes; equal ones keep their order" }],
  probes: [{ inputs: [[5]] }, { inputs: [[3, 2]], attributes: { axis: 0, descending: true } }],
});
