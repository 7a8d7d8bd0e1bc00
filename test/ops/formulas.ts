import { evaluated, type FunctionValues } from "../../src/formula/evaluate.ts";
import { simplified } from "../../src/formula/simplify.ts";
import { omitted, symbol, type Term } from "../../src/formula/term.ts";
import { reverse } from "../../src/autodiff/reverse.ts";
import { graphOf } from "../../src/ir/graph.ts";
import { digamma, logGamma, polygamma } from "../../src/kernels/gamma.ts";
import { erfc } from "../../src/kernels/gaussian.ts";
import { erf } from "../../src/kernels/special.ts";
import { filled } from "../../src/ops/shape/expand.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { broadcastStrides, indexAt, sizeOf } from "../../src/tensor/shape.ts";
import { type Tensor, zeros } from "../../src/tensor/tensor.ts";
import { interpret } from "../support/interpret.ts";
import { difference } from "../support/close.ts";
import type { Case } from "./cases.ts";

/** What stands in formulas and is no function that everybody has. */
const others: FunctionValues = {
  erf,
  erfc,
  Γ: (x) => Math.exp(logGamma(x)),
  ψ: digamma,
  "ψ⁽¹⁾": (x) => polygamma(1, x),
  "ψ⁽²⁾": (x) => polygamma(2, x),
  "ψ⁽³⁾": (x) => polygamma(3, x),
  round: (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
  fmod: (a, b) => a % b,
  mean: (...all) => all.reduce((sum, each) => sum + each, 0) / all.length,
  sg: (x) => x,
  isnan: (x) => Number(Number.isNaN(x)),
  isinf: (x) => Number(Math.abs(x) === Infinity),
  bool: (x) => Number(x !== 0),
  float32: Math.fround,
  float64: (x) => x,
  int32: Math.trunc,
  int64: Math.trunc,
};

const tight = { relative: 1e-12, absolute: 1e-13 } as const;

/** An elementwise operator's formula and derivatives against its kernel and its rule: the first thing that differs, or null. */
export function formulaFault({ op, inputs, attributes, outputs, feeds }: Case): string | null {
  const [output] = outputs;
  const operands = inputs.map((value, at) => (value === null ? omitted : symbol(String(at))));
  const strides = inputs.map((value) => (value === null ? [] : broadcastStrides(value.shape, output.shape)));
  const places = (at: number): number[] =>
    strides.map((steps) => steps.reduce((place, step, axis) => place + step * indexAt(at, output.shape)[axis], 0));
  const numbers = inputs.map((value) => (value === null ? [] : (feeds.get(value)?.data ?? [])));
  /** The term at every element of the result. */
  const valuesOf = (term: Term): number[] =>
    Array.from({ length: sizeOf(output.shape) }, (_, at) => {
      const here = places(at);
      return evaluated(term, (name) => numbers[Number(name)][here[Number(name)]], others);
    });
  // Integers are cut off and divided by zero after conventions of their own.
  if (!isFloating(output.dtype) && output.dtype !== "bool") return null;
  const { formula, derivatives } = op.display;
  const both = (term: Term): Term[] => [term, simplified(term)];
  const [value] = interpret(graphOf([...feeds.keys()], [output]), feeds);
  for (const term of both(formula(operands, attributes))) {
    const wrong = difference({ ...zeros("float64", value.shape), data: Float64Array.from(valuesOf(term)) }, value, tight);
    if (wrong !== null) return `the formula: ${wrong}`;
  }
  const slopes = derivatives?.(operands, attributes) ?? [];
  const { gradientOf } = reverse([output], isFloating(output.dtype) ? [filled(1, output)] : []);
  for (const [at, slope] of slopes.entries()) {
    const variable = inputs[at];
    if (slope === null || variable === null || !isFloating(variable.dtype)) continue;
    const gradient = gradientOf(variable);
    const expected = gradient === null ? zeros("float64", variable.shape) : interpret(graphOf([...feeds.keys()], [gradient]), feeds)[0];
    for (const term of both(slope)) {
      const found: Tensor = zeros("float64", variable.shape);
      valuesOf(term).forEach((each, element) => (found.data[places(element)[at]] += each));
      const wrong = difference(found, expected, tight);
      if (wrong !== null) return `the derivative by operand ${at}: ${wrong}`;
    }
  }
  return null;
}
