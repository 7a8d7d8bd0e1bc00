import { constant, type Value } from "../../ir/graph.ts";
import type { DType } from "../../tensor/dtype.ts";
import { scalar } from "../../tensor/tensor.ts";
import { staticNumbers } from "../axes.ts";
import { defineOp, numbers, type ProbeInput } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { OperatorError } from "../errors.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";

export const Range = defineOp({
  type: "Range",
  since: 11,
  category: "shape",
  summary: "Numbers from start up (or down) to, not including, limit, by steps of delta.",
  inputs: [
    { name: "start", type: "T", static: true },
    { name: "limit", type: "T", static: true },
    { name: "delta", type: "T", static: true },
  ],
  outputs: [{ name: "output" }],
  types: { T: numbers },
  attributes: noAttributes,
  infer: (inputs) => {
    const [start, limit, delta] = inputs.map((input, at) => {
      const values = staticNumbers(input);
      if (values.length !== 1) throw new OperatorError("shape", "start, limit and delta of Range are single numbers", { input: at });
      return values[0];
    });
    if (delta === 0) throw new OperatorError("shape", "Range cannot walk by steps of 0", { input: 2 });
    const size = Math.max(0, Math.ceil((limit - start) / delta));
    if (!Number.isSafeInteger(size))
      throw new OperatorError("shape", `Range from ${start} to ${limit} by ${delta} has no end`, { input: 1 });
    return [{ dtype: inputs[0].dtype, shape: [size] }];
  },
  kernel: ([start, , delta], [output]) => {
    for (let at = 0; at < output.data.length; at++) output.data[at] = start.data[0] + at * delta.data[0];
  },
  vjp: null,
  display: { label: "range", formula: called("range") },
  probes: [
    { inputs: [scalarProbe(0), scalarProbe(5), scalarProbe(2)] },
    { inputs: [scalarProbe(1), scalarProbe(-1), scalarProbe(-0.5)] },
    { inputs: [scalarProbe(1), scalarProbe(0), scalarProbe(1)] },
  ],
  syntax: { names: [{ name: "arange" }] },
});

function scalarProbe(value: number): ProbeInput {
  return { values: [value], shape: [], dtype: "float64" };
}

/** Numbers of the given type from `start` up to, not including, `limit`. */
export const range = (start: number, limit: number, delta: number, dtype: DType): Value =>
  one(
    Range,
    [start, limit, delta].map((value) => constant(scalar(value, dtype))),
  );
