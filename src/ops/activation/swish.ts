import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { mul } from "../arithmetic/mul.ts";
import { defineOp, floats } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { one, unary } from "../express.ts";
import { activationProbes, scaled } from "./family.ts";
import { sigmoid } from "./sigmoid.ts";
import { softplus } from "./softplus.ts";
import { tanh } from "./tanh.ts";

export const Swish = defineOp({
  type: "Swish",
  since: 24,
  category: "activation",
  summary: "Every element times the sigmoid of alpha times it; SiLU when alpha is 1.",
  inputs: [{ name: "X", type: "T", differentiable: true }],
  outputs: [{ name: "Y" }],
  types: { T: floats },
  attributes: z.strictObject({ alpha: z.number().default(1) }),
  traits: ["elementwise"],
  body: ([x], { alpha }) => [mul(x, sigmoid(alpha === 1 ? x : mul(alpha, x)))],
  display: {
    label: "swish",
    latex: ([x], { alpha }) => String.raw`${x} \cdot ${logistic(scaled(alpha, x))}`,
    derivatives: ([x], { alpha }) => {
      const gate = logistic(scaled(alpha, x));
      return [String.raw`${gate} \left(1 + ${scaled(alpha, x)} \cdot \left(1 - ${gate}\right)\right)`];
    },
  },
  syntax: { names: [{ name: "silu" }] },
  probes: activationProbes({ alpha: 1.5 }),
});

const logistic = (operand: string): string => String.raw`\sigma\left(${operand}\right)`;

export const Mish = defineOp({
  type: "Mish",
  since: 18,
  category: "activation",
  summary: "Every element times the hyperbolic tangent of its softplus.",
  inputs: [{ name: "X", type: "T", differentiable: true }],
  outputs: [{ name: "Y" }],
  types: { T: floats },
  attributes: noAttributes,
  traits: ["elementwise"],
  body: ([x]) => [mul(x, tanh(softplus(x)))],
  display: { label: "mish", latex: ([x]) => String.raw`${x} \cdot \tanh\left(\ln\left(1 + e^{${x}}\right)\right)` },
  probes: activationProbes(),
});

export const swish = (x: Value, alpha = 1): Value => one(Swish, [x], { alpha });
export const mish = unary(Mish);
