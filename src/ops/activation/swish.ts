import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { instruction } from "../../kernels/element.ts";
import * as gates from "../../kernels/gates.ts";
import { add } from "../arithmetic/add.ts";
import { clip } from "../arithmetic/clip.ts";
import { mul } from "../arithmetic/mul.ts";
import { neg } from "../arithmetic/neg.ts";
import { sub } from "../arithmetic/sub.ts";
import { times } from "../complex.ts";
import { noAttributes } from "../elementwise.ts";
import { one, unary } from "../express.ts";
import { sech } from "../trigonometry/sech.ts";
import { activation, activationProbes, scaled } from "./family.ts";
import { complexSigmoid, sigmoid } from "./sigmoid.ts";
import { complexSoftplus, softplus } from "./softplus.ts";
import { complexTanh, tanh } from "./tanh.ts";

// x times a gate. The product is taken where the gate is known to more digits than it is stored with, and where it is 0 it is not taken.

const swishAttributes = z.strictObject({ alpha: z.number().default(1) });

export const Swish = activation({
  type: "Swish",
  since: 24,
  summary: "Every element times the sigmoid of alpha times it; SiLU when alpha is 1.",
  attributes: swishAttributes,
  f: (x, { alpha }) => gates.swish(x, alpha),
  calls: (x, { alpha }) => instruction("swish", x, alpha),
  gradient: (g, x, { alpha }) => mul(g, one(SwishSlope, [x], { alpha })),
  complex: (z, { alpha }) => times(z, complexSigmoid(times(alpha, z))),
  accuracy: { value: 2.5, gradient: 4 },
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

export const SwishSlope = activation({
  type: "SwishSlope",
  summary: "The derivative of Swish at every element, exact also next to its zero and where it is next to nothing.",
  attributes: swishAttributes,
  f: (x, { alpha }) => gates.swishSlope(x, alpha),
  calls: (x, { alpha }) => instruction("swishSlope", x, alpha),
  // With u = αx: α σ(u) σ(-u) (2 - u tanh(u/2)). Beyond a large u it is 0, and not 0 times infinity.
  gradient: (g, x, { alpha }) => {
    const u = clip(mul(alpha, x), -1e4, 1e4);
    const rest = sub(2, mul(u, tanh(mul(0.5, u))));
    return mul(g, mul(alpha, mul(mul(sigmoid(u), sigmoid(neg(u))), rest)));
  },
  // The second derivatives lose digits where they are next to nothing.
  accuracy: { value: 4, gradient: 1024 },
  display: { label: "swish′", latex: ([x]) => String.raw`\operatorname{swish}'\left(${x}\right)` },
  probes: activationProbes({ alpha: 1.5 }),
});

export const Mish = activation({
  type: "Mish",
  since: 18,
  summary: "Every element times the hyperbolic tangent of its softplus.",
  attributes: noAttributes,
  f: gates.mish,
  calls: (x) => instruction("mish", x),
  gradient: (g, x) => mul(g, mishSlope(x)),
  complex: (z) => times(z, complexTanh(complexSoftplus(z))),
  accuracy: { value: 2.5, gradient: 5 },
  display: { label: "mish", latex: ([x]) => String.raw`${x} \cdot \tanh\left(\ln\left(1 + e^{${x}}\right)\right)` },
  probes: activationProbes(),
});

export const MishSlope = activation({
  type: "MishSlope",
  summary: "The derivative of Mish at every element, exact also next to its zero and where it is next to nothing.",
  attributes: noAttributes,
  f: gates.mishSlope,
  calls: (x) => instruction("mishSlope", x),
  // With s the softplus: sech²(s) σ(x) (2 + x (σ(-x) - 2 tanh(s) σ(x))).
  gradient: (g, given) => {
    const x = clip(given, -1e4, 1e4);
    const [s, open] = [softplus(x), sigmoid(x)];
    const root = sech(s);
    const turned = sub(sigmoid(neg(x)), mul(2, mul(tanh(s), open)));
    return mul(g, mul(mul(mul(root, root), open), add(2, mul(x, turned))));
  },
  // The second derivatives lose digits where they are next to nothing.
  accuracy: { value: 5, gradient: 1024 },
  display: { label: "mish′", latex: ([x]) => String.raw`\operatorname{mish}'\left(${x}\right)` },
  probes: activationProbes(),
});

export const swish = (x: Value, alpha = 1): Value => one(Swish, [x], { alpha });
export const mish = unary(Mish);
const mishSlope = unary(MishSlope);
