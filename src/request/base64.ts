import { endianness } from "node:os";
import { account } from "../memory/account.ts";
import { allocate, bytesPerElement, type Data, type DType } from "../tensor/dtype.ts";
import { formatShape, type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Problem } from "../problems/problems.ts";

const isBigEndian = endianness() === "BE";

/** The numbers of a row-major, little-endian base64 text, in storage of their dtype. */
export function decodeBase64(text: string, dtype: DType, shape: Shape, pointer: string): Data {
  const size = sizeOf(shape);
  const wanted = size * bytesPerElement[dtype];
  const refuse = (detail: string): Problem => new Problem("invalid_tensor", detail, [{ pointer, detail }]);
  const held = byteLengthOf(text);
  if (held !== wanted) {
    throw refuse(`The base64 holds ${held} bytes, but shape ${formatShape(shape)} of ${dtype} has ${wanted}`);
  }
  account().charge(dtype === "int64" ? 2 * wanted : wanted);
  const data = dtype === "int64" ? new BigInt64Array(size) : allocate(dtype, size);
  const bytes = Buffer.from(data.buffer);
  // A character that is not of the alphabet is skipped, and then the bytes do not come to the right number.
  if (bytes.write(text, "base64") !== wanted) throw refuse("The base64 contains characters that are not of its alphabet");
  if (isBigEndian) swapBytes(bytes, bytesPerElement[dtype]);
  if (data instanceof BigInt64Array) return doublesOf(data, refuse);
  if (dtype === "bool" && data.some((byte) => byte > 1)) throw refuse("A byte of a bool tensor is 0 or 1");
  return data;
}

/** The numbers of a tensor as little-endian base64; int64 takes eight bytes each. */
export function encodeBase64({ data, dtype }: Tensor): string {
  const stored = dtype === "int64" ? BigInt64Array.from(data as Float64Array, BigInt) : withOneNaN(data);
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  if (!isBigEndian) return bytes.toString("base64");
  const copy = Buffer.from(bytes);
  swapBytes(copy, bytesPerElement[dtype]);
  return copy.toString("base64");
}

/** The same numbers with every NaN the same: which of them arithmetic gives is up to the processor. */
export function withOneNaN(data: Data): Data {
  const isNaN = (x: number): boolean => Number.isNaN(x);
  return data.some(isNaN) ? data.map((x) => (isNaN(x) ? Number.NaN : x)) : data;
}

/** How many bytes a base64 text stands for, with or without its padding. */
function byteLengthOf(text: string): number {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return Math.floor(((text.length - padding) * 3) / 4);
}

function doublesOf(integers: BigInt64Array, refuse: (detail: string) => Problem): Float64Array {
  const doubles = new Float64Array(integers.length);
  for (let at = 0; at < integers.length; at++) {
    const value = Number(integers[at]);
    if (Math.abs(value) > 2 ** 53) throw refuse(`Element ${at} is ${integers[at]}; integers are exact only between -2^53 and 2^53`);
    doubles[at] = value;
  }
  return doubles;
}

function swapBytes(bytes: Buffer, size: number): void {
  if (size === 8) bytes.swap64();
  else if (size === 4) bytes.swap32();
}
