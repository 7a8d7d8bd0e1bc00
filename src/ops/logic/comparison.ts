import * as term from "../../formula/term.ts";
import type { Instruction } from "../../kernels/chain.ts";
import { direct } from "../../kernels/element.ts";
import type { DType } from "../../tensor/dtype.ts";
import { anyType, defineOp, numbers, type Operator } from "../define.ts";
import { broadcastAll, noAttributes } from "../elementwise.ts";
import { binary } from "../express.ts";

interface ComparisonFacts {
  readonly type: string;
  readonly since: number;
  readonly summary: string;
  readonly holds: (a: number, b: number) => boolean;
  readonly instruction: Instruction;
  readonly infix: string;
  /** In pictures and formulas. */
  readonly sign: string;
  readonly types?: readonly DType[];
}

function comparison({ type, since, summary, holds, instruction, infix, sign, types = numbers }: ComparisonFacts): Operator {
  const element = direct(instruction, 2, (a, b) => (holds(a, b) ? 1 : 0));
  return defineOp({
    type,
    since,
    category: "logic",
    summary,
    inputs: [
      { name: "A", type: "T" },
      { name: "B", type: "T" },
    ],
    outputs: [{ name: "C" }],
    types: { T: types },
    attributes: noAttributes,
    traits: ["elementwise"],
    infer: ([a, b]) => [{ dtype: "bool", shape: broadcastAll(type, [a, b]) }],
    element: () => element,
    vjp: null,
    display: { label: sign, formula: ([a, b]) => term.relation(a, sign, b) },
    syntax: { infix },
    probes: [
      {
        inputs: [
          { values: [1, 2, 3], shape: [3], dtype: "float64" },
          { values: [2, 2, 2], shape: [3], dtype: "float64" },
        ],
      },
      {
        inputs: [
          { values: [1, 2], shape: [2, 1], dtype: "int64" },
          { values: [0, 1, 2], shape: [3], dtype: "int64" },
        ],
      },
      { inputs: [[], []] },
    ],
  });
}

export const Equal = comparison({
  type: "Equal",
  since: 19,
  summary: "Whether elements are equal. NaN equals nothing.",
  holds: (a, b) => a === b,
  instruction: "eq",
  infix: "==",
  sign: "=",
  types: anyType,
});

export const Less = comparison({
  type: "Less",
  since: 13,
  summary: "Whether elements of the first operand are less than those of the second.",
  holds: (a, b) => a < b,
  instruction: "lt",
  infix: "<",
  sign: "<",
});

export const LessOrEqual = comparison({
  type: "LessOrEqual",
  since: 16,
  summary: "Whether elements of the first operand are at most those of the second.",
  holds: (a, b) => a <= b,
  instruction: "le",
  infix: "<=",
  sign: "≤",
});

export const Greater = comparison({
  type: "Greater",
  since: 13,
  summary: "Whether elements of the first operand are greater than those of the second.",
  holds: (a, b) => a > b,
  instruction: "gt",
  infix: ">",
  sign: ">",
});

export const GreaterOrEqual = comparison({
  type: "GreaterOrEqual",
  since: 16,
  summary: "Whether elements of the first operand are at least those of the second.",
  holds: (a, b) => a >= b,
  instruction: "ge",
  infix: ">=",
  sign: "≥",
});

export const equal = binary(Equal);
export const less = binary(Less);
export const lessOrEqual = binary(LessOrEqual);
export const greater = binary(Greater);
export const greaterOrEqual = binary(GreaterOrEqual);
