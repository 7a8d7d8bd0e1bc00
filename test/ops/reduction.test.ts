import { describe, expect, test } from "vitest";
import { reverse } from "../../src/autodiff/reverse.ts";
import { constant, input, type Value } from "../../src/ir/graph.ts";
import { apply } from "../../src/ops/apply.ts";
import { int64s } from "../../src/ops/axes.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { tensorOf } from "../../src/tensor/tensor.ts";
import { operatorNamed } from "../support/operator.ts";
import { numbersOf } from "../support/values.ts";

const fed = (dtype: DType, ...values: number[]): Value => {
  const tensor = tensorOf(dtype, [values.length], values);
  return input(tensor, tensor);
};
const reduced = (type: string, x: Value): Value => apply(operatorNamed(type), [x], { keepdims: false })[0];

/** The gradient of a reduction of `values` to one number. */
function gradient(type: string, ...values: number[]): number[] {
  const x = fed("float64", ...values);
  return numbersOf(reverse([reduced(type, x)], [constant(tensorOf("float64", [], [1]))]).gradientOf(x) as Value);
}

describe("over no elements", () => {
  const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
  test.each<[type: string, dtype: DType, result: number]>([
    ["ReduceSum", "float64", 0],
    ["ReduceSumSquare", "float64", 0],
    ["ReduceL1", "float64", 0],
    ["ReduceL2", "float64", 0],
    ["ReduceProd", "float64", 1],
    ["ReduceMean", "float64", nan],
    ["ReduceLogSum", "float64", -inf],
    ["ReduceLogSumExp", "float64", -inf],
    ["ReduceMax", "float64", -inf],
    ["ReduceMin", "float32", inf],
    ["ReduceMax", "int32", -(2 ** 31)],
    ["ReduceMin", "int32", 2 ** 31 - 1],
    ["ReduceMax", "int64", -(2 ** 63)],
    ["ReduceMax", "bool", 0],
    ["ReduceMin", "bool", 1],
  ])("%s of %s is %d", (type, dtype, result) => {
    expect(numbersOf(reduced(type, fed(dtype)))).toEqual([result]);
  });
});

describe("conventions", () => {
  test("equal greatest and smallest elements share the gradient", () => {
    expect(gradient("ReduceMax", 3, 1, 3)).toEqual([0.5, 0, 0.5]);
    expect(gradient("ReduceMin", 1, 1, 1, 1)).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  test("a product's derivative by an element is the product of the others, zeros or not", () => {
    expect(gradient("ReduceProd", 2, 3, 4, 5, 6)).toEqual([360, 240, 180, 144, 120]);
    expect(gradient("ReduceProd", 2, 0, 4)).toEqual([0, 8, 0]);
    expect(gradient("ReduceProd", 0, 3, 0)).toEqual([0, 0, 0]);
  });

  test("norms at the zero vector have gradient 0", () => {
    expect(gradient("ReduceL2", 0, 0)).toEqual([0, 0]);
    expect(gradient("ReduceL1", 0, -2)).toEqual([0, -1]);
  });

  test("the logarithm of summed exponentials neither overflows nor stumbles over -∞", () => {
    const inf = Number.POSITIVE_INFINITY;
    expect(numbersOf(reduced("ReduceLogSumExp", fed("float64", 1000, 1000)))).toEqual([1000 + Math.log(2)]);
    expect(gradient("ReduceLogSumExp", 1000, 1000)).toEqual([expect.closeTo(0.5, 12), expect.closeTo(0.5, 12)]);
    expect(gradient("ReduceLogSumExp", 1, -inf)).toEqual([1, 0]);
    expect(gradient("ReduceLogSumExp", -inf, -inf)).toEqual([0, 0]);
  });
});

describe("NaN", () => {
  const nan = Number.NaN;
  test("passes through extremes and comes first among the top", () => {
    expect(numbersOf(reduced("ReduceMax", fed("float64", 1, nan, 3)))).toEqual([nan]);
    expect(numbersOf(apply(operatorNamed("ArgMin"), [fed("float64", 1, nan, 0)])[0])).toEqual([1]);
    expect(numbersOf(apply(operatorNamed("TopK"), [fed("float64", 1, nan, 3), int64s([2])])[1])).toEqual([1, 2]);
  });
});

test("integers are rounded towards zero", () => {
  expect(numbersOf(reduced("ReduceMean", fed("int64", -1, -2)))).toEqual([-1]);
  expect(numbersOf(reduced("ReduceL2", fed("int32", 1, 1)))).toEqual([1]);
});
