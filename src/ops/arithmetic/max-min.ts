import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import type { Instruction } from "../../kernels/chain.ts";
import { direct } from "../../kernels/element.ts";
import { equal } from "../logic/comparison.ts";
import { defineOp, numbers, type Operator, rounded, variadic } from "../define.ts";
import { broadcastAll, noAttributes } from "../elementwise.ts";
import { imaginary } from "../complex.ts";
import { binary, one } from "../express.ts";
import { called } from "../notation.ts";
import { cast } from "./cast.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";
import { sumOf } from "./sum.ts";
import { where } from "./where.ts";

interface ExtremumFacts {
  readonly type: string;
  /** The function's name in formulas and in LaTeX, and that of its instruction. */
  readonly word: Instruction;
  readonly summary: string;
  readonly choose: (a: number, b: number) => number;
}

function extremum({ type, word, summary, choose }: ExtremumFacts): Operator {
  const element = { ...direct(word, 2, choose), folds: true };
  const op: Operator = defineOp({
    type,
    since: 13,
    category: "arithmetic",
    summary,
    inputs: variadic({ name: "data_0", type: "T", differentiable: true }),
    outputs: [{ name: word }],
    types: { T: numbers },
    attributes: noAttributes,
    traits: ["elementwise"],
    infer: (inputs) => [{ dtype: inputs[0].dtype, shape: broadcastAll(type, inputs) }],
    element: () => element,
    vjp: ({ inputs, outputs: [y], grads: [g] }) => (inputs.length === 1 ? [g] : sharedAmongWinners(inputs, y, g)),
    complex: ({ inputs }) => {
      const y = one(
        op,
        inputs.map(({ re }) => re),
      );
      const wins = inputs.map(({ re }) => cast(equal(re, y), y.dtype));
      const moves = sumOf(inputs.map((z, at) => mul(wins[at], imaginary(z))));
      return [{ re: y, im: div(moves, sumOf(wins)) }];
    },
    branches: ({ inputs, outputs: [y] }) => inputs.map((x) => equal(x, y)),
    accuracy: rounded,
    display: {
      label: word,
      formula: called(word),
      derivatives: (operands) =>
        operands.map((x, at) => (operands.length === 1 ? term.number(1) : isChosen(word, x, operands.toSpliced(at, 1)))),
    },
    syntax: { names: [{ name: word }, { name: `${word}imum` }] },
    kinks: [
      {
        at: "operands that tie",
        convention: "the gradient is split evenly among those that tie",
        holds: (...all) => all.length === 2 && all[0] === all[1],
      },
    ],
    probes: [
      {
        inputs: [
          { values: [-1, 0.5, 2], shape: [3], dtype: "float64" },
          { values: [1, -0.5, 1], shape: [3], dtype: "float64" },
        ],
      },
      {
        inputs: [
          { values: [-1, 0.5, 2, 0, 1.5, -2], shape: [2, 3], dtype: "float64" },
          { values: [0.25, 1, -0.25], shape: [3], dtype: "float64" },
          { values: [0.75], shape: [], dtype: "float64" },
        ],
      },
      { inputs: [[2, 2]] },
    ],
  });
  return op;
}

/** Whether an operand is the greatest (or the least); two that tie share. */
function isChosen(word: string, x: term.Term, others: readonly term.Term[]): term.Term {
  const other = others.length === 1 ? others[0] : term.call(word, ...others);
  return term.cases(
    1,
    term.relation(x, word === "max" ? ">" : "<", other),
    0,
    term.relation(x, word === "max" ? "<" : ">", other),
    term.quotient(1, 2),
  );
}

/** The masks are applied last, so that a NaN, which no operand equals, sends nothing back. */
function sharedAmongWinners(inputs: readonly Value[], y: Value, g: Value): readonly Value[] {
  const wins = inputs.map((x) => equal(x, y));
  const share = div(g, sumOf(wins.map((win) => cast(win, g.dtype))));
  return wins.map((win) => where(win, share, 0));
}

export const Max = extremum({
  type: "Max",
  word: "max",
  summary: "The greatest of any number of tensors, element by element, under broadcasting; NaN where one of them is NaN.",
  choose: (a, b) => Math.max(a, b),
});

export const Min = extremum({
  type: "Min",
  word: "min",
  summary: "The least of any number of tensors, element by element, under broadcasting; NaN where one of them is NaN.",
  choose: (a, b) => Math.min(a, b),
});

export const max = binary(Max);
export const min = binary(Min);
