import { call } from "../../kernels/element.ts";
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
  f: (x) => x / (1 + Math.abs(x)),
  calls: (x) => call("div", x, call("add", 1, call("abs", x))),
  // A rule of its own: through the quotient, two numbers that nearly cancel would be subtracted for large elements.
  gradient: (g, x) => {
    const denominator = add(1, abs(x));
    return div(div(g, denominator), denominator);
  },
  complex: (z) => over(z, plus(1, unsigned(z))),
  between: [0.5, 2],
  display: {
    label: "softsign",
    latex: ([x]) => String.raw`\frac{${x}}{1 + \left|${x}\right|}`,
    derivatives: ([x]) => [String.raw`\frac{1}{\left(1 + \left|${x}\right|\right)^{2}}`],
  },
});

export const softsign = unary(Softsign);
