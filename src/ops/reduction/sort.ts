import { z } from "zod";
import { axisWithin, flag } from "../axes.ts";
import { copied, defineOp, numbers } from "../define.ts";
import { sortLines } from "../../kernels/scan.ts";
import { apply } from "../apply.ts";
import { imaginary, real } from "../complex.ts";
import { called } from "../notation.ts";
import { filled } from "../shape/expand.ts";
import { gatherElements } from "../shape/gather-elements.ts";
import { scatterElements } from "../shape/scatter-elements.ts";

export const Sort = defineOp({
  type: "Sort",
  category: "reduction",
  summary:
    "The elements along an axis in rising order, or falling when descending is set, and their indices. Equal elements keep their order; NaN comes last, or first when descending.",
  inputs: [{ name: "X", type: "T", differentiable: true }],
  outputs: [{ name: "values" }, { name: "indices" }],
  types: { T: numbers },
  attributes: z.strictObject({ axis: z.int().default(-1), descending: flag.default(false) }),
  infer: ([x], { axis }) => {
    axisWithin(axis, x.shape.length);
    return [x, { dtype: "int64", shape: x.shape }];
  },
  kernel: ([x], [values, indices], { axis, descending }) => sortLines(x, axisWithin(axis, x.shape.length), descending, values, indices),
  vjp: ({ inputs: [x], outputs: [, indices], grads: [g], attributes: { axis } }) => [
    scatterElements(filled(0, x), indices, g, { axis, reduction: "add" }),
  ],
  complex: ({ inputs: [z], attributes }) => {
    const [values, indices] = apply(Sort, [z.re], attributes);
    return [{ re: values, im: gatherElements(imaginary(z), indices, attributes.axis) }, real(indices)];
  },
  accuracy: copied,
  display: { label: "sort", formula: called("sort") },
  kinks: [{ at: "equal elements", convention: "each has the gradient of the place that it takes; equal ones keep their order" }],
  probes: [{ inputs: [[5]] }, { inputs: [[3, 2]], attributes: { axis: 0, descending: true } }],
});
