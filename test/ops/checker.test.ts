import { describe, expect, test } from "vitest";
import type { Term } from "../../src/formula/term.ts";
import { mapUnary } from "../../src/kernels/elementwise.ts";
import { mul } from "../../src/ops/arithmetic/mul.ts";
import { defineOp, floats, type Operator, type OperatorPrimitive } from "../../src/ops/define.ts";
import { elementwiseUnary, noAttributes } from "../../src/ops/elementwise.ts";
import { one } from "../../src/ops/express.ts";
import { reduceSum } from "../../src/ops/reduction/reduce-sum.ts";
import { caseOf } from "./cases.ts";
import { checkAgainstDifferences, checkDotProduct, gradientObjective, objectiveOf } from "./derivatives.ts";
import { checkKernel } from "./kernel.ts";

// The generic checks of the catalogue are shown to fail.
const category = "arithmetic";
const summary = "Planted.";
const display = { label: "p", formula: ([x]: readonly Term[]) => x };
const square = { category, summary, display, f: (x: number) => x * x } as const;

const firstOrder = (op: Operator): void => checkAgainstDifferences(objectiveOf(caseOf(op, op.probes[0])));
const secondOrder = (op: Operator): void => checkAgainstDifferences(gradientObjective(objectiveOf(caseOf(op, op.probes[0]))));
const transpose = (op: Operator): void => checkDotProduct(objectiveOf(caseOf(op, op.probes[0])));
const kernel = (op: Operator): void => checkKernel(op, op.probes[0]);

describe("rules", () => {
  const Square = elementwiseUnary({ ...square, type: "PlantedSquare", gradient: (g, x) => mul(g, mul(x, 2)) });
  const Slightly = elementwiseUnary({ ...square, type: "PlantedSlightly", gradient: (g, x) => mul(g, mul(x, 2 + 1e-5)) });
  const Missing = elementwiseUnary({ ...square, type: "PlantedMissing", gradient: null });
  // The derivative is taken as a number, through an operator that stops gradients.
  const Snapshot = elementwiseUnary({ ...square, type: "PlantedSnapshot", f: (x) => 2 * x, gradient: null });
  const Stopped = elementwiseUnary({ ...square, type: "PlantedStopped", gradient: (g, x) => mul(g, one(Snapshot, [x])) });
  const Shape = elementwiseUnary({ ...square, type: "PlantedShape", gradient: (g) => reduceSum(g) });

  test("a right rule passes", () => {
    for (const check of [firstOrder, secondOrder, transpose, kernel]) expect(() => check(Square)).not.toThrow();
  });

  test("a wrong rule is caught at order 1, even when off by a hundred-thousandth", () => {
    expect(() => firstOrder(Slightly)).toThrow(/worst at \[\d\]/);
  });

  test("a gradient that does not flow is caught at order 1", () => {
    expect(() => firstOrder(Missing)).toThrow(/gradient by input 0/);
  });

  test("a rule that is right at order 1 alone is caught at order 2", () => {
    expect(() => firstOrder(Stopped)).not.toThrow();
    expect(() => secondOrder(Stopped)).toThrow(/worst at \[\d\]/);
  });

  test("a gradient of another shape is caught", () => {
    expect(() => firstOrder(Shape)).toThrow();
  });
});

describe("forward mode", () => {
  const forwardOf = (type: string, factor: number): Operator => {
    const honest = elementwiseUnary({ ...square, type: `${type}Honest`, gradient: (g, x) => mul(g, mul(x, 2)) }) as OperatorPrimitive;
    return defineOp({ ...honest, type, jvp: ({ inputs: [x], tangents: [t] }) => [t === null ? null : mul(t, mul(x, factor))] });
  };

  test("a right rule of its own passes, a wrong one is caught", () => {
    expect(() => transpose(forwardOf("PlantedForward", 2))).not.toThrow();
    expect(() => transpose(forwardOf("PlantedBackward", 2.0001))).toThrow(/forward mode against reverse mode/);
  });

  test("a rule that is not linear in its cotangent is caught", () => {
    const Bent = elementwiseUnary({ ...square, type: "PlantedBent", gradient: (g, x) => mul(mul(g, g), mul(x, 2)) });
    expect(() => transpose(Bent)).toThrow(/forward mode against reverse mode/);
  });
});

describe("inference", () => {
  const facts = {
    category,
    summary,
    inputs: [{ name: "X", type: "T", differentiable: true }],
    outputs: [{ name: "Y" }],
    types: { T: floats },
    attributes: noAttributes,
    vjp: null,
    display,
    probes: [{ inputs: [[2, 3]] }],
  } as const;

  test("a size that the kernel does not fill is caught", () => {
    const Wide = defineOp({
      ...facts,
      type: "PlantedWide",
      infer: ([x]) => [{ dtype: x.dtype, shape: [...x.shape, 2] }],
      kernel: ([x], [y]) => y.data.set(x.data),
    });
    expect(() => kernel(Wide)).toThrow(/leftovers show/);
  });

  test("a size smaller than what the kernel fills is caught", () => {
    const Narrow = defineOp({
      ...facts,
      type: "PlantedNarrow",
      infer: ([x]) => [{ dtype: x.dtype, shape: x.shape.slice(1) }],
      kernel: ([x], [y]) => y.data.set(x.data),
    });
    expect(() => kernel(Narrow)).toThrow(RangeError);
  });

  test("fractions in whole numbers are caught", () => {
    const Typed = defineOp({
      ...facts,
      type: "PlantedTyped",
      infer: ([x]) => [{ dtype: "int64", shape: x.shape }],
      kernel: ([x], [y]) => mapUnary((number) => number / 3, x, y),
    });
    expect(() => kernel(Typed)).toThrow(/integers are whole/);
  });

  test("an accumulation on top of leftovers is caught", () => {
    const Lazy = defineOp({
      ...facts,
      type: "PlantedLazy",
      infer: ([x]) => [x],
      kernel: ([x], [y]) => {
        for (let i = 0; i < x.data.length; i++) y.data[i] += x.data[i];
      },
    });
    expect(() => kernel(Lazy)).toThrow(/leftovers show/);
  });
});
