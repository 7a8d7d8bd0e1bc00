import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { looped } from "../../kernels/element.ts";
import { hypot as hypotenuse } from "../../kernels/hypot.ts";
import { plus, squareRoot, times } from "../complex.ts";
import { floats } from "../define.ts";
import { broadcastProbes, elementwiseBinary } from "../elementwise.ts";
import { binary, number } from "../express.ts";
import { equal, less } from "../logic/comparison.ts";
import { or } from "../logic/connective.ts";
import { abs } from "./abs.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";
import { sign } from "./sign.ts";
import { where } from "./where.ts";

const element = looped(2, hypotenuse);

export const Hypot = elementwiseBinary({
  type: "Hypot",
  category: "arithmetic",
  summary: "√(a² + b²), the length of the hypotenuse, without squares that overflow or vanish.",
  types: floats,
  element: () => element,
  vjp: (g, a, b, y) => {
    const { legs, length } = withinRange(a, b, y);
    return [mul(g, shareOf(legs[0], length)), mul(g, shareOf(legs[1], length))];
  },
  complex: (a, b) => squareRoot(plus(times(a, a), times(b, b))),
  branch: (_a, _b, y) => sign(y),
  display: {
    label: "hypot",
    formula: ([a, b]) => term.call("sqrt", term.sum(term.square(a), term.square(b))),
    derivatives: ([a, b]) => [a, b].map((x) => term.quotient(x, term.call("sqrt", term.sum(term.square(a), term.square(b))))),
  },
  kinks: [{ at: "both 0", convention: "0 by each", holds: (a, b) => a === 0 && b === 0 }],
  probes: broadcastProbes([0.5, 2], [-3, -1]),
});

/** Two legs with their length, all of them times `scale`, which is 1 unless the length is beyond the range, or where numbers lose digits. */
export function withinRange(a: Value, b: Value, length: Value): { legs: readonly [Value, Value]; length: Value; scale: Value } {
  const [normal, enlarging] = length.dtype === "float64" ? [2 ** -1022, 2 ** 60] : [2 ** -126, 2 ** 30];
  const usual = where(less(length, normal), enlarging, number(1, length));
  const scale = where(equal(length, Number.POSITIVE_INFINITY), 0.25, usual);
  const legs = [mul(a, scale), mul(b, scale)] as const;
  return { legs, length: hypot(legs[0], legs[1]), scale };
}

/** x / length: the cosine that a leg has to the hypotenuse. Of no length it is 0; of an infinite one ±1 for an infinite leg. */
export function shareOf(x: Value, length: Value): Value {
  const isLimit = or(equal(length, 0), equal(length, Number.POSITIVE_INFINITY));
  return where(isLimit, where(equal(abs(x), length), sign(x), 0), div(x, where(isLimit, 1, length)));
}

export const hypot = binary(Hypot);
