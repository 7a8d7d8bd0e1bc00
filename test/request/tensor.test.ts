import { describe, expect, test } from "vitest";
import { defaultLimits } from "../../src/request/limits.ts";
import { settle } from "../../src/request/settle.ts";
import { decodeTensor } from "../../src/request/tensor.ts";
import { faultOf, problemOf } from "../support/problems.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const base64 = (bytes: ArrayBufferView): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");

describe("decoding", () => {
  test.each([
    [2.5, [], "real", [2.5]],
    [-3, [], "whole", [-3]],
    ["NaN", [], "real", [nan]],
    [true, [], "bool", [1]],
    [[], [0], "whole", []],
    [[[], []], [2, 0], "whole", []],
    [[[[]], [[]]], [2, 1, 0], "whole", []],
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [2, 3],
      "whole",
      [1, 2, 3, 4, 5, 6],
    ],
    [[1, "Infinity", "-Infinity"], [3], "real", [1, infinity, -infinity]],
    [[[true], [false]], [2, 1], "bool", [1, 0]],
    [2 ** 53, [], "real", [2 ** 53]],
  ])("%j has shape %j and %s numbers", (json, shape, kind, numbers) => {
    const given = decodeTensor(json, "/x");
    expect(given).toMatchObject({ shape, kind, dtype: null });
    expect([...given.data]).toEqual(numbers);
  });

  test.each([
    [{ shape: [2, 2], data: [1, 2, 3, 4] }, [2, 2], null],
    [
      {
        shape: [2, 2],
        dtype: "float32",
        data: [
          [1, 2],
          [3, 4],
        ],
      },
      [2, 2],
      "float32",
    ],
    [
      {
        data: [
          [1, 2],
          [3, 4],
        ],
      },
      [2, 2],
      null,
    ],
    [{ shape: [], dtype: "int64", data: 7 }, [], "int64"],
    [{ shape: [], data: [7] }, [], null],
    [{ shape: [2, 0], data: [] }, [2, 0], null],
    [{ shape: [2, 0], data: [[], []] }, [2, 0], null],
    [{ shape: [0, 3], data: [] }, [0, 3], null],
    [{ shape: [1, 1, 2], dtype: "bool", data: [true, false] }, [1, 1, 2], "bool"],
  ])("the object %j", (json, shape, dtype) => {
    expect(decodeTensor(json, "/x")).toMatchObject({ shape, dtype });
  });

  test.each([
    ["float64", new Float64Array([1.5, nan, -0])],
    ["float32", new Float32Array([1.5, infinity, 0.1])],
    ["int32", new Int32Array([-1, 2 ** 31 - 1, 0])],
    ["bool", new Uint8Array([1, 0, 1])],
  ])("base64 of %s", (dtype, data) => {
    expect(decodeTensor({ shape: [3], dtype, base64: base64(data) }, "/x")).toMatchObject({ shape: [3], dtype, data });
    expect(decodeTensor({ shape: [3], dtype, base64: base64(data).replaceAll("=", "") }, "/x").data).toEqual(data);
  });

  test("base64 of int64 takes eight bytes each", () => {
    const data = new BigInt64Array([-(2n ** 53n), 2n ** 53n, 5n]);
    expect([...decodeTensor({ shape: [3], dtype: "int64", base64: base64(data) }, "/x").data]).toEqual([-(2 ** 53), 2 ** 53, 5]);
  });

  test("a million elements, the last of which is wrong", () => {
    const rows = Array.from({ length: 1000 }, () => new Array<unknown>(1000).fill(1));
    rows[999][999] = null;
    expect(faultOf(() => decodeTensor(rows, "/inputs/x"))).toMatchObject({ code: "invalid_tensor", pointer: "/inputs/x/999/999" });
  });
});

describe("what cannot be decoded", () => {
  const bytes = base64(new Float64Array(2));
  test.each([
    [null, "/x", 'written "NaN"'],
    ["one", "/x", 'the text "one"'],
    [[1, [2]], "/x/1", "ragged"],
    [[[1], 2], "/x/1", "ragged"],
    [[[1, 2], [3]], "/x/1", "expected a list of 2 as before it, found a list of 1"],
    [
      [
        [[1], [2]],
        [[3], [4, 5]],
      ],
      "/x/1/1",
      "ragged",
    ],
    [[[], [1]], "/x/1", "ragged"],
    [[1, 2, "x"], "/x/2", "expected a number"],
    [[1, true], "/x/1", "found true"],
    [[true, 1], "/x/1", "expected true or false"],
    [[{}], "/x/0", "found an object"],
    [{ shape: [2] }, "/x", "data or in base64"],
    [{ shape: [1], data: [1], base64: "" }, "/x", "one of the two"],
    [{ shape: [3], data: [1, 2] }, "/x/data", "[2]"],
    [{ shape: [2, 2], data: [1, 2, 3] }, "/x/data", "3 elements"],
    [{ shape: [2, 2], data: [[1, 2, 3]] }, "/x/data", "[1, 3]"],
    [{ shape: [1], data: 1 }, "/x/data", "[1]"],
    [{ shape: [2, 2], data: [1, 2, [3], 4] }, "/x/data/2", "ragged"],
    [{ shape: [1, 2], data: [[1, "a"]] }, "/x/data/0/1", "expected a number"],
    [{ shape: [-1], data: [] }, "/x/shape/0", "whole number"],
    [{ shape: [1.5], data: [] }, "/x/shape/0", "whole number"],
    [{ shape: 3, data: [] }, "/x/shape", "list of sizes"],
    [{ dtype: "float64", base64: bytes }, "/x", "shape and a dtype"],
    [{ shape: [2], base64: bytes }, "/x", "shape and a dtype"],
    [{ shape: [3], dtype: "float64", base64: bytes }, "/x/base64", "16 bytes"],
    [{ shape: [2], dtype: "float64", base64: bytes.replace("A", "*") }, "/x/base64", "alphabet"],
    [{ shape: [2], dtype: "float64", base64: 7 }, "/x/base64", "text"],
    [{ shape: [1], dtype: "bool", base64: "Ag==" }, "/x/base64", "0 or 1"],
    [{ shape: [1], dtype: "int64", base64: base64(new BigInt64Array([2n ** 60n])) }, "/x/base64", "2^53"],
  ])("%j: %s, %s", (json, pointer, reason) => {
    const problem = problemOf(() => decodeTensor(json, "/x"));
    expect(problem.code).toBe("invalid_tensor");
    expect(problem.errors[0].pointer).toBe(pointer);
    expect(problem.detail.toLowerCase()).toContain(reason.toLowerCase());
  });

  test("names that are nearly right are suggested", () => {
    expect(faultOf(() => decodeTensor({ shpae: [1], data: [1] }, "/x"))).toEqual({
      code: "invalid_request",
      pointer: "/x/shpae",
      suggestion: "shape",
    });
    expect(faultOf(() => decodeTensor({ shape: [1], dtype: "float46", data: [1] }, "/x"))).toEqual({
      code: "invalid_tensor",
      pointer: "/x/dtype",
      suggestion: "float64",
    });
  });

  test("too many elements and axes, before any memory is taken", () => {
    const limits = { ...defaultLimits, elements: 3 };
    expect(faultOf(() => decodeTensor([1, 2, 3, 4], "/x", limits))).toMatchObject({ code: "tensor_too_large", pointer: "/x" });
    const claim = { shape: [2 ** 20, 2 ** 20], dtype: "float64", base64: "" };
    expect(faultOf(() => decodeTensor(claim, "/x"))).toMatchObject({ code: "tensor_too_large", pointer: "/x/shape" });
    // Nothing in it, and a million million lists to write it down.
    const hollow = { shape: [1e12, 0], dtype: "float64", data: [] };
    expect(faultOf(() => decodeTensor(hollow, "/x"))).toMatchObject({ code: "tensor_too_large", pointer: "/x/shape" });
    const deep = JSON.parse("[".repeat(40) + "]".repeat(40)) as unknown;
    expect(faultOf(() => decodeTensor(deep, "/x"))).toMatchObject({ code: "invalid_tensor", pointer: "/x" });
  });
});

describe("settling", () => {
  const settled = (json: unknown, dtype: Parameters<typeof settle>[1]) => settle(decodeTensor(json, "/x"), dtype, "/x");

  test.each([
    [[1, 2.5], "float64", new Float64Array([1, 2.5])],
    [[0.1, "NaN"], "float32", new Float32Array([0.1, nan])],
    [[1, -2], "int64", new Float64Array([1, -2])],
    [[1, -2], "int32", new Int32Array([1, -2])],
    [[1, 0], "bool", new Uint8Array([1, 0])],
    [[true, false], "bool", new Uint8Array([1, 0])],
    [{ shape: [1], dtype: "float32", data: [0.1] }, "float32", new Float32Array([0.1])],
  ] as const)("%j as %s", (json, dtype, data) => {
    expect(settled(json, dtype)).toEqual({ dtype, shape: [data.length], data });
  });

  test.each([
    [{ shape: [1], dtype: "float32", data: [1] }, "float64", "type_mismatch", "/x"],
    [{ shape: [1], dtype: "int64", data: [1] }, "int32", "type_mismatch", "/x"],
    [[true], "float64", "type_mismatch", "/x"],
    [{ shape: [2], dtype: "float64", data: [true, false] }, "float64", "type_mismatch", "/x"],
    [[[1], [2.5]], "int64", "invalid_tensor", "/x/1/0"],
    [[1, 2 ** 53], "int64", "invalid_tensor", "/x/1"],
    [{ shape: [1, 2], dtype: "int64", data: [1, "NaN"] }, "int64", "invalid_tensor", "/x/data/1"],
    [{ shape: [1, 2], dtype: "int32", data: [[1, 2 ** 31]] }, "int32", "invalid_tensor", "/x/data/0/1"],
    [[0, 2], "bool", "invalid_tensor", "/x/1"],
  ] as const)("%j as %s is %s at %s", (json, dtype, code, pointer) => {
    expect(faultOf(() => settled(json, dtype))).toMatchObject({ code, pointer });
  });
});
