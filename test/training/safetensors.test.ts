import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/training/safetensors.ts";
import { allocate, dtypes } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import "../support/close.ts";
import { problemOf } from "../support/problems.ts";

const golden = (name: string): Buffer => readFileSync(new URL(`../goldens/${name}`, import.meta.url));

/** A file with this header and so many bytes of data. */
function file(header: string | Uint8Array, data: number | Uint8Array = 0): Buffer {
  const text = Buffer.from(header as string);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, typeof data === "number" ? Buffer.alloc(data) : data]);
}

describe("the file of the format's own library", () => {
  const bytes = golden("safetensors.safetensors");
  const { tensors, metadata } = decodeSafetensors(bytes);

  test("is read", () => {
    expect(metadata).toEqual({ note: 'θ "quoted"' });
    expect([...tensors.keys()]).toEqual(["10", "2", "0.bias", "0.weight", "nothing", "权重", 'ﬁ "quoted\\\n', "😀", "index", "mask"]);
    const expected: Record<string, Tensor> = {
      "0.weight": tensorOf("float64", [2, 3], [0.5, -0.25, 1 / 3, 1e300, 5e-324, -0]),
      "0.bias": tensorOf("float64", [2], [Number.NaN, Number.POSITIVE_INFINITY]),
      "10": tensorOf("int64", [4], [2 ** 53, -(2 ** 53), 0, -1]),
      "2": tensorOf("int64", [], [7]),
      权重: tensorOf("float32", [3, 2, 1], [0, 1 / 7, 2 / 7, 3 / 7, 4 / 7, 5 / 7]),
      index: tensorOf("int32", [2], [-(2 ** 31), 2 ** 31 - 1]),
      mask: tensorOf("bool", [3], [1, 0, 1]),
      nothing: tensorOf("float64", [0, 3], []),
    };
    for (const [name, tensor] of Object.entries(expected)) {
      const found = tensors.get(name);
      expect(found?.dtype, name).toBe(tensor.dtype);
      expect(found).toBeNear(tensor);
    }
    expect(Object.is(tensors.get("0.weight")?.data[5], -0)).toBe(true);
  });

  test("is written again with the same bytes, in whatever order the tensors come", () => {
    expect(Buffer.from(encodeSafetensors(tensors, metadata)).equals(bytes)).toBe(true);
    expect(Buffer.from(encodeSafetensors(new Map([...tensors].toReversed()), metadata)).equals(bytes)).toBe(true);
  });

  test("is read from any place in memory", () => {
    const moved = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3);
    for (const [name, tensor] of decodeSafetensors(moved).tensors) expect(tensor).toBeNear(tensors.get(name) as Tensor);
  });
});

test("types that Adjoint does not have are widened", () => {
  const { tensors } = decodeSafetensors(golden("safetensors-widened.safetensors"));
  const expected: Record<string, Tensor> = {
    F16: tensorOf("float32", [4], [1.5, 2 ** -24, 65504, Number.NEGATIVE_INFINITY]),
    BF16: tensorOf("float32", [3], [1, -2.5, 3.3895313892515355e38]),
    I16: tensorOf("int32", [2], [-32768, 32767]),
    I8: tensorOf("int32", [2], [-128, 127]),
    U8: tensorOf("int32", [2], [0, 255]),
    U16: tensorOf("int32", [2], [0, 65535]),
    U32: tensorOf("int64", [2], [0, 2 ** 32 - 1]),
    U64: tensorOf("int64", [2], [0, 2 ** 53]),
  };
  expect(tensors.size).toBe(8);
  for (const [name, tensor] of Object.entries(expected)) {
    expect(tensors.get(name)?.dtype, name).toBe(tensor.dtype);
    expect(tensors.get(name)).toBeNear(tensor);
  }
});

test("any tensors come back as they were, and start where every type may start", () => {
  const name = fc.string({ unit: "grapheme", maxLength: 5 }).filter((text) => !text.startsWith("__"));
  const tensor = fc
    .record({ dtype: fc.constantFrom(...dtypes), shape: fc.array(fc.nat(3), { maxLength: 3 }), seed: fc.integer() })
    .map(({ dtype, shape, seed }): Tensor => {
      const data = allocate(dtype, sizeOf(shape));
      for (let at = 0; at < data.length; at++) data[at] = dtype === "bool" ? (seed + at) & 1 : seed * (at + 1);
      return { dtype, shape, data };
    });
  fc.assert(
    fc.property(fc.array(fc.tuple(name, tensor)), fc.dictionary(name, fc.string()), (entries, metadata) => {
      const tensors = new Map(entries);
      const bytes = encodeSafetensors(tensors, metadata);
      expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
      const read = decodeSafetensors(bytes);
      expect(read.metadata).toEqual({ ...metadata });
      expect(read.tensors.size).toBe(tensors.size);
      for (const [name, tensor] of tensors) expect(read.tensors.get(name)).toEqual(tensor);
    }),
  );
});

describe("a malformed file is refused, with the byte", () => {
  const entry = (begin: number, end: number, shape = "[1]", dtype = "F64"): string =>
    `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;
  const integer = Buffer.alloc(16);
  integer.writeBigInt64LE(-(2n ** 53n) - 1n, 8);

  test.each<[what: string, bytes: Uint8Array, byte: number, sentence: RegExp]>([
    ["nothing", Buffer.alloc(0), 0, /the file has 0/],
    ["too short for a length", Buffer.alloc(7), 0, /the file has 7/],
    ["a header beyond the file", file("{}").subarray(0, 9), 0, /said to have 2 bytes, and only 1 follow/],
    ["a header beyond the limit", Buffer.from([0, 0, 0, 0, 0, 0, 0, 0x7f, 0x7b, 0x7d]), 0, /longer than the 100000000/],
    ["a header that begins with a space", file(" {}"), 8, /does not begin with {/],
    ["a list", file("[]"), 8, /does not begin with {/],
    ["no UTF-8", file(Buffer.from([0x7b, 0xff, 0x7d])), 8, /not valid UTF-8/],
    ["no JSON", file(`{"θ":{},}`), 17, /expected a member's name/],
    ["a name that stands twice", file(`{"a":${entry(0, 8)},"\\u0061":${entry(8, 16)}}`, 16), 62, /"a" stands there for the second time/],
    ["a member that stands twice", file(`{"a":{"dtype":"F64","shape":[],"shape":[1],"data_offsets":[0,8]}}`, 8), 39, /"shape" stands/],
    ["__proto__", file(`{"__proto__":${entry(0, 8)}}`, 8), 9, /may not have this name/],
    ["no dtype", file(`{"a":{"shape":[],"data_offsets":[0,8]}}`, 8), 9, /"a": at \/dtype: This member is missing/],
    ["a tensor that is a number", file(`{"a":1}`, 8), 9, /"a": Expected an object, found 1/],
    ["a negative size", file(`{"a":${entry(0, 8, "[-1]")}}`, 8), 9, /at \/shape\/0: Expected at least 0/],
    ["an unknown dtype", file(`{"a":${entry(0, 8, "[1]", "F8_E4M3")}}`, 8), 9, /the dtype F8_E4M3 is none of F64/],
    ["offsets that do not go with the shape", file(`{"a":${entry(0, 8, "[2]")}}`, 8), 9, /takes 16 bytes, and its offsets hold 8/],
    ["a shape beyond all memory", file(`{"a":${entry(0, 8, "[4294967296,4294967296,4294967296]")}}`, 8), 9, /offsets hold 8/],
    ["offsets that go backward", file(`{"a":${entry(8, 0)}}`, 8), 9, /offsets hold -8/],
    [
      "an overlap",
      file(`{"a":${entry(0, 8)},"b":${entry(4, 12)}}`.padEnd(112), 12),
      124,
      /"b" overlaps the tensor before it, which ends at byte 128/,
    ],
    ["a gap", file(`{"a":${entry(0, 8)},"b":${entry(9, 17)}}`.padEnd(112), 17), 128, /up to 129, where "b" begins/],
    ["a gap at the start", file(`{"a":${entry(4, 12)}}`.padEnd(112), 12), 120, /up to 124/],
    ["a tensor beyond the file", file(`{"a":${entry(0, 8)}}`.padEnd(112), 7), 120, /ends at byte 128, and the file has 127/],
    ["bytes at the end", file(`{"a":${entry(0, 8)}}`.padEnd(112), 9), 128, /last 1 bytes/],
    ["metadata that is no text", file(`{"__metadata__":{"a":1}}`), 9, /at \/a: Expected a string/],
    [
      "an integer beyond doubles",
      file(`{"a":${entry(0, 16, "[2]", "I64")}}`.padEnd(112), integer),
      128,
      /-9007199254740993 cannot be kept/,
    ],
  ])("%s", (_what, bytes, byte, sentence) => {
    const { code, detail } = problemOf(() => decodeSafetensors(bytes));
    expect(code).toBe("invalid_dataset");
    expect(detail).toContain(`at byte ${byte}: `);
    expect(detail).toMatch(sentence);
  });

  test("a header cut anywhere, or with any byte changed, is read or refused", () => {
    const bytes = golden("safetensors.safetensors");
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const broken = cut ? bytes.subarray(0, at) : Buffer.from(bytes);
        if (!cut) broken[at] = byte;
        try {
          decodeSafetensors(broken);
          expect(cut).toBe(false);
        } catch (error) {
          expect(error).toMatchObject({ code: "invalid_dataset" });
        }
      }),
    );
  });
});
