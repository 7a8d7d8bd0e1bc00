import * as term from "../../formula/term.ts";
import { rounded } from "../define.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";

export const Neg = elementwiseUnary({
  type: "Neg",
  since: 13,
  category: "arithmetic",
  summary: "Every element with its sign changed.",
  f: (x) => -x,
  calls: "neg",
  gradient: (g) => neg(g),
  integersToo: true,
  linear: true,
  accuracy: rounded,
  display: { label: "−", formula: ([x]) => term.negative(x), derivatives: () => [term.number(-1)] },
  syntax: { names: [{ name: "negative" }], prefix: "-" },
});

export const neg = unary(Neg);
