import { describe, expect, test } from "vitest";
import { reverse } from "../../src/autodiff/reverse.ts";
import { constant, input, type Value } from "../../src/ir/graph.ts";
import { apply } from "../../src/ops/apply.ts";
import { int64s } from "../../src/ops/axes.ts";
import type { Attributes } from "../../src/ops/define.ts";
import { scalar, tensorOf } from "../../src/tensor/tensor.ts";
import { operatorNamed } from "../support/operator.ts";
import { floats, numbersOf } from "../support/values.ts";

/** Applies an operator to attributes as a client writes them. */
function applied(type: string, inputs: readonly (Value | null)[], attributes: Attributes = {}, outputs = 1): readonly Value[] {
  const op = operatorNamed(type);
  return apply(op, inputs, op.attributes.parse(attributes), outputs);
}

const list = (...values: number[]): Value => constant(tensorOf("float64", [values.length], values));

describe("shapes that a graph computes from shapes are known before anything runs", () => {
  test("the batch size taken off and joined with -1, as exporters write a flattening", () => {
    const x = floats(5, 3, 4);
    const [shape] = applied("Shape", [x]);
    const [batch] = applied("Gather", [shape, constant(scalar(0, "int64"))]);
    const [row] = applied("Unsqueeze", [batch, int64s([0])]);
    const [target] = applied("Concat", [row, int64s([-1])], { axis: 0 });
    const [flat] = applied("Reshape", [x, target]);
    expect(flat.shape).toEqual([5, 12]);
  });

  test("arithmetic on sizes, slices of shapes, casts and ranges", () => {
    const x = floats(2, 6);
    const [shape] = applied("Shape", [x]);
    const [last] = applied("Slice", [shape, int64s([-1]), int64s([2 ** 53]), int64s([0])]);
    const [half] = applied("Div", [last, int64s([2])]);
    const [target] = applied("Concat", [int64s([-1]), half], { axis: 0 });
    expect(applied("Reshape", [x, target])[0].shape).toEqual([4, 3]);
    const [count] = applied("Cast", [applied("Squeeze", [half])[0]], { to: "float64" });
    const [range] = applied("Range", [constant(scalar(0)), count, constant(scalar(0.5))]);
    expect(range.known?.data).toEqual(Float64Array.of(0, 0.5, 1, 1.5, 2, 2.5));
    const [filled] = applied("ConstantOfShape", [target.known === null ? shape : int64s([2, 2])], { value: { dtype: "int64", data: [7] } });
    expect(filled.known).toEqual(tensorOf("int64", [2, 2], [7, 7, 7, 7]));
  });

  test("a shape that depends on fed numbers is refused", () => {
    const sizes = input({ dtype: "int64", shape: [2] });
    expect(() => applied("Reshape", [floats(4), sizes])).toThrow(expect.objectContaining({ fault: "static", input: 1 }));
  });
});

test.each([
  ["sizes below 0", int64s([3, -1]), "Expand takes a list of sizes from 0 up, not [3, -1]"],
  ["a single number", constant(tensorOf("int64", [], [3])), "Expand takes a list"],
])("Expand refuses %s", (_, shape, message) => {
  expect(() => applied("Expand", [floats(), shape])).toThrow(
    expect.objectContaining({ fault: "shape", input: 1, message: expect.stringContaining(message) }),
  );
});

describe("indices outside", () => {
  const data = list(1, 2, 3);
  const bad = (index: number): Value => int64s([index]);

  test.each<[type: string, inputs: (index: Value) => Value[]]>([
    ["Gather", (index) => [data, index]],
    ["GatherElements", (index) => [data, index]],
    ["GatherND", (index) => [data, index]],
    ["ScatterElements", (index) => [data, index, list(9)]],
    ["ScatterND", (index) => [data, index, constant(scalar(9))]],
  ])("%s says which index and which axis", (type, inputs) => {
    for (const index of [3, -4]) {
      expect(() => applied(type, inputs(bad(index)))).toThrow(
        expect.objectContaining({ fault: "index", input: 1, message: expect.stringContaining(`index ${index} is outside axis 0 of [3]`) }),
      );
    }
    expect(() => applied(type, inputs(bad(-3)))).not.toThrow();
  });

  test("OneHot marks nothing", () => {
    const [marked] = applied("OneHot", [int64s([0, -1, 2, -3]), int64s([2]), list(0, 1)]);
    expect(numbersOf(marked)).toEqual([1, 0, 0, 1, 0, 0, 0, 0]);
  });
});

describe("Split", () => {
  test("the last piece takes what is left", () => {
    const pieces = applied("Split", [floats(7)], { num_outputs: 3 }, 3);
    expect(pieces.map(({ shape }) => shape)).toEqual([[3], [3], [1]]);
  });

  test("refuses sizes that do not make up the axis, and other than the named outputs", () => {
    expect(() => applied("Split", [floats(4), int64s([1, 2])], {}, 2)).toThrow("the pieces [1, 2] do not make up axis 0 of [4]");
    expect(() => applied("Split", [floats(4), int64s([1, 3])], {}, 3)).toThrow("Split makes 2 pieces, but the node names 3 outputs");
  });
});

describe("scattering", () => {
  test("without reduction, the last update at a place is written and has the gradient", () => {
    const [data, updates] = [floats(3), floats(3)];
    const [scattered] = applied("ScatterElements", [data, int64s([1, 1, 0]), updates]);
    const { gradientOf } = reverse([scattered], [list(10, 20, 30)]);
    expect(numbersOf(gradientOf(data) as Value)).toEqual([0, 0, 30]);
    expect(numbersOf(gradientOf(updates) as Value)).toEqual([0, 20, 10]);
  });

  test("takes no tuples of no numbers, for which there is no gather to pull back by", () => {
    expect(() => applied("ScatterND", [floats(4), int64s([]), floats(4)])).toThrow("tuples of 1 to 1 numbers; its shape is [0]");
  });

  test("products with zeros have the product of the others as derivative", () => {
    const [data, updates] = [list(2, 5), list(0, 3, 0)].map(({ known }) => input({ dtype: "float64", shape: known?.shape ?? [] }, known));
    const [scattered] = applied("ScatterND", [data, constant(tensorOf("int64", [3, 1], [0, 0, 1])), updates], { reduction: "mul" });
    const { gradientOf } = reverse([scattered], [list(1, 1)]);
    expect(numbersOf(gradientOf(data) as Value)).toEqual([0, 0]);
    expect(numbersOf(gradientOf(updates) as Value)).toEqual([6, 0, 5]);
  });
});

describe("literals in attributes", () => {
  const value = (given: unknown): Value => applied("Constant", [], { value: given })[0];

  test("numbers, nested lists, typed data and words for what JSON cannot write", () => {
    expect(value(2).known).toEqual(scalar(2));
    expect(
      value([
        [1, "NaN"],
        ["-Infinity", 4],
      ]).known,
    ).toEqual(tensorOf("float64", [2, 2], [1, Number.NaN, Number.NEGATIVE_INFINITY, 4]));
    expect(value([true, false]).known).toEqual(tensorOf("bool", [2], [1, 0]));
    expect(value({ dtype: "int32", shape: [2, 1], data: [3, 4] }).known).toEqual(tensorOf("int32", [2, 1], [3, 4]));
    expect(value([]).known).toEqual(tensorOf("float64", [0], []));
  });

  test("attributes read again give the same", () => {
    const { attributes } = operatorNamed("Constant");
    const once = attributes.parse({ value: [[1, "Infinity"]] });
    expect(attributes.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  test.each([
    [[[1, 2], [3]], "differ in length or depth"],
    [[1, [2]], "numbers, booleans, or the words"],
    [{ dtype: "int64", data: [1.5] }, "no int64"],
    [{ dtype: "int32", data: [2 ** 31] }, "no int32"],
    [{ shape: [3], data: [1, 2] }, "do not fill the shape [3]"],
    [["many"], "numbers, booleans, or the words"],
  ])("%j is refused", (given, message) => {
    expect(() => value(given)).toThrow(message);
  });

  test("depth is no limit", () => {
    const deep = Array.from({ length: 20_000 }).reduce<unknown>((inner) => [inner], 1);
    expect(value(deep).shape.length).toBe(20_000);
  });

  test("Constant takes exactly one attribute", () => {
    expect(() => applied("Constant", [])).toThrow("exactly one of value, value_float, value_floats, value_int, value_ints");
    expect(() => applied("Constant", [], { value_int: 1, value_float: 2 })).toThrow(expect.objectContaining({ fault: "attribute" }));
    expect(applied("Constant", [], { value_float: 0.1 })[0].dtype).toBe("float32");
  });
});
