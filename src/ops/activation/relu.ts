import * as term from "../../formula/term.ts";
import { rounded } from "../define.ts";
import { instruction } from "../../kernels/element.ts";
import { where } from "../arithmetic/where.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { lessOrEqual } from "../logic/comparison.ts";
import { imaginary } from "../complex.ts";
import { sign } from "../arithmetic/sign.ts";

export const Relu = elementwiseUnary({
  type: "Relu",
  since: 14,
  category: "activation",
  summary: "Every element where it is positive, 0 elsewhere.",
  f: (x) => Math.max(x, 0),
  calls: (x) => instruction("max", x, 0),
  gradient: (g, x) => where(lessOrEqual(x, 0), 0, g),
  complex: (z) => ({ re: relu(z.re), im: where(lessOrEqual(z.re, 0), 0, imaginary(z)) }),
  branch: (x) => sign(x),
  integersToo: true,
  between: [0.5, 2],
  accuracy: rounded,
  display: {
    label: "ReLU",
    formula: ([x]) => term.call("max", 0, x),
    derivatives: ([x]) => [term.cases(1, term.relation(x, ">", 0), 0)],
  },
  kinks: [{ at: "x = 0", convention: "0", holds: (x) => x === 0 }],
});

export const relu = unary(Relu);
