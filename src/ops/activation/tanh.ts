import { mul } from "../arithmetic/mul.ts";
import { sub } from "../arithmetic/sub.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";

export const Tanh = elementwiseUnary({
  type: "Tanh",
  since: 13,
  category: "activation",
  summary: "The hyperbolic tangent of every element.",
  f: Math.tanh,
  calls: "tanh",
  gradient: (g, _x, y) => mul(g, sub(1, mul(y, y))),
  display: {
    label: "tanh",
    latex: ([x]) => String.raw`\tanh\left(${x}\right)`,
    derivatives: ([x]) => [String.raw`1 - \tanh^{2}\left(${x}\right)`],
  },
});

export const tanh = unary(Tanh);
