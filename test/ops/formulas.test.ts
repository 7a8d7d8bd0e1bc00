import { describe, expect, test } from "vitest";
import * as term from "../../src/formula/term.ts";
import { catalogue } from "../../src/ops/catalogue.ts";
import { has, isDifferentiable, type Operator } from "../../src/ops/define.ts";
import { elementwiseUnary } from "../../src/ops/elementwise.ts";
import { mul } from "../../src/ops/arithmetic/mul.ts";
import { caseOf } from "./cases.ts";
import { cotangentFault } from "./cotangents.ts";
import { formulaFault } from "./formulas.ts";

const elementwise = catalogue.filter((op) => has(op, "elementwise"));

test.each(elementwise.map((op) => [op.type, op] as const))("the formulas of %s give what its kernel and its rule give", (_, op) => {
  for (const probe of op.probes) expect(formulaFault(caseOf(op, probe))).toBeNull();
});

test("every elementwise operator that has gradients tells its derivatives", () => {
  const silent = elementwise.filter((op) => isDifferentiable(op) && op.display.derivatives === undefined);
  expect(silent.map(({ type }) => type)).toEqual([]);
});

describe("what comes back to tensors", () => {
  const tensors = catalogue.filter(({ display }) => display.cotangents !== undefined);
  const faults = tensors.map((op) => [op.type, op.probes.map((probe) => cotangentFault(caseOf(op, probe)))] as const);

  test.each(faults)("the formulas of %s give what its rule gives", (_, found) => {
    expect(found.filter((fault) => fault !== null && fault !== "untold")).toEqual([]);
  });

  test("these are told in numbers", () => {
    expect(faults.flatMap(([type, found]) => (found.includes(null) ? [type] : []))).toMatchInlineSnapshot(`
      [
        "LogSoftmax",
        "Softmax",
        "Einsum",
        "Gemm",
        "MatMul",
        "BatchNormalization",
        "Dropout",
        "GlobalAveragePool",
        "GlobalMaxPool",
        "InstanceNormalization",
        "LayerNormalization",
        "NegativeLogLikelihoodLoss",
        "SoftmaxCrossEntropyLoss",
        "ReduceL1",
        "ReduceL2",
        "ReduceLogSum",
        "ReduceLogSumExp",
        "ReduceMax",
        "ReduceMean",
        "ReduceMin",
        "ReduceRootMeanSquare",
        "ReduceStandardDeviation",
        "ReduceSum",
        "ReduceSumSquare",
        "ReduceVariance",
        "Expand",
        "Flatten",
        "Reshape",
        "Squeeze",
        "Transpose",
        "Trilu",
        "Unsqueeze",
      ]
    `);
  });
});

describe("the comparison is shown to fail", () => {
  const planted = (type: string, formula: (x: term.Term) => term.Term, slope: (x: term.Term) => term.Term): Operator =>
    elementwiseUnary({
      type,
      category: "arithmetic",
      summary: "Planted.",
      f: (x) => x * x,
      gradient: (g, x) => mul(g, mul(x, 2)),
      display: { label: "p", formula: ([x]) => formula(x), derivatives: ([x]) => [slope(x)] },
    });
  const faultOf = (op: Operator): string | null => formulaFault(caseOf(op, op.probes[0]));

  test("right formulas pass, wrong ones are caught", () => {
    const slope = (x: term.Term): term.Term => term.product(2, x);
    expect(faultOf(planted("PlantedTold", term.square, slope))).toBeNull();
    expect(faultOf(planted("PlantedFormula", (x) => term.sum(term.square(x), 1e-9), slope))).toMatch(/^the formula: /);
    expect(faultOf(planted("PlantedSlope", term.square, (x) => term.product(2.0000001, x)))).toMatch(/^the derivative by operand 0: /);
    expect(faultOf(planted("PlantedSign", term.square, (x) => term.negative(slope(x))))).toMatch(/^the derivative by operand 0: /);
  });

  test("so is what does not come back to a tensor", () => {
    const softmax = catalogue.find(({ type }) => type === "Softmax");
    if (softmax === undefined) throw new Error("there is no softmax");
    const given = caseOf(softmax, softmax.probes[1]);
    const faultWith = (cotangents: Operator["display"]["cotangents"]): string | null =>
      cotangentFault({ ...given, op: { ...softmax, display: { ...softmax.display, cotangents } } });
    expect(faultWith(softmax.display.cotangents)).toBeNull();
    expect(faultWith((_, __, delta, s) => [term.elementwise(s, delta)])).toMatch(/^operand 0: /);
  });
});
