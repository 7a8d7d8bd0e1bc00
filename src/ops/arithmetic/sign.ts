import * as term from "../../formula/term.ts";
import { rounded } from "../define.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { filled } from "../shape/expand.ts";
import { real } from "../complex.ts";
import { called } from "../notation.ts";

export const Sign = elementwiseUnary({
  type: "Sign",
  since: 13,
  category: "arithmetic",
  summary: "-1, 0 or 1 by the sign of every element.",
  f: Math.sign,
  calls: "sign",
  gradient: (_g, x) => filled(0, x),
  complex: ({ re }) => real(sign(re)),
  branch: (_x, y) => y,
  integersToo: true,
  between: [0.5, 2],
  accuracy: rounded,
  display: { label: "sign", formula: called("sign"), derivatives: () => [term.number(0)] },
  kinks: [{ at: "x = 0", convention: "0", holds: (x) => x === 0 }],
  syntax: { names: [{ name: "sgn" }, { name: "signum" }] },
});

export const sign = unary(Sign);
