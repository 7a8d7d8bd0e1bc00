import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dtypes, type DType } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { encodedPieces, encodeTensor, shortestText } from "../../src/request/encode.ts";
import { settle } from "../../src/request/settle.ts";
import { decodeTensor } from "../../src/request/tensor.ts";
import { encodings } from "../../src/request/values.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const element: Readonly<Record<DType, fc.Arbitrary<number>>> = {
  float64: fc.double(),
  float32: fc.float(),
  int64: fc.maxSafeInteger(),
  int32: fc.integer(),
  bool: fc.constantFrom(0, 1),
};

const tensors: fc.Arbitrary<Tensor> = fc
  .record({ dtype: fc.constantFrom(...dtypes), shape: fc.array(fc.nat(3), { maxLength: 4 }) })
  .chain(({ dtype, shape }) => {
    const size = sizeOf(shape);
    return fc.array(element[dtype], { minLength: size, maxLength: size }).map((numbers) => tensorOf(dtype, shape, numbers));
  });

/** Through JSON, as it travels. JSON's writer has no negative zero. */
const travelled = (tensor: Tensor, encoding: (typeof encodings)[number]): Tensor => {
  const json = JSON.parse(JSON.stringify(encodeTensor(tensor, encoding))) as unknown;
  return settle(decodeTensor(json, "/x"), tensor.dtype, "/x");
};

describe("what is encoded decodes to the same tensor", () => {
  test.each(["flat", "base64"] as const)("%s", (encoding) => {
    fc.assert(
      fc.property(tensors, (tensor) => {
        const back = travelled(tensor, encoding);
        expect(back.shape).toEqual(tensor.shape);
        expect(back.data).toEqual(encoding === "base64" ? tensor.data : tensor.data.map((number) => number + 0));
      }),
    );
  });

  test("list, but for the axes inside an empty one", () => {
    fc.assert(
      fc.property(tensors, (tensor) => {
        const back = travelled(tensor, "list");
        const empty = tensor.shape.indexOf(0);
        expect(back.shape).toEqual(empty < 0 ? tensor.shape : tensor.shape.slice(0, empty + 1));
        expect(back.data).toEqual(tensor.data.map((number) => number + 0));
      }),
    );
  });
});

describe("answers", () => {
  test("a list: numbers as they are, the rest as text, booleans as booleans", () => {
    expect(encodeTensor(tensorOf("float64", [], [9]), "list")).toBe(9);
    expect(encodeTensor(tensorOf("bool", [], [1]), "list")).toBe(true);
    expect(encodeTensor(tensorOf("float64", [2, 2], [1, nan, infinity, -infinity]), "list")).toEqual([
      [1, "NaN"],
      ["Infinity", "-Infinity"],
    ]);
    expect(encodeTensor(tensorOf("float64", [2, 0], []), "list")).toEqual([[], []]);
    expect(encodeTensor(tensorOf("float64", [0, 2], []), "list")).toEqual([]);
    expect(encodeTensor(tensorOf("int64", [2, 1, 2], [1, 2, 3, 4]), "list")).toEqual([[[1, 2]], [[3, 4]]]);
  });

  test("flat and base64 say shape and dtype", () => {
    const tensor = tensorOf("float32", [2, 1], [0.5, nan]);
    expect(encodeTensor(tensor, "flat")).toEqual({ shape: [2, 1], dtype: "float32", data: [0.5, "NaN"] });
    expect(encodeTensor(tensor, "base64")).toEqual({ shape: [2, 1], dtype: "float32", base64: "AAAAPwAAwH8=" });
    expect(encodeTensor(tensorOf("int64", [1], [-2]), "base64")).toEqual({ shape: [1], dtype: "int64", base64: "/v////////8=" });
  });
});

test("every NaN is written as the same bytes, whichever the processor makes", () => {
  const bits = BigUint64Array.of(0x7ff8000000000000n, 0xfff8000000000000n, 0x7ff8000000000001n);
  const strange: Tensor = { dtype: "float64", shape: [3], data: new Float64Array(bits.buffer) };
  expect(encodeTensor(strange, "base64")).toEqual(encodeTensor(tensorOf("float64", [3], [nan, nan, nan]), "base64"));
});

describe("tensors of any size are written piece by piece", () => {
  const shapes = [
    [],
    [0],
    [7],
    [6144],
    [6145],
    [20_001],
    [10_000, 2],
    [2, 10_000],
    [3, 1, 7000],
    [7000, 1, 0],
    [0, 7000],
    [5, 3, 2000],
    [1, 1, 9999],
  ];

  test.each(shapes.flatMap((shape) => encodings.map((encoding) => [shape, encoding] as const)))("%j as %s", (shape, encoding) => {
    for (const dtype of dtypes) {
      const data = Array.from({ length: sizeOf(shape) }, (_, at) => (dtype === "bool" ? at % 2 : dtype === "float64" ? at / 7 : at));
      if (dtype === "float64" && data.length > 1) data[data.length - 1] = nan;
      const tensor = tensorOf(dtype, shape, data);
      const pieces = [...encodedPieces(tensor, encoding)];
      expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(200_000);
      expect(pieces.join("") === JSON.stringify(encodeTensor(tensor, encoding))).toBe(true);
    }
  });

  test.each(shapes.flatMap((shape) => encodings.map((encoding) => [shape, encoding] as const)))(
    "%j as %s is never shorter than it is said to be",
    (shape, encoding) => {
      for (const dtype of dtypes) {
        const tensor = tensorOf(dtype, shape, new Array<number>(sizeOf(shape)).fill(dtype === "bool" ? 1 : 0));
        expect(shortestText(tensor, encoding)).toBe(JSON.stringify(encodeTensor(tensor, encoding)).length);
      }
    },
  );
});
