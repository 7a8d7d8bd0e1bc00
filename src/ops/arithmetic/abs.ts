import * as term from "../../formula/term.ts";
import { rounded } from "../define.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { mul } from "./mul.ts";
import { sign } from "./sign.ts";
import { unsigned } from "../complex.ts";

export const Abs = elementwiseUnary({
  type: "Abs",
  since: 13,
  category: "arithmetic",
  summary: "The absolute value of every element.",
  f: Math.abs,
  calls: "abs",
  gradient: (g, x) => mul(g, sign(x)),
  complex: unsigned,
  branch: (x) => sign(x),
  integersToo: true,
  between: [0.5, 2],
  accuracy: rounded,
  display: { label: "|x|", formula: ([x]) => term.call("abs", x), derivatives: ([x]) => [term.call("sign", x)] },
  kinks: [{ at: "x = 0", convention: "0", holds: (x) => x === 0 }],
  syntax: { around: "|", names: [{ name: "absolute" }, { name: "fabs" }] },
});

export const abs = unary(Abs);
