import { z } from "zod";
import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { instruction } from "../../kernels/element.ts";
import { add } from "../arithmetic/add.ts";
import { div } from "../arithmetic/div.ts";
import { mul } from "../arithmetic/mul.ts";
import { where } from "../arithmetic/where.ts";
import type { Attributes } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { one, unary } from "../express.ts";
import { and } from "../logic/connective.ts";
import { greater, greaterOrEqual, less, lessOrEqual } from "../logic/comparison.ts";
import { activation, activationProbes, scaled } from "./family.ts";
import { filled } from "../shape/expand.ts";
import { chosen, imaginary, plus, real, times } from "../complex.ts";
import { sign } from "../arithmetic/sign.ts";
import { sub } from "../arithmetic/sub.ts";

// Cheap forms of the sigmoid and of swish, made of straight lines.

export const HardSigmoid = activation({
  type: "HardSigmoid",
  since: 6,
  summary: "The line alpha x + beta, limited to the interval from 0 to 1.",
  attributes: z.strictObject({ alpha: z.number().default(0.2), beta: z.number().default(0.5) }),
  f: (x, { alpha, beta }) => Math.max(0, Math.min(1, alpha * x + beta)),
  calls: (x, { alpha, beta }) => instruction("max", 0, instruction("min", 1, instruction("add", instruction("mul", alpha, x), beta))),
  gradient: (g, _x, { alpha }, y) => where(and(greater(y, 0), less(y, 1)), mul(g, alpha), 0),
  complex: (z, { alpha, beta }) => {
    const y = hardSigmoid(z.re, alpha, beta);
    return { re: y, im: where(and(greater(y, 0), less(y, 1)), mul(alpha, imaginary(z)), 0) };
  },
  branch: (_x, _attributes, y) => sub(sign(y), sign(sub(1, y))),
  display: {
    label: "hard σ",
    formula: ([x], attributes) => term.call("max", 0, term.call("min", 1, line(x, attributes))),
    derivatives: ([x], attributes) => [term.cases(Number(attributes.alpha), term.relation(0, "<", line(x, attributes), "<", 1), 0)],
  },
  kinks: [{ at: "alpha x + beta = 0 or 1", convention: "0" }],
  probes: [...activationProbes({ alpha: 0.5, beta: 0.6 }), { inputs: [{ values: [-4, 0.5, 4], shape: [3], dtype: "float64" }] }],
});

const line = (x: term.Term, { alpha, beta }: Attributes): term.Term => term.sum(scaled(alpha, x), Number(beta));

export const hardSigmoid = (x: Value, alpha: number, beta: number): Value => one(HardSigmoid, [x], { alpha, beta });

export const HardSwish = activation({
  type: "HardSwish",
  since: 14,
  summary: "Every element times its hard sigmoid with alpha = 1/6 and beta = 1/2.",
  attributes: noAttributes,
  // Nothing is rounded before the sums that come close to 0 at -3, and at -3/2 in the slope.
  f: (x) => (x <= -3 ? 0 : x >= 3 ? x : (x * (x + 3)) / 6),
  calls: (x) => {
    const bent = instruction("div", instruction("mul", x, instruction("add", x, 3)), 6);
    return instruction("where", instruction("le", x, -3), 0, instruction("where", instruction("ge", x, 3), x, bent));
  },
  gradient: (g, x) => where(lessOrEqual(x, -3), 0, where(greaterOrEqual(x, 3), g, mul(g, div(add(add(x, x), 3), 6)))),
  complex: (z) => {
    const bent = times(1 / 6, times(z, plus(3, z)));
    return chosen(lessOrEqual(z.re, -3), real(filled(0, z.re)), chosen(greaterOrEqual(z.re, 3), z, bent));
  },
  branch: (x) => sub(sign(add(x, 3)), sign(sub(3, x))),
  display: {
    label: "hard swish",
    formula: ([x]) => term.product(x, term.call("max", 0, term.call("min", 1, term.sum(term.quotient(x, 6), term.quotient(1, 2))))),
    derivatives: ([x]) => [
      term.cases(0, term.relation(x, "≤", -3), 1, term.relation(x, "≥", 3), term.sum(term.quotient(x, 3), term.quotient(1, 2))),
    ],
  },
  kinks: [
    { at: "x = -3", convention: "0", holds: (x) => x === -3 },
    { at: "x = 3", convention: "1", holds: (x) => x === 3 },
  ],
  probes: [...activationProbes(), { inputs: [{ values: [-4, 0.5, 4], shape: [3], dtype: "float64" }] }],
});

export const hardSwish = unary(HardSwish);
