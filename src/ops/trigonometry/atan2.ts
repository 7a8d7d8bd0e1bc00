import * as term from "../../formula/term.ts";
import { looped } from "../../kernels/element.ts";
import { abs } from "../arithmetic/abs.ts";
import { add } from "../arithmetic/add.ts";
import { div } from "../arithmetic/div.ts";
import { hypot, shareOf, withinRange } from "../arithmetic/hypot.ts";
import { mul } from "../arithmetic/mul.ts";
import { neg } from "../arithmetic/neg.ts";
import { sign } from "../arithmetic/sign.ts";
import { sub } from "../arithmetic/sub.ts";
import { where } from "../arithmetic/where.ts";
import { chosen, negative, over } from "../complex.ts";
import { floats } from "../define.ts";
import { broadcastProbes, elementwiseBinary } from "../elementwise.ts";
import { one } from "../express.ts";
import { called } from "../notation.ts";
import { equal, greater, less } from "../logic/comparison.ts";
import { arctangent, atan } from "./inverse-circular.ts";

const element = looped(2, Math.atan2);

export const Atan2 = elementwiseBinary({
  type: "Atan2",
  category: "trigonometry",
  summary: "The angle in radians, from -π to π, of the point whose height is the first operand and whose abscissa is the second.",
  types: floats,
  element: () => element,
  vjp: (g, y, x) => {
    const { legs, length, scale } = withinRange(x, y, hypot(x, y));
    const slope = mul(g, div(scale, where(equal(length, 0), 1, length)));
    return [mul(slope, shareOf(legs[0], length)), neg(mul(slope, shareOf(legs[1], length)))];
  },
  // The arc tangent of whichever quotient is the smaller; a real constant lies between it and the angle.
  complex: (y, x) => {
    const isSteep = greater(abs(y.re), abs(x.re));
    const quotient = chosen(isSteep, over(negative(x), y), over(y, x));
    const turn = arctangent(quotient);
    return { re: add(one(Atan2, [y.re, x.re]), sub(turn.re, atan(quotient.re))), im: turn.im };
  },
  branch: (y, x) => where(less(x, 0), sign(y), 2),
  // Of legs so short that their quotient loses digits, the second division shows it.
  accuracy: { value: 2, gradient: 32 },
  display: {
    label: "atan2",
    formula: called("atan2"),
    derivatives: ([y, x]) => [
      term.quotient(x, term.sum(term.square(x), term.square(y))),
      term.negative(term.quotient(y, term.sum(term.square(x), term.square(y)))),
    ],
  },
  kinks: [
    { at: "both 0", convention: "0 by each", holds: (a, b) => a === 0 && b === 0 },
    { at: "y = 0, x < 0", convention: "that of either side: the angle jumps by 2π, its slope does not" },
  ],
  probes: broadcastProbes([0.5, 2], [-3, -1]),
  syntax: { names: [{ name: "arctan2" }] },
});
