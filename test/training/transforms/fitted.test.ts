import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DType } from "../../../src/tensor/dtype.ts";
import { type Tensor, tensorOf } from "../../../src/tensor/tensor.ts";
import { applied, fitted } from "../../../src/training/transforms/fitted.ts";
import { Transform } from "../../../src/training/transforms/catalogue.ts";
import "../../support/close.ts";
import { problemOf } from "../../support/problems.ts";

/** The transforms as a request gives them, fitted to the first rows and applied to all, by way of JSON as predictions do it. */
function transformed(given: readonly object[], tensor: Tensor, trainingRows = tensor.shape[0]): Tensor {
  const transforms = given.map((transform) => Transform.parse(transform));
  const kept = JSON.parse(JSON.stringify(fitted(transforms, tensor, trainingRows, "/data/transforms/input"))) as ReturnType<typeof fitted>;
  return applied(kept, tensor, "/data/input");
}

const table = tensorOf("float64", [4, 2], [1, 5, 2, 5, 4, 5, 9, 6]);

test("scale", () => {
  expect(transformed([{ type: "scale", factor: 0.5, offset: -1 }], table)).toBeNear(
    tensorOf("float64", [4, 2], [-0.5, 1.5, 0, 1.5, 1, 1.5, 3.5, 2]),
  );
  expect(transformed([{ type: "scale", factor: 0.0625 }], tensorOf("int32", [2], [16, 8]))).toEqual(tensorOf("float64", [2], [1, 0.5]));
  expect(transformed([{ type: "scale", factor: 0.1 }], tensorOf("float32", [1], [3]))).toEqual(
    tensorOf("float32", [1], [Math.fround(3 * 0.1)]),
  );
});

test("standardize by the training rows, of which a column may be constant", () => {
  // The mean of 1, 2, 4 is 7/3 and the population's deviation is √14 / 3.
  const std = Math.sqrt(14) / 3;
  const expected = [1, 2, 4, 9].flatMap((x, row) => [(x - 7 / 3) / std, row < 3 ? 0 : 1]);
  expect(transformed([{ type: "standardize" }], table, 3)).toBeNear(tensorOf("float64", [4, 2], expected), {
    relative: 1e-14,
    absolute: 1e-15,
  });
});

test("a constant column that doubles cannot average exactly is constant still", () => {
  const tensor = tensorOf("float64", [10], new Array<number>(10).fill(0.1));
  expect(transformed([{ type: "standardize" }], tensor)).toEqual(tensorOf("float64", [10], new Array<number>(10).fill(0)));
});

test("min_max by the training rows", () => {
  const expected = [0, 0, 1 / 3, 0, 1, 0, 8 / 3, 0];
  expect(transformed([{ type: "min_max" }], table, 3)).toBeNear(tensorOf("float64", [4, 2], expected), { relative: 1e-15 });
});

describe("fill", () => {
  const holes = tensorOf("float64", [5, 2], [1, Number.NaN, Number.NaN, 4, 3, 10, 8, 6, 100, Number.NaN]);

  test.each<[unknown, number, number]>([
    ["mean", 4, 20 / 3],
    ["median", 3, 6],
    [-1, -1, -1],
  ])("with %s of the training rows", (source, first, second) => {
    const expected = tensorOf("float64", [5, 2], [1, second, first, 4, 3, 10, 8, 6, 100, second]);
    expect(transformed([{ type: "fill", with: source }], holes, 4)).toBeNear(expected, { relative: 1e-15 });
  });

  test("with the median of an even number of numbers, and as one of several steps", () => {
    const tensor = tensorOf("float32", [4], [1, Number.NaN, 2, Number.NaN]);
    expect(transformed([{ type: "fill", with: "median" }, { type: "min_max" }], tensor)).toEqual(
      tensorOf("float32", [4], [0, 0.5, 1, 0.5]),
    );
    expect(transformed([{ type: "fill", with: 0 }], tensorOf("int64", [2], [1, 2]))).toEqual(tensorOf("int64", [2], [1, 2]));
  });

  test("has nothing to take of a column without numbers", () => {
    expect(
      problemOf(() => transformed([{ type: "fill", with: "mean" }], tensorOf("float64", [2, 2], [1, Number.NaN, 2, Number.NaN]))).detail,
    ).toBe("Column 1 has no number in the training rows of which its mean could be taken");
    expect(
      problemOf(() => transformed([{ type: "fill", with: "median" }], tensorOf("float64", [2], [1, Number.POSITIVE_INFINITY]))).detail,
    ).toContain("not finite");
  });
});

test("one_hot", () => {
  expect(transformed([{ type: "one_hot", classes: 3 }], tensorOf("int64", [2], [2, 0]))).toEqual(
    tensorOf("float64", [2, 3], [0, 0, 1, 1, 0, 0]),
  );
});

test("reshape", () => {
  const wide = tensorOf("float64", [2, 6], [...Array(12).keys()]);
  expect(transformed([{ type: "reshape", shape: [1, 2, 3] }], wide)).toEqual({ ...wide, shape: [2, 1, 2, 3] });
  expect(transformed([{ type: "reshape", shape: [3, -1] }], wide)).toEqual({ ...wide, shape: [2, 3, 2] });
  expect(transformed([{ type: "reshape", shape: [] }], tensorOf("float64", [2, 1], [7, 8]))).toEqual(tensorOf("float64", [2], [7, 8]));
});

test("cast", () => {
  const cast = (dtype: DType, numbers: number[], from: DType = "float64"): Tensor =>
    transformed([{ type: "cast", dtype }], tensorOf(from, [numbers.length], numbers));
  expect(cast("float32", [0.1])).toEqual(tensorOf("float32", [1], [Math.fround(0.1)]));
  expect(cast("int64", [-(2 ** 53), 3])).toEqual(tensorOf("int64", [2], [-(2 ** 53), 3]));
  expect(cast("int32", [-(2 ** 31), 2 ** 31 - 1])).toEqual(tensorOf("int32", [2], [-(2 ** 31), 2 ** 31 - 1]));
  expect(cast("bool", [0, -0.5, Number.NaN])).toEqual(tensorOf("bool", [3], [0, 1, 1]));
  expect(cast("float64", [7], "int32")).toEqual(tensorOf("float64", [1], [7]));
});

test("clip", () => {
  expect(transformed([{ type: "clip", min: 2, max: 5 }], table)).toEqual(tensorOf("float64", [4, 2], [2, 5, 2, 5, 4, 5, 5, 5]));
  expect(transformed([{ type: "clip", max: 5 }], tensorOf("float64", [2], [Number.NaN, 9])).data).toEqual(Float64Array.of(Number.NaN, 5));
});

test("each is fitted to what those before it make of the rows", () => {
  const chain = [{ type: "scale", factor: 10 }, { type: "clip", max: 30 }, { type: "min_max" }, { type: "reshape", shape: [2, 1] }];
  expect(transformed(chain, table, 3)).toBeNear(tensorOf("float64", [4, 2, 1], [0, 0, 0.5, 0, 1, 0, 1, 0]));
});

test("without transforms the tensor is as it was", () => {
  expect(transformed([], table)).toBe(table);
});

test("standardized training rows have mean 0 and deviation 1", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2 }), (numbers) => {
      fc.pre(Math.max(...numbers) - Math.min(...numbers) > 1e-3);
      const data = Array.from(transformed([{ type: "standardize" }], tensorOf("float64", [numbers.length], numbers)).data);
      const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
      const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length;
      expect(Math.abs(mean)).toBeLessThan(1e-6);
      expect(Math.abs(variance - 1)).toBeLessThan(1e-6);
    }),
  );
});

describe("what does not go is refused at its place", () => {
  const at = "/data/transforms/input/0";
  test.each<[what: string, transform: object, tensor: Tensor, pointer: string, detail: string]>([
    [
      "classes out of range",
      { type: "one_hot", classes: 3 },
      tensorOf("int64", [2, 2], [0, 1, 2, 3]),
      at,
      "Row 1 has 3, which is none of the classes 0 to 2",
    ],
    [
      "classes that are fractions",
      { type: "one_hot", classes: 3 },
      tensorOf("float64", [1], [0.5]),
      at,
      "Row 0 has 0.5, which is none of the classes 0 to 2",
    ],
    [
      "a shape of another size",
      { type: "reshape", shape: [3] },
      table,
      `${at}/shape`,
      "A row has shape [2], which is 2 numbers, and [3] has not as many",
    ],
    [
      "a size that cannot be told",
      { type: "reshape", shape: [3, -1] },
      table,
      `${at}/shape`,
      "A row has shape [2], which is 2 numbers, and [3, -1] has not as many",
    ],
    ["no integers", { type: "cast", dtype: "int64" }, tensorOf("float64", [2], [1, 1.5]), at, "Row 1 has 1.5, which int64 does not hold"],
    [
      "an integer out of range",
      { type: "cast", dtype: "int32" },
      tensorOf("int64", [1], [2 ** 31]),
      at,
      "Row 0 has 2147483648, which int32 does not hold",
    ],
    [
      "an infinity as integer",
      { type: "cast", dtype: "int64" },
      tensorOf("float64", [1], [Number.POSITIVE_INFINITY]),
      at,
      "Row 0 has Infinity, which int64 does not hold",
    ],
    [
      "NaN in a mean",
      { type: "standardize" },
      tensorOf("float64", [2, 2], [0, 1, 2, Number.NaN]),
      at,
      "Row 1 has NaN in column 1, of which no mean and no extent can be taken",
    ],
  ])("%s", (_what, transform, tensor, pointer, detail) => {
    expect(problemOf(() => transformed([transform], tensor))).toMatchObject({ code: "invalid_training", errors: [{ pointer, detail }] });
  });

  test("rows of another shape than in training, or classes that come later", () => {
    const kept = fitted([{ type: "one_hot", classes: 2 }], tensorOf("int64", [3], [0, 1, 7]), 2, "/t");
    expect(problemOf(() => applied(kept, tensorOf("int64", [1], [7]), "/data/target"))).toMatchObject({
      errors: [{ pointer: "/data/target" }],
    });
    expect(problemOf(() => applied(kept, tensorOf("int64", [1, 1], [1]), "/data/target")).detail).toBe(
      "Rows of shape [] are needed here, as in training, and the tensor's shape is [1, 1]",
    );
  });

  test.each([
    { type: "one_hot" },
    { type: "reshape", shape: [-1, -1] },
    { type: "clip", min: 1, max: 0 },
    { type: "scale", factor: "2" },
    { type: "norm" },
  ])("%j does not fit the contract", (transform) => {
    expect(Transform.safeParse(transform).success).toBe(false);
  });
});
