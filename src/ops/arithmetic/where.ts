import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { direct } from "../../kernels/element.ts";
import { anyType, bools, defineOp, rounded } from "../define.ts";
import { broadcastAll, noAttributes } from "../elementwise.ts";
import { number, one, type ValueOrNumber } from "../express.ts";

const choice = direct("where", 3, (c, a, b) => (c === 0 ? b : a));

export const Where = defineOp({
  type: "Where",
  since: 16,
  category: "arithmetic",
  summary: "Elements of X where the condition holds, of Y elsewhere, under broadcasting.",
  inputs: [
    { name: "condition", type: "B" },
    { name: "X", type: "T", differentiable: true },
    { name: "Y", type: "T", differentiable: true },
  ],
  outputs: [{ name: "output" }],
  types: { B: bools, T: anyType },
  attributes: noAttributes,
  traits: ["elementwise", "linear"],
  infer: ([condition, x, y]) => [{ dtype: x.dtype, shape: broadcastAll("Where", [condition, x, y]) }],
  element: () => choice,
  vjp: ({ inputs: [condition], grads: [g] }) => [null, where(condition, g, 0), where(condition, 0, g)],
  accuracy: rounded,
  display: {
    label: "where",
    formula: ([c, x, y]) => term.cases(x, c, y),
    derivatives: ([c]) => [null, term.cases(1, c, 0), term.cases(0, c, 1)],
  },
  probes: [
    { inputs: [{ values: [1, 0, 1], shape: [3], dtype: "bool" }, [3], [3]] },
    { inputs: [{ values: [1, 0], shape: [2, 1], dtype: "bool" }, [3], []] },
    { inputs: [{ values: [0], shape: [], dtype: "bool" }, [], []] },
  ],
  syntax: { names: [{ name: "if" }, { name: "ifelse" }] },
});

/** A choice between two operands, at most one of which is a plain number. */
export function where(condition: Value, x: ValueOrNumber, y: ValueOrNumber): Value {
  if (typeof x !== "number") return one(Where, [condition, x, typeof y === "number" ? number(y, x) : y]);
  if (typeof y === "number") throw new TypeError("Where of two plain numbers has no element type");
  return one(Where, [condition, number(x, y), y]);
}
