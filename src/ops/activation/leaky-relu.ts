import { rounded } from "../define.ts";
import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { instruction } from "../../kernels/element.ts";
import { mul } from "../arithmetic/mul.ts";
import { where } from "../arithmetic/where.ts";
import { one } from "../express.ts";
import { greater } from "../logic/comparison.ts";
import { activation, activationProbes, bySign, scaled } from "./family.ts";
import { chosen, times } from "../complex.ts";
import { sign } from "../arithmetic/sign.ts";

export const LeakyRelu = activation({
  type: "LeakyRelu",
  since: 16,
  summary: "Every element where it is positive, alpha times the element elsewhere.",
  attributes: z.strictObject({ alpha: z.number().default(0.01) }),
  f: (x, { alpha }) => (x < 0 ? alpha * x : x),
  calls: (x, { alpha }) => instruction("where", instruction("lt", x, 0), instruction("mul", alpha, x), x),
  gradient: (g, x, { alpha }) => where(greater(x, 0), g, mul(g, alpha)),
  complex: (z, { alpha }) => chosen(greater(z.re, 0), z, times(alpha, z)),
  branch: (x) => sign(x),
  accuracy: rounded,
  display: {
    label: "leaky ReLU",
    formula: ([x], { alpha }) => bySign(x, x, scaled(alpha, x)),
    derivatives: ([x], { alpha }) => [bySign(1, x, Number(alpha))],
  },
  kinks: [{ at: "x = 0", convention: "alpha", holds: (x) => x === 0 }],
  probes: activationProbes({ alpha: 0.3 }),
});

export const leakyRelu = (x: Value, alpha: number): Value => one(LeakyRelu, [x], { alpha });
