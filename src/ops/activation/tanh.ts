import * as term from "../../formula/term.ts";
import { mul } from "../arithmetic/mul.ts";
import type { Complex } from "../define.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { imaginary, over } from "../complex.ts";
import { tan } from "../trigonometry/circular.ts";
import { sech } from "../trigonometry/sech.ts";
import { filled } from "../shape/expand.ts";

export const Tanh = elementwiseUnary({
  type: "Tanh",
  since: 13,
  category: "activation",
  summary: "The hyperbolic tangent of every element.",
  f: Math.tanh,
  calls: "tanh",
  // Not 1 - y², of which nothing is left where y is close to 1.
  gradient: (g, x) => {
    const s = sech(x);
    return mul(g, mul(s, s));
  },
  complex: (z) => complexTanh(z),
  accuracy: { value: 2, gradient: 5 },
  display: {
    label: "tanh",
    formula: ([x]) => term.call("tanh", x),
    derivatives: ([x]) => [term.difference(1, term.square(term.call("tanh", x)))],
  },
});

/** tanh(a + ib) = (tanh a + i tan b) / (1 + i tanh a tan b), in which nothing overflows. */
export function complexTanh(z: Complex): Complex {
  const [t, s] = [tanh(z.re), tan(imaginary(z))];
  return over({ re: t, im: s }, { re: filled(1, t), im: mul(t, s) });
}

export const tanh = unary(Tanh);
