import { erf } from "../../src/kernels/special.ts";
import type { Value } from "../../src/ir/graph.ts";
import { add } from "../../src/ops/arithmetic/add.ts";
import { div } from "../../src/ops/arithmetic/div.ts";
import { exp } from "../../src/ops/arithmetic/exp.ts";
import { mul } from "../../src/ops/arithmetic/mul.ts";
import { neg } from "../../src/ops/arithmetic/neg.ts";
import { sqrt } from "../../src/ops/arithmetic/sqrt.ts";
import { sub } from "../../src/ops/arithmetic/sub.ts";
import { elementwiseUnary } from "../../src/ops/elementwise.ts";

// Functions with the faults that a scan of accuracies must see. To be imported before the catalogue, which then has them.

interface Fault {
  readonly f: (x: number) => number;
  readonly gradient: (g: Value, x: Value, y: Value) => Value;
}

export const faults: Readonly<Record<string, Fault>> = {
  // Of 1 - y², nothing is left where y is close to 1.
  Tanh: { f: Math.tanh, gradient: (g, _x, y) => mul(g, sub(1, mul(y, y))) },
  // The square overflows.
  Asinh: { f: Math.asinh, gradient: (g, x) => div(g, sqrt(add(1, mul(x, x)))) },
  // The square is rounded before its exponential is taken.
  Erf: { f: erf, gradient: (g, x) => mul(g, mul(2 / Math.sqrt(Math.PI), exp(neg(mul(x, x))))) },
  // 1 - erf(x) cancels.
  Erfc: { f: (x) => 1 - erf(x), gradient: (g) => g },
  // Infinity by infinity.
  Softsign: { f: (x) => x / (1 + Math.abs(x)), gradient: (g) => g },
  // The zero loses its sign.
  Identity: { f: (x) => x + 0, gradient: (g) => g },
};

for (const [type, { f, gradient }] of Object.entries(faults)) {
  elementwiseUnary({
    type: `Faulty${type}`,
    category: "arithmetic",
    summary: "A function with a fault.",
    f,
    gradient,
    display: { label: "f", formula: ([x]) => x },
  });
}
