import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { logarithm, times } from "../complex.ts";
import type { Operator } from "../define.ts";
import { elementwiseUnary } from "../elementwise.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";

interface BaseFacts {
  readonly type: string;
  readonly base: number;
  readonly f: (x: number) => number;
  /** What a natural logarithm is multiplied by. */
  readonly factor: number;
}

const logarithmTo = ({ type, base, f, factor }: BaseFacts): Operator =>
  elementwiseUnary({
    type,
    category: "arithmetic",
    summary: `The logarithm to base ${base} of every element, whole for the powers of ${base}.`,
    f,
    gradient: (g: Value, x: Value) => div(mul(g, factor), x),
    complex: (z) => times(factor, logarithm(z)),
    between: [0.5, 3],
    display: {
      label: `log${base}`,
      formula: ([x]) => term.indexedCall("log", base, x),
      derivatives: ([x]) => [term.quotient(1, term.product(x, term.call("ln", base)))],
    },
  });

export const Log2 = logarithmTo({ type: "Log2", base: 2, f: Math.log2, factor: Math.LOG2E });
export const Log10 = logarithmTo({ type: "Log10", base: 10, f: Math.log10, factor: Math.LOG10E });
