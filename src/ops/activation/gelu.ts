import { z } from "zod";
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
    latex: ([x], { approximate }) =>
      approximate === "tanh"
        ? String.raw`\frac{${x}}{2} \left(1 + \tanh\left(\sqrt{\tfrac{2}{\pi}} \left(${x} + 0.044715 \, {${x}}^{3}\right)\right)\right)`
        : String.raw`\frac{${x}}{2} \left(1 + \operatorname{erf}\left(\frac{${x}}{\sqrt{2}}\right)\right)`,
    derivatives: ([x], { approximate }) => [
      approximate === "tanh"
        ? null
        : String.raw`\frac{1}{2} \left(1 + \operatorname{erf}\left(\frac{${x}}{\sqrt{2}}\right)\right) + \frac{${x}}{\sqrt{2\pi}} e^{-{${x}}^{2} / 2}`,
    ],
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
  display: { label: "GELU′", latex: ([x]) => String.raw`\operatorname{GELU}'\left(${x}\right)` },
  probes: activationProbes({ approximate: "tanh" }),
});

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
