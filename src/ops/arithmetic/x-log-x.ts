import { call } from "../../kernels/element.ts";
import { logarithm, times } from "../complex.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { add } from "./add.ts";
import { log } from "./log.ts";
import { mul } from "./mul.ts";

export const XLogX = elementwiseUnary({
  type: "XLogX",
  category: "arithmetic",
  summary: "Every element times its natural logarithm, and 0 at 0: minus a term of an entropy.",
  f: (x) => (x === 0 ? 0 : x * Math.log(x)),
  calls: (x) => call("where", call("eq", x, 0), 0, call("mul", x, call("log", x))),
  gradient: (g, x) => mul(g, add(log(x), 1)),
  complex: (z) => times(z, logarithm(z)),
  between: [0.1, 2],
  display: {
    label: "x ln x",
    latex: ([x]) => String.raw`${x} \ln ${x}`,
    derivatives: ([x]) => [String.raw`\ln ${x} + 1`],
  },
  kinks: [{ at: "x = 0", convention: "the one-sided limit -∞" }],
});

export const xLogX = unary(XLogX);
