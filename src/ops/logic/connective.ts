import * as term from "../../formula/term.ts";
import type { Instruction } from "../../kernels/chain.ts";
import { direct } from "../../kernels/element.ts";
import type { Value } from "../../ir/graph.ts";
import { bools, defineOp, type Operator, type Probe } from "../define.ts";
import { broadcastAll, noAttributes } from "../elementwise.ts";
import { one, unary } from "../express.ts";
import { called } from "../notation.ts";

interface ConnectiveFacts {
  readonly type: string;
  readonly summary: string;
  readonly f: (a: number, b: number) => number;
  readonly instruction: Instruction;
  /** In pictures and formulas. */
  readonly sign: string;
}

const truths = (values: readonly number[], shape: readonly number[]): Probe["inputs"][number] => ({ values, shape, dtype: "bool" });

function connective({ type, summary, f, instruction, sign }: ConnectiveFacts): Operator {
  const element = direct(instruction, 2, f);
  return defineOp({
    type,
    since: 7,
    category: "logic",
    summary,
    inputs: [
      { name: "A", type: "T" },
      { name: "B", type: "T" },
    ],
    outputs: [{ name: "C" }],
    types: { T: bools },
    attributes: noAttributes,
    traits: ["elementwise"],
    infer: ([a, b]) => [{ dtype: "bool", shape: broadcastAll(type, [a, b]) }],
    element: () => element,
    vjp: null,
    display: { label: sign, formula: ([a, b]) => term.relation(a, sign, b) },
    syntax: { names: [{ name: `logical_${type.toLowerCase()}` }] },
    probes: [
      { inputs: [truths([0, 0, 1, 1], [4]), truths([0, 1, 0, 1], [4])] },
      { inputs: [truths([0, 1], [2, 1]), truths([0, 1], [2])] },
      { inputs: [truths([1], []), truths([0], [])] },
    ],
  });
}

export const And = connective({
  type: "And",
  summary: "Whether both elements are true.",
  f: (a, b) => a & b,
  instruction: "and",
  sign: "∧",
});

export const Or = connective({
  type: "Or",
  summary: "Whether at least one of two elements is true.",
  f: (a, b) => a | b,
  instruction: "or",
  sign: "∨",
});

export const Xor = connective({
  type: "Xor",
  summary: "Whether exactly one of two elements is true.",
  f: (a, b) => a ^ b,
  instruction: "xor",
  sign: "⊕",
});

const opposite = direct("not", 1, (truth) => 1 - truth);

export const Not = defineOp({
  type: "Not",
  since: 1,
  category: "logic",
  summary: "The opposite of every element.",
  inputs: [{ name: "X", type: "T" }],
  outputs: [{ name: "Y" }],
  types: { T: bools },
  attributes: noAttributes,
  traits: ["elementwise"],
  infer: ([x]) => [x],
  element: () => opposite,
  vjp: null,
  display: { label: "¬", formula: called("¬") },
  syntax: { names: [{ name: "logical_not" }] },
  probes: [{ inputs: [truths([0, 1], [2])] }, { inputs: [truths([1], [])] }],
});

export const and = (a: Value, b: Value): Value => one(And, [a, b]);
export const or = (a: Value, b: Value): Value => one(Or, [a, b]);
export const xor = (a: Value, b: Value): Value => one(Xor, [a, b]);
export const not = unary(Not);
