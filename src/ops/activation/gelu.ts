import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { add } from "../arithmetic/add.ts";
import { erf } from "../arithmetic/erf.ts";
import { mul } from "../arithmetic/mul.ts";
import { defineOp, floats } from "../define.ts";
import { one } from "../express.ts";
import { activationProbes } from "./family.ts";
import { tanh } from "./tanh.ts";

export const Gelu = defineOp({
  type: "Gelu",
  since: 20,
  category: "activation",
  summary: "Every element times the normal distribution function at it, exactly or by the usual approximation with tanh.",
  inputs: [{ name: "X", type: "T", differentiable: true }],
  outputs: [{ name: "Y" }],
  types: { T: floats },
  attributes: z.strictObject({ approximate: z.enum(["none", "tanh"]).default("none") }),
  traits: ["elementwise"],
  body: ([x], { approximate }) => {
    const between = approximate === "tanh" ? tanh(polynomial(x)) : erf(mul(x, Math.SQRT1_2));
    return [mul(mul(0.5, x), add(1, between))];
  },
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

/** √(2/π) (x + 0.044715 x³) */
const polynomial = (x: Value): Value => mul(Math.sqrt(2 / Math.PI), add(x, mul(0.044715, mul(x, mul(x, x)))));

export const gelu = (x: Value, approximate: "none" | "tanh" = "none"): Value => one(Gelu, [x], { approximate });
