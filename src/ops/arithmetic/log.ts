import * as term from "../../formula/term.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { div } from "./div.ts";
import { logarithm } from "../complex.ts";

export const Log = elementwiseUnary({
  type: "Log",
  since: 13,
  category: "arithmetic",
  summary: "The natural logarithm of every element.",
  f: Math.log,
  calls: "log",
  gradient: (g, x) => div(g, x),
  complex: logarithm,
  between: [0.5, 3],
  display: { label: "ln", formula: ([x]) => term.call("ln", x), derivatives: ([x]) => [term.quotient(1, x)] },
  syntax: { names: [{ name: "ln" }] },
});

export const log = unary(Log);
