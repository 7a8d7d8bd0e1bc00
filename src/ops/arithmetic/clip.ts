import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { instruction, composed, direct } from "../../kernels/element.ts";
import { formatShape } from "../../tensor/shape.ts";
import { and, or } from "../logic/connective.ts";
import { greater, greaterOrEqual, less, lessOrEqual } from "../logic/comparison.ts";
import { defineOp, numbers, type Operator, rounded } from "../define.ts";
import { noAttributes } from "../elementwise.ts";
import { OperatorError } from "../errors.ts";
import { number, one } from "../express.ts";
import { where } from "./where.ts";
import { imaginary } from "../complex.ts";
import { isGiven } from "../notation.ts";
import { max } from "./max-min.ts";
import { sign } from "./sign.ts";
import { sub } from "./sub.ts";

const between = composed(
  3,
  (x, lo, hi) => Math.min(Math.max(x, lo), hi),
  (x, lo, hi) => instruction("min", instruction("max", x, lo), hi),
);
const atLeast = direct("max", 2, (x, lo) => Math.max(x, lo));
const atMost = direct("min", 2, (x, hi) => Math.min(x, hi));
const unlimited = direct("copy", 1, (x) => x);

export const Clip: Operator = defineOp({
  type: "Clip",
  since: 13,
  category: "arithmetic",
  summary:
    "Every element moved into the interval between the scalars min and max, either of which may be left out. When min exceeds max the result is max.",
  inputs: [
    { name: "input", type: "T", differentiable: true },
    { name: "min", type: "T", differentiable: true, optional: true },
    { name: "max", type: "T", differentiable: true, optional: true },
  ],
  outputs: [{ name: "output" }],
  types: { T: numbers },
  attributes: noAttributes,
  traits: ["elementwise"],
  infer: ([x, lo, hi]) => {
    requireScalar("min", lo, 1);
    requireScalar("max", hi, 2);
    return [x];
  },
  element: (_, [, lo, hi]) => (lo !== null && hi !== null ? between : lo !== null ? atLeast : hi !== null ? atMost : unlimited),
  vjp: ({ inputs: [x, lo, hi], grads: [g] }) => {
    const above = lo === null ? null : greaterOrEqual(x, lo);
    const below = hi === null ? null : lessOrEqual(x, hi);
    const inside = above !== null && below !== null ? and(above, below) : (above ?? below);
    // As min(max(x, min), max): a bound that holds what lies beyond it is the result.
    const isLow = lo && (hi === null ? less(x, lo) : and(less(x, lo), lessOrEqual(lo, hi)));
    const isHigh = hi && (lo === null ? greater(x, hi) : or(greater(x, hi), greater(lo, hi)));
    return [inside === null ? g : where(inside, g, 0), isLow && where(isLow, g, 0), isHigh && where(isHigh, g, 0)];
  },
  complex: ({ inputs: [z, lo, hi] }) => {
    const raised = lo === null ? imaginary(z) : where(less(z.re, lo.re), imaginary(lo), imaginary(z));
    const im = hi === null ? raised : where(greater(lo === null ? z.re : max(z.re, lo.re), hi.re), imaginary(hi), raised);
    return [{ re: one(Clip, [z.re, lo && lo.re, hi && hi.re]), im }];
  },
  branches: ({ inputs: [x, lo, hi] }) => [lo, hi].flatMap((bound) => (bound === null ? [] : [sign(sub(x, bound))])),
  accuracy: rounded,
  display: {
    label: "clip",
    formula: ([x, lo, hi]) => {
      const raised = isGiven(lo) ? term.call("max", x, lo) : x;
      return isGiven(hi) ? term.call("min", raised, hi) : raised;
    },
    derivatives: ([x, lo, hi]) => {
      const [above, below] = [isGiven(lo) ? [lo, "≤"] : [], isGiven(hi) ? ["≤", hi] : []];
      const [first, ...rest] = [...above, x, ...below];
      const isLow = isGiven(hi) ? term.relation(x, "<", lo, "≤", hi) : term.relation(x, "<", lo);
      const isHigh = term.relation(x, ">", hi);
      const wins = isGiven(lo) ? term.relation(isHigh, "∨", term.relation(lo, ">", hi)) : isHigh;
      return [
        rest.length === 0 ? term.number(1) : term.cases(1, term.relation(first, ...rest), 0),
        isGiven(lo) ? term.cases(1, isLow, 0) : null,
        isGiven(hi) ? term.cases(1, wins, 0) : null,
      ];
    },
  },
  syntax: {
    names: [
      { name: "relu6", arity: 1, operands: [null, 0, 6] },
      { name: "hardtanh", arity: 1, operands: [null, -1, 1] },
      { name: "clamp" },
    ],
  },
  kinks: [
    {
      at: "x at a bound",
      convention: "1: the gradient passes to x, and the bound has 0",
      holds: (x, low, high) => x === low || x === high,
    },
  ],
  probes: [
    {
      inputs: [
        { values: [-2, -0.5, 0.25, 3, 0.75, -1.5], shape: [2, 3], dtype: "float64" },
        { values: [-1], shape: [], dtype: "float64" },
        { values: [1], shape: [], dtype: "float64" },
      ],
    },
    { inputs: [{ values: [-2, 0.5], shape: [2], dtype: "float64" }, null, { values: [0], shape: [], dtype: "float64" }] },
    {
      inputs: [
        { values: [0.5], shape: [], dtype: "float64" },
        { values: [0], shape: [], dtype: "float64" },
      ],
    },
    {
      inputs: [
        { values: [-2, 0.5, 3], shape: [3], dtype: "float64" },
        { values: [1], shape: [], dtype: "float64" },
        { values: [-1], shape: [], dtype: "float64" },
      ],
    },
    { inputs: [[3]] },
  ],
});

function requireScalar(name: string, bound: Value | null, at: number): void {
  if (bound === null || bound.shape.length === 0) return;
  throw new OperatorError("shape", `${name} of Clip must be a scalar of shape [], not ${formatShape(bound.shape)}`, { input: at });
}

/** `x` limited to what lies between the bounds; a bound left out does not limit. */
export const clip = (x: Value, lo?: number, hi?: number): Value =>
  one(Clip, [x, lo === undefined ? null : number(lo, x), hi === undefined ? null : number(hi, x)]);
