import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { instruction, composed, type ElementFunction, looped } from "../../kernels/element.ts";
import { type DType, dtypes, isFloating } from "../../tensor/dtype.ts";
import { anyType, defineOp } from "../define.ts";
import { one } from "../express.ts";

// The greatest double below 2^63: int64 is held in doubles.
const bounds: Readonly<Record<"int64" | "int32", readonly [number, number]>> = {
  int64: [-(2 ** 63), 2 ** 63 - 1024],
  int32: [-(2 ** 31), 2 ** 31 - 1],
};

const truth = composed(
  1,
  (x) => (x === 0 ? 0 : 1),
  (x) => instruction("not", instruction("eq", x, 0)),
);
const numberOfTruth = composed(
  1,
  (x) => x,
  (x) => instruction("where", x, 1, 0),
);

/** What becomes of one number. ONNX leaves floating numbers outside the range of an integer type open: here they saturate, NaN is 0. */
function conversion(from: DType, to: DType): ElementFunction {
  if (to === "bool") return truth;
  if (from === "bool") return numberOfTruth;
  if ((to === "int64" || to === "int32") && isFloating(from)) {
    const [least, greatest] = bounds[to];
    return looped(1, (x) => (Number.isNaN(x) ? 0 : Math.trunc(Math.min(Math.max(x, least), greatest))));
  }
  // Integer zeros may carry a sign in memory; adding 0 drops it.
  return looped(1, isFloating(from) ? (x) => x : (x) => x + 0);
}

export const Cast = defineOp({
  type: "Cast",
  since: 21,
  category: "arithmetic",
  summary:
    "The same numbers in another element type. Floating numbers are cut off towards zero on the way to integers (beyond the range they saturate, NaN gives 0); bool is whether they differ from 0.",
  inputs: [{ name: "input", type: "T1", differentiable: true }],
  outputs: [{ name: "output" }],
  types: { T1: anyType },
  attributes: z.strictObject({ to: z.enum(dtypes) }),
  traits: ["elementwise", "linear"],
  infer: ([x], { to }) => [{ dtype: to, shape: x.shape }],
  element: ({ to }, [x]) => conversion(x.dtype, to),
  vjp: ({ inputs: [x], grads: [g], attributes: { to } }) => [isFloating(x.dtype) && isFloating(to) ? cast(g, x.dtype) : null],
  display: {
    label: "cast",
    formula: ([x], { to }) => term.call(String(to), x),
    derivatives: (_, { to }) => [term.number(to === "float64" || to === "float32" ? 1 : 0)],
    example: { to: "float64" },
  },
  probes: [
    { inputs: [[2, 3]], attributes: { to: "float64" } },
    { inputs: [[]], attributes: { to: "float64" } },
    { inputs: [{ values: [-1.5, 0, 2.5], shape: [3], dtype: "float64" }], attributes: { to: "int64" } },
    { inputs: [{ values: [-2, 0, 3], shape: [3], dtype: "int64" }], attributes: { to: "float64" } },
    { inputs: [{ values: [-2, 0, 3], shape: [3], dtype: "int32" }], attributes: { to: "bool" } },
  ],
});

/** `x` itself when it has that element type already. */
export const cast = (x: Value, dtype: DType): Value => (x.dtype === dtype ? x : one(Cast, [x], { to: dtype }));
