import * as term from "../../formula/term.ts";
import { instruction } from "../../kernels/element.ts";
import { abs } from "../arithmetic/abs.ts";
import { add } from "../arithmetic/add.ts";
import { div } from "../arithmetic/div.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { over, plus, unsigned } from "../complex.ts";

export const Softsign = elementwiseUnary({
  type: "Softsign",
  since: 1,
  category: "activation",
  summary: "x / (1 + |x|).",
  // From 1e30 on the quotient is 1 in both types, and that of two infinities would be NaN.
  f: (x) => {
    const bounded = Math.max(-1e30, Math.min(x, 1e30));
    return bounded / (1 + Math.abs(bounded));
  },
  calls: (x) => {
    const bounded = instruction("max", -1e30, instruction("min", x, 1e30));
    return instruction("div", bounded, instruction("add", 1, instruction("abs", bounded)));
  },
  // A rule of its own: through the quotient, two numbers that nearly cancel would be subtracted for large elements.
  gradient: (g, x) => {
    const denominator = add(1, abs(x));
    return div(div(g, denominator), denominator);
  },
  complex: (z) => over(z, plus(1, unsigned(z))),
  between: [0.5, 2],
  display: {
    label: "softsign",
    formula: ([x]) => term.quotient(x, term.sum(1, term.call("abs", x))),
    derivatives: ([x]) => [term.quotient(1, term.square(term.sum(1, term.call("abs", x))))],
  },
});

export const softsign = unary(Softsign);
