import * as term from "../../formula/term.ts";
import type { Complex } from "../define.ts";
import { z } from "zod";
import type { Value } from "../../ir/graph.ts";
import { instruction } from "../../kernels/element.ts";
import { div } from "../arithmetic/div.ts";
import { exp } from "../arithmetic/exp.ts";
import { mul } from "../arithmetic/mul.ts";
import { where } from "../arithmetic/where.ts";
import { one } from "../express.ts";
import { greater } from "../logic/comparison.ts";
import { activation, activationProbes, bySign, negativePart, scaled } from "./family.ts";
import { chosen, exponential, plus, times } from "../complex.ts";
import { sign } from "../arithmetic/sign.ts";

// The slope is 1 (times a scale) for positive numbers and an exponential elsewhere.

export const Elu = activation({
  type: "Elu",
  since: 6,
  summary: "Every element where it is positive, alpha (exp(x) - 1) elsewhere.",
  attributes: z.strictObject({ alpha: z.number().default(1) }),
  f: (x, { alpha }) => (x < 0 ? alpha * Math.expm1(x) : x),
  calls: (x, { alpha }) => instruction("where", instruction("lt", x, 0), instruction("mul", alpha, instruction("expm1", x)), x),
  gradient: (g, x, { alpha }) => where(greater(x, 0), g, mul(g, mul(alpha, exp(negativePart(x))))),
  complex: (z, { alpha }) => chosen(greater(z.re, 0), z, times(alpha, grown(z))),
  branch: (x) => sign(x),
  display: {
    label: "ELU",
    formula: ([x], { alpha }) => bySign(x, x, scaled(alpha, term.difference(term.exponential(x), 1))),
    derivatives: ([x], { alpha }) => [bySign(1, x, scaled(alpha, term.exponential(x)))],
  },
  kinks: [{ at: "x = 0", convention: "alpha", holds: (x) => x === 0 }],
  probes: activationProbes({ alpha: 0.7 }),
});

export const Selu = activation({
  type: "Selu",
  since: 6,
  summary: "The exponential linear unit times gamma; with the default constants, means and variances drift towards 0 and 1.",
  attributes: z.strictObject({
    alpha: z.number().default(1.67326319217681884765625),
    gamma: z.number().default(1.05070102214813232421875),
  }),
  f: (x, { alpha, gamma }) => gamma * (x > 0 ? x : alpha * Math.expm1(x)),
  calls: (x, { alpha, gamma }) =>
    instruction("mul", gamma, instruction("where", instruction("gt", x, 0), x, instruction("mul", alpha, instruction("expm1", x)))),
  gradient: (g, x, { alpha, gamma }) => where(greater(x, 0), mul(g, gamma), mul(g, mul(alpha * gamma, exp(negativePart(x))))),
  complex: (z, { alpha, gamma }) => times(gamma, chosen(greater(z.re, 0), z, times(alpha, grown(z)))),
  branch: (x) => sign(x),
  display: {
    label: "SELU",
    formula: ([x], { alpha, gamma }) => {
      const [a, c] = [term.constant("α", Number(alpha)), term.constant("γ", Number(gamma))];
      return bySign(term.product(c, x), x, term.product(c, a, term.difference(term.exponential(x), 1)));
    },
    derivatives: ([x], { alpha, gamma }) => {
      const [a, c] = [term.constant("α", Number(alpha)), term.constant("γ", Number(gamma))];
      return [bySign(c, x, term.product(c, a, term.exponential(x)))];
    },
  },
  kinks: [{ at: "x = 0", convention: "gamma times alpha", holds: (x) => x === 0 }],
  probes: activationProbes({ alpha: 1.2, gamma: 0.8 }),
});

export const Celu = activation({
  type: "Celu",
  since: 12,
  summary: "Every element where it is positive, alpha (exp(x / alpha) - 1) elsewhere: smooth at 0 for every alpha.",
  attributes: z.strictObject({ alpha: z.number().default(1) }),
  f: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x / alpha)),
  calls: (x, { alpha }) =>
    instruction("where", instruction("gt", x, 0), x, instruction("mul", alpha, instruction("expm1", instruction("div", x, alpha)))),
  gradient: (g, x, { alpha }) => where(greater(x, 0), g, mul(g, exp(div(negativePart(x), alpha)))),
  complex: (z, { alpha }) => chosen(greater(z.re, 0), z, times(alpha, grown(times(1 / alpha, z)))),
  display: {
    label: "CELU",
    formula: ([x], { alpha }) => bySign(x, x, scaled(alpha, term.difference(term.exponential(over(x, alpha)), 1))),
    derivatives: ([x], { alpha }) => [bySign(1, x, term.exponential(over(x, alpha)))],
  },
  probes: activationProbes({ alpha: 2 }),
});

const over = (x: term.Term, divisor: unknown): term.Term => (divisor === 1 ? x : term.quotient(x, Number(divisor)));

/** exp(z) - 1 where it is used, which is for negative numbers. */
const grown = (z: Complex): Complex => plus(-1, exponential({ re: negativePart(z.re), im: z.im }));

export const elu = (x: Value, alpha: number): Value => one(Elu, [x], { alpha });
export const selu = (x: Value, constants?: { alpha: number; gamma: number }): Value => one(Selu, [x], constants);
export const celu = (x: Value, alpha: number): Value => one(Celu, [x], { alpha });
