import * as term from "../../formula/term.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { mul } from "./mul.ts";
import { exponential } from "../complex.ts";

export const Exp = elementwiseUnary({
  type: "Exp",
  since: 13,
  category: "arithmetic",
  summary: "The exponential of every element.",
  f: Math.exp,
  calls: "exp",
  gradient: (g, _x, y) => mul(g, y),
  complex: exponential,
  display: { label: "exp", formula: ([x]) => term.exponential(x), derivatives: ([x]) => [term.exponential(x)] },
});

export const exp = unary(Exp);
