import { mul } from "../arithmetic/mul.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { unary } from "../express.ts";
import { sigmoid } from "./sigmoid.ts";

export const Softplus = elementwiseUnary({
  type: "Softplus",
  since: 1,
  category: "activation",
  summary: "ln(1 + exp(x)), a smooth form of ReLU.",
  // Only the exponential of negative numbers, which cannot overflow.
  f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  calls: "softplus",
  gradient: (g, x) => mul(g, sigmoid(x)),
  display: {
    label: "softplus",
    latex: ([x]) => String.raw`\ln\left(1 + e^{${x}}\right)`,
    derivatives: ([x]) => [String.raw`\sigma\left(${x}\right)`],
  },
});

export const softplus = unary(Softplus);
