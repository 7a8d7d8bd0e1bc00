import type { Value } from "../../ir/graph.ts";
import { looped } from "../../kernels/element.ts";
import { hypot as hypotenuse } from "../../kernels/hypot.ts";
import { plus, squareRoot, times } from "../complex.ts";
import { floats } from "../define.ts";
import { broadcastProbes, elementwiseBinary } from "../elementwise.ts";
import { binary } from "../express.ts";
import { equal } from "../logic/comparison.ts";
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
  vjp: (g, a, b, y) => [mul(g, shareOf(a, y)), mul(g, shareOf(b, y))],
  complex: (a, b) => squareRoot(plus(times(a, a), times(b, b))),
  branch: (_a, _b, y) => sign(y),
  display: {
    label: "hypot",
    latex: ([a, b]) => String.raw`\sqrt{{${a}}^{2} + {${b}}^{2}}`,
    derivatives: ([a, b]) => [a, b].map((x) => String.raw`\frac{${x}}{\sqrt{{${a}}^{2} + {${b}}^{2}}}`),
  },
  kinks: [{ at: "both 0", convention: "0 by each" }],
  probes: broadcastProbes([0.5, 2], [-3, -1]),
});

/** x / length: the cosine that a leg has to the hypotenuse. Of no length it is 0; of an infinite one ±1 for an infinite leg. */
export function shareOf(x: Value, length: Value): Value {
  const isLimit = or(equal(length, 0), equal(length, Number.POSITIVE_INFINITY));
  return where(isLimit, where(equal(abs(x), length), sign(x), 0), div(x, where(isLimit, 1, length)));
}

export const hypot = binary(Hypot);
