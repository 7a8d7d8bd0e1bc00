import * as term from "../../formula/term.ts";
import { instruction } from "../../kernels/element.ts";
import { logarithm, times } from "../complex.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { less } from "../logic/comparison.ts";
import { abs } from "./abs.ts";
import { add } from "./add.ts";
import { log } from "./log.ts";
import { log1p } from "./log1p.ts";
import { mul } from "./mul.ts";
import { sub } from "./sub.ts";
import { where } from "./where.ts";

export const XLogX = elementwiseUnary({
  type: "XLogX",
  category: "arithmetic",
  summary: "Every element times its natural logarithm, and 0 at 0: minus a term of an entropy.",
  f: (x) => (x === 0 ? 0 : x * Math.log(x)),
  calls: (x) => instruction("where", instruction("eq", x, 0), 0, instruction("mul", x, instruction("log", x))),
  // Next to 1/e, where the sum is next to 0, it is the logarithm of 1 and e times the distance from there.
  gradient: (g, x) => {
    const [high, low] =
      x.dtype === "float64" ? [1 / Math.E, -1.2428753672788363e-17] : [Math.fround(1 / Math.E), 1 / Math.E - Math.fround(1 / Math.E)];
    const distance = sub(sub(x, high), low);
    const isNear = less(abs(distance), 0.15);
    return mul(g, where(isNear, log1p(mul(Math.E, where(isNear, distance, 0))), add(log(x), 1)));
  },
  complex: (z) => times(z, logarithm(z)),
  between: [0.1, 2],
  display: {
    label: "x ln x",
    formula: ([x]) => term.product(x, term.call("ln", x)),
    derivatives: ([x]) => [term.sum(term.call("ln", x), 1)],
  },
  kinks: [{ at: "x = 0", convention: "the one-sided limit -∞", holds: (x) => x === 0 }],
});

export const xLogX = unary(XLogX);
