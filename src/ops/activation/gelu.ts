import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { instruction } from "../../kernels/element.ts";
import * as gates from "../../kernels/gates.ts";
import { add } from "../arithmetic/add.ts";
import { clip } from "../arithmetic/clip.ts";
import { gaussian } from "../arithmetic/gaussian.ts";
import { mul } from "../arithmetic/mul.ts";
import { neg } from "../arithmetic/neg.ts";
import { sub } from "../arithmetic/sub.ts";
import { plus, times } from "../complex.ts";
import { one } from "../express.ts";
import { activation, activationProbes } from "./family.ts";
import { sigmoid } from "./sigmoid.ts";
import { complexTanh, tanh } from "./tanh.ts";

const attributes = z.strictObject({ approximate: z.enum(["none", "tanh"]).default("none") });

// Not the sum of 1 and an error function or a tanh, which cancel for negative numbers.
export const Gelu = activation({
  type: "Gelu",
  since: 20,
  summary: "Every element times the normal distribution function at it, exactly or by the usual approximation with tanh.",
  attributes,
  f: (x, { approximate }) => (approximate === "tanh" ? gates.geluTanh(x) : gates.gelu(x)),
  calls: (x, { approximate }) => instruction(approximate === "tanh" ? "geluTanh" : "gelu", x),
  gradient: (g, x, { approximate }) => mul(g, one(GeluSlope, [x], { approximate })),
  complex: (z, { approximate }) => {
    if (approximate === "none") return null;
    const cube = times(0.044715, times(z, times(z, z)));
    return times(times(0.5, z), plus(1, complexTanh(times(Math.sqrt(2 / Math.PI), plus(z, cube)))));
  },
  accuracy: { value: 2.5, gradient: 4 },
  display: {
    label: "GELU",
    formula: ([x], { approximate }) => term.product(term.quotient(x, 2), term.sum(1, gate(x, approximate))),
    derivatives: ([x], { approximate }) => [slope(x, approximate)],
  },
  probes: activationProbes({ approximate: "tanh" }),
});

export const GeluSlope = activation({
  type: "GeluSlope",
  summary: "The derivative of Gelu at every element, exact also next to its zero and where it is next to nothing.",
  attributes,
  f: (x, { approximate }) => (approximate === "tanh" ? gates.geluTanhSlope(x) : gates.geluSlope(x)),
  calls: (x, { approximate }) => instruction(approximate === "tanh" ? "geluTanhSlope" : "geluSlope", x),
  gradient: (g, given, { approximate }) => {
    // Beyond, the exponential is 0, and its product with an infinite square would not be.
    const x = clip(given, -1e4, 1e4);
    return mul(g, approximate === "tanh" ? curvatureByTanh(x) : curvature(x));
  },
  // The second derivatives lose digits where they are next to nothing.
  accuracy: { value: 4, gradient: 32768 },
  display: {
    label: "GELU′",
    formula: ([x], { approximate }) => slope(x, approximate),
    derivatives: ([x], { approximate }) => [approximate === "tanh" ? null : density(x, term.difference(2, term.square(x)))],
  },
  probes: activationProbes({ approximate: "tanh" }),
});

/** What the distribution function of the normal distribution is 1 more than, halved; or what comes close to that. */
function gate(x: term.Term, approximate: unknown): term.Term {
  return approximate === "tanh" ? term.call("tanh", argument(x)) : term.call("erf", term.quotient(x, term.call("sqrt", 2)));
}

const stretch = term.call("sqrt", term.quotient(2, term.pi));
const argument = (x: term.Term): term.Term => term.product(stretch, term.sum(x, term.product(0.044715, term.power(x, 3))));

/** The density of the normal distribution, times a factor. */
const density = (x: term.Term, factor: term.Term): term.Term =>
  term.quotient(
    term.product(factor, term.exponential(term.negative(term.quotient(term.square(x), 2)))),
    term.call("sqrt", term.product(2, term.pi)),
  );

function slope(x: term.Term, approximate: unknown): term.Term {
  const half = term.product(term.quotient(1, 2), term.sum(1, gate(x, approximate)));
  if (approximate !== "tanh") return term.sum(half, density(x, x));
  const bend = term.product(stretch, term.sum(1, term.product(0.134145, term.square(x))));
  return term.sum(half, term.product(term.quotient(x, 2), term.difference(1, term.square(gate(x, approximate))), bend));
}

/** φ(x) (2 - x²), with the square of exp(-(x/2)²), which rounds nothing before it is exponentiated. */
function curvature(x: Value): Value {
  const root = gaussian(mul(0.5, x));
  return mul(mul(1 / Math.sqrt(2 * Math.PI), mul(root, root)), sub(2, mul(x, x)));
}

/** With the gate σ(v): σ(v) σ(-v) (2v' + x v'' - x v'² tanh(v/2)). */
function curvatureByTanh(x: Value): Value {
  const linear = 2 * Math.sqrt(2 / Math.PI);
  const cubic = 0.044715 * linear;
  const square = mul(x, x);
  const v = mul(x, add(linear, mul(cubic, square)));
  const slope = add(linear, mul(3 * cubic, square));
  const bent = add(add(slope, slope), mul(6 * cubic, square));
  const turned = mul(mul(x, mul(slope, slope)), tanh(mul(0.5, v)));
  return mul(mul(sigmoid(v), sigmoid(neg(v))), sub(bent, turned));
}

export const gelu = (x: Value, approximate: "none" | "tanh" = "none"): Value => one(Gelu, [x], { approximate });
