import { z } from "zod";
import * as term from "../../formula/term.ts";
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
    formula: ([x], { alpha }) => term.product(x, term.call("σ", scaled(alpha, x))),
    derivatives: ([x], { alpha }) => [swishSlope(x, alpha)],
  },
  syntax: { names: [{ name: "silu" }] },
  probes: activationProbes({ alpha: 1.5 }),
});

function swishSlope(x: term.Term, alpha: unknown): term.Term {
  const gate = term.call("σ", scaled(alpha, x));
  return term.product(gate, term.sum(1, term.product(scaled(alpha, x), term.difference(1, gate))));
}

const logistic = (x: term.Term): term.Term => term.call("ln", term.sum(1, term.exponential(x)));

const mishFormula = (x: term.Term): term.Term =>
  term.sum(term.call("tanh", logistic(x)), term.product(x, term.call("σ", x), term.square(term.call("sech", logistic(x)))));

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
  display: {
    label: "swish′",
    formula: ([x], { alpha }) => swishSlope(x, alpha),
    derivatives: ([x], { alpha }) => {
      const gate = term.call("σ", scaled(alpha, x));
      const bend = term.sum(2, term.product(scaled(alpha, x), term.difference(1, term.product(2, gate))));
      return [scaled(alpha, term.product(gate, term.difference(1, gate), bend))];
    },
  },
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
  display: {
    label: "mish",
    formula: ([x]) => term.product(x, term.call("tanh", logistic(x))),
    derivatives: ([x]) => [mishFormula(x)],
  },
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
  display: {
    label: "mish′",
    formula: ([x]) => mishFormula(x),
    derivatives: ([x]) => {
      const [open, shut] = [term.call("σ", x), term.call("σ", term.negative(x))];
      const bend = term.difference(shut, term.product(2, term.call("tanh", logistic(x)), open));
      return [term.product(term.square(term.call("sech", logistic(x))), open, term.sum(2, term.product(x, bend)))];
    },
  },
  probes: activationProbes(),
});

export const swish = (x: Value, alpha = 1): Value => one(Swish, [x], { alpha });
export const mish = unary(Mish);
const mishSlope = unary(MishSlope);
