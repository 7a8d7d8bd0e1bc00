import { z } from "zod";
import * as term from "../../formula/term.ts";
import { looped } from "../../kernels/element.ts";
import { isFloating } from "../../tensor/dtype.ts";
import { flag } from "../axes.ts";
import { defineOp, numbers } from "../define.ts";
import { broadcastAll } from "../elementwise.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { round } from "./rounding.ts";
import { sub } from "./sub.ts";
import { minus, real, times } from "../complex.ts";
import { one } from "../express.ts";

/** The remainder with the sign of the divisor, which a zero has too. */
function floored(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
}

export const Mod = defineOp({
  type: "Mod",
  since: 13,
  category: "arithmetic",
  summary:
    "The remainder of a division: with the sign of the divisor, or with that of the dividend when fmod is set. An integer modulo zero gives 0. Floating numbers may be used without fmod as well.",
  inputs: [
    { name: "A", type: "T", differentiable: true },
    { name: "B", type: "T", differentiable: true },
  ],
  outputs: [{ name: "C" }],
  types: { T: numbers },
  attributes: z.strictObject({ fmod: flag.default(false) }),
  traits: ["elementwise"],
  infer: ([a, b]) => [{ dtype: a.dtype, shape: broadcastAll("Mod", [a, b]) }],
  element: ({ fmod }, [{ dtype }]) => {
    const remainder = fmod ? (p: number, q: number): number => p % q : floored;
    return looped(2, isFloating(dtype) ? remainder : (p, q) => (q === 0 ? 0 : remainder(p, q)));
  },
  // The whole quotient is recovered from the remainder, since that of a / b may differ by one after rounding.
  vjp: ({ inputs: [a, b], outputs: [c], grads: [g] }) => [g, neg(mul(g, round(div(sub(a, c), b))))],
  complex: ({ inputs: [a, b], attributes: { fmod } }) => {
    const rest = one(Mod, [a.re, b.re], { fmod });
    const quotient = real(round(div(sub(a.re, rest), b.re)));
    return [{ re: rest, im: minus(a, times(quotient, b)).im }];
  },
  branches: ({ inputs: [a, b], outputs: [c] }) => [round(div(sub(a, c), b))],
  display: {
    label: "mod",
    formula: ([a, b], { fmod }) => (fmod === true ? term.call("fmod", a, b) : term.relation(a, "mod", b)),
    derivatives: ([a, b], { fmod }) => [term.number(1), term.negative(term.call(fmod === true ? "trunc" : "floor", term.quotient(a, b)))],
  },
  kinks: [{ at: "A a multiple of B", convention: "that of the quotient that the remainder belongs to" }],
  probes: [
    {
      inputs: [
        { values: [5.3, -5.3, 2.2], shape: [3], dtype: "float64" },
        { values: [2, 2, 3], shape: [3], dtype: "float64" },
      ],
    },
    {
      inputs: [
        { values: [5.3, -5.3, 2.2, -1], shape: [4, 1], dtype: "float64" },
        { values: [-1.7, 0.6], shape: [2], dtype: "float64" },
      ],
      attributes: { fmod: 1 },
    },
    {
      inputs: [
        { values: [5, -5, 7, -7], shape: [4], dtype: "int64" },
        { values: [3, 3, -3, 0], shape: [4], dtype: "int64" },
      ],
    },
    {
      inputs: [
        { values: [7.5], shape: [], dtype: "float64" },
        { values: [2], shape: [], dtype: "float64" },
      ],
    },
  ],
  syntax: {
    infix: "%",
    names: [
      { name: "remainder" },
      { name: "fmod", attributes: { fmod: true } },
      { name: "frac", arity: 1, operands: [null, 1], attributes: { fmod: true } },
    ],
  },
});
