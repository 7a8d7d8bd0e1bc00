import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { indexOfExtreme } from "../../kernels/scan.ts";
import { formatShape } from "../../tensor/shape.ts";
import { axisWithin, flag, keptAxis, reducedShape } from "../axes.ts";
import { defineOp, numbers, type Operator } from "../define.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";

export const ArgMax = extremeIndex({ type: "ArgMax", which: "greatest" });
export const ArgMin = extremeIndex({ type: "ArgMin", which: "smallest" });

function extremeIndex({ type, which }: { type: string; which: "greatest" | "smallest" }): Operator {
  const name = type.toLowerCase();
  return defineOp({
    type,
    since: 13,
    category: "reduction",
    summary: `The index of the ${which} element along an axis: the first of several, or the last when told. NaN counts as the ${which}. No gradient flows.`,
    inputs: [{ name: "data", type: "T" }],
    outputs: [{ name: "reduced" }],
    types: { T: numbers },
    attributes: z.strictObject({
      axis: z.int().default(0),
      keepdims: flag.default(true),
      select_last_index: flag.default(false),
    }),
    traits: ["reduction"],
    infer: ([x], { axis, keepdims }) => {
      const along = axisWithin(axis, x.shape.length);
      if (x.shape[along] === 0) {
        throw new OperatorError("shape", `axis ${along} of ${formatShape(x.shape)} has no ${which} element`, { input: 0 });
      }
      return [{ dtype: "int64", shape: reducedShape(x.shape, [along], keepdims) }];
    },
    kernel: ([x], [y], { axis, select_last_index }) =>
      indexOfExtreme(x, axisWithin(axis, x.shape.length), which === "greatest", select_last_index, y),
    rows: ([row], [x], { axis, keepdims }) => {
      const along = axisWithin(axis, x.shape.length);
      return row === null || row === along ? null : keptAxis(row, [along], keepdims);
    },
    vjp: null,
    display: { label: name, formula: called(name) },
    syntax: { names: [{ name }] },
    kinks: [{ at: "everywhere", convention: "an index is constant, so no gradient flows" }],
    probes: [
      { inputs: [[2, 3]] },
      { inputs: [[2, 3]], attributes: { axis: -1, keepdims: false } },
      { inputs: [{ values: [3, 1, 3, 1], shape: [4], dtype: "float64" }], attributes: { select_last_index: true } },
    ],
  });
}

/** Along which axis the index counts; the first, kept as size 1, unless told. */
export interface ArgOptions {
  readonly axis?: number;
  readonly keepdims?: boolean;
}

export const argMax = (x: Value, { axis = 0, keepdims = true }: ArgOptions = {}): Value => one(ArgMax, [x], { axis, keepdims });
export const argMin = (x: Value, { axis = 0, keepdims = true }: ArgOptions = {}): Value => one(ArgMin, [x], { axis, keepdims });
