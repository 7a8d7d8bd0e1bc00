import { z } from "zod";
import * as term from "../../formula/term.ts";
import { direct, looped } from "../../kernels/element.ts";
import { flag } from "../axes.ts";
import { defineOp, floats } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { unary } from "../express.ts";
import { called } from "../notation.ts";

const extremes = { values: [Number.NaN, -Infinity, 0, Infinity], shape: [4], dtype: "float64" } as const;

const isNotANumber = direct("isnan", 1, (x) => (Number.isNaN(x) ? 1 : 0));
const isInfinite = direct("isinf", 1, (x) => (Math.abs(x) === Infinity ? 1 : 0));

export const IsNaN = defineOp({
  type: "IsNaN",
  since: 20,
  category: "logic",
  summary: "Which elements are NaN.",
  inputs: [{ name: "X", type: "T1" }],
  outputs: [{ name: "Y" }],
  types: { T1: floats },
  attributes: noAttributes,
  traits: ["elementwise"],
  infer: ([x]) => [{ dtype: "bool", shape: x.shape }],
  element: () => isNotANumber,
  vjp: null,
  display: { label: "NaN?", formula: called("isnan") },
  syntax: { names: [{ name: "isnan" }] },
  probes: [{ inputs: [extremes] }, { inputs: [[]] }],
});

export const IsInf = defineOp({
  type: "IsInf",
  since: 20,
  category: "logic",
  summary: "Which elements are infinite; either sign can be left out.",
  inputs: [{ name: "X", type: "T1" }],
  outputs: [{ name: "Y" }],
  types: { T1: floats },
  attributes: z.strictObject({ detect_negative: flag.default(true), detect_positive: flag.default(true) }),
  traits: ["elementwise"],
  infer: ([x]) => [{ dtype: "bool", shape: x.shape }],
  element: ({ detect_negative, detect_positive }) =>
    detect_negative && detect_positive
      ? isInfinite
      : looped(1, (x) => ((x === Infinity && detect_positive) || (x === -Infinity && detect_negative) ? 1 : 0)),
  vjp: null,
  display: {
    label: "∞?",
    formula: ([x], { detect_negative, detect_positive }) => {
      const ends = [...(detect_negative ? [-Infinity] : []), ...(detect_positive ? [Infinity] : [])];
      return ends.length === 1 ? term.relation(x, "=", term.number(ends[0])) : term.call("isinf", x);
    },
  },
  syntax: { names: [{ name: "isinf" }] },
  probes: [
    { inputs: [extremes] },
    { inputs: [extremes], attributes: { detect_negative: false } },
    { inputs: [extremes], attributes: { detect_positive: false } },
    { inputs: [[]] },
  ],
});

export const isNaN = unary(IsNaN);
export const isInf = unary(IsInf);
