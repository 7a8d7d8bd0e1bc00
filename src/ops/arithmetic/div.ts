import * as term from "../../formula/term.ts";
import { direct, looped } from "../../kernels/element.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { broadcastProbes, elementwiseBinary } from "../elementwise.ts";
import { binary, number } from "../express.ts";
import type { Value } from "../../ir/graph.ts";
import { less } from "../logic/comparison.ts";
import { abs } from "./abs.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { where } from "./where.ts";
import { over } from "../complex.ts";

/** Exact for integers up to 2^53: the rounded quotient of two of them never reaches an integer that the true one stays below. */
const integerQuotient = looped(2, (a, b) => (b === 0 ? 0 : Math.trunc(a / b)));
const quotient = direct("div", 2, (a, b) => a / b);

export const Div = elementwiseBinary({
  type: "Div",
  since: 14,
  category: "arithmetic",
  summary:
    "The quotient of two tensors, element by element. Integer quotients are cut off towards zero; an integer divided by zero gives 0.",
  element: (dtype) => (isFloating(dtype) ? quotient : integerQuotient),
  vjp: (g, a, b, y) => [div(g, b), neg(mul(g, quotientBySquare(a, b, y)))],
  complex: over,
  display: {
    label: "÷",
    formula: ([a, b]) => term.quotient(a, b),
    derivatives: ([a, b]) => [term.quotient(1, b), term.negative(term.quotient(a, term.square(b)))],
  },
  syntax: { names: [{ name: "divide" }], infix: "/" },
  probes: broadcastProbes([-2, 2], [0.5, 2]),
});

/** a / b², where y is a / b. A y below the normal numbers has lost digits: there the dividend is enlarged meanwhile. */
function quotientBySquare(a: Value, b: Value, y: Value): Value {
  const [normal, scale] = a.dtype === "float64" ? [2 ** -1022, 2 ** 60] : [2 ** -126, 2 ** 30];
  const isTiny = less(abs(y), normal);
  const one = number(1, a);
  return mul(div(div(mul(a, where(isTiny, scale, one)), b), b), where(isTiny, 1 / scale, one));
}

export const div = binary(Div);
