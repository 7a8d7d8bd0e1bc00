import { endianness } from "node:os";
import { bytesPerElement, type Data, type DType } from "../tensor/dtype.ts";
import { formatShape, indexAt, type Shape } from "../tensor/shape.ts";
import { withOneNaN } from "../request/base64.ts";

/** The types of numbers that files hold, and the dtype that each is kept as: the narrowest of ours that has room for it. */
export const elementTypes = Object.freeze({
  float64: { bytes: 8, dtype: "float64" },
  float32: { bytes: 4, dtype: "float32" },
  float16: { bytes: 2, dtype: "float32" },
  bfloat16: { bytes: 2, dtype: "float32" },
  int64: { bytes: 8, dtype: "int64" },
  uint64: { bytes: 8, dtype: "int64" },
  int32: { bytes: 4, dtype: "int32" },
  uint32: { bytes: 4, dtype: "int64" },
  int16: { bytes: 2, dtype: "int32" },
  uint16: { bytes: 2, dtype: "int32" },
  int8: { bytes: 1, dtype: "int32" },
  uint8: { bytes: 1, dtype: "int32" },
  bool: { bytes: 1, dtype: "bool" },
} satisfies Record<string, { bytes: number; dtype: DType }>);

export type ElementType = keyof typeof elementTypes;
export type ByteOrder = "little" | "big";

const ownOrder: ByteOrder = endianness() === "LE" ? "little" : "big";

/** An integer of a file that a double cannot hold. */
export class InexactInteger extends Error {
  override readonly name = "InexactInteger";
  /** Which element it is. */
  readonly at: number;
  readonly value: bigint;

  constructor(at: number, value: bigint) {
    super(`${value} cannot be kept: integers are exact only between -2^53 and 2^53`);
    this.at = at;
    this.value = value;
  }
}

/** Where an element of rows stands, for people. */
export function elementPlace(at: number, shape: Shape): string {
  const [row = 0, ...within] = indexAt(at, shape);
  if (within.length === 0) return `row ${row}`;
  return within.length === 1 ? `row ${row}, column ${within[0]}` : `row ${row}, at ${formatShape(within)}`;
}

/**
 * The numbers that bytes of a file hold, in storage of their type's dtype. The result is a view of the bytes where they are in storage
 * form and aligned, else it is new. Throws InexactInteger.
 */
export function readElements(bytes: Uint8Array, type: ElementType, order: ByteOrder): Data {
  const own = inOwnOrder(bytes, elementTypes[type].bytes, order);
  const { buffer, byteOffset } = own;
  const length = own.byteLength / elementTypes[type].bytes;
  switch (type) {
    case "float64":
      return new Float64Array(buffer, byteOffset, length);
    case "float32":
      return new Float32Array(buffer, byteOffset, length);
    case "float16":
      return new Float32Array(new Float16Array(buffer, byteOffset, length));
    case "bfloat16":
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer, byteOffset, length), (half) => half << 16).buffer);
    case "int64":
      return exactDoubles(new BigInt64Array(buffer, byteOffset, length));
    case "uint64":
      return exactDoubles(new BigUint64Array(buffer, byteOffset, length));
    case "int32":
      return new Int32Array(buffer, byteOffset, length);
    case "uint32":
      return new Float64Array(new Uint32Array(buffer, byteOffset, length));
    case "int16":
      return new Int32Array(new Int16Array(buffer, byteOffset, length));
    case "uint16":
      return new Int32Array(new Uint16Array(buffer, byteOffset, length));
    case "int8":
      return new Int32Array(new Int8Array(buffer, byteOffset, length));
    case "uint8":
      return new Int32Array(own);
    case "bool":
      return own.map((byte) => (byte === 0 ? 0 : 1));
  }
}

/** Bytes that `readElements` takes beside those of the file: none where its result is a view. */
export function bytesToRead(type: ElementType, count: number): number {
  const { dtype } = elementTypes[type];
  const isStored = dtype === type && type !== "int64" && type !== "bool";
  return isStored ? 0 : count * bytesPerElement[dtype];
}

/** The numbers as little-endian bytes; int64 takes eight each, and every NaN is the same. May be a view. */
export function writeElements(data: Data, dtype: DType): Uint8Array {
  const stored = dtype === "int64" ? BigInt64Array.from(data as Float64Array, BigInt) : withOneNaN(data);
  const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  return ownOrder === "little" ? bytes : swapped(bytes, stored.BYTES_PER_ELEMENT);
}

/** The bytes at a place that suits their type, in the order of this machine. */
function inOwnOrder(bytes: Uint8Array, size: number, order: ByteOrder): Uint8Array<ArrayBuffer> {
  if (size > 1 && order !== ownOrder) return swapped(bytes, size);
  const isAligned = bytes.byteOffset % size === 0 && bytes.buffer instanceof ArrayBuffer;
  return isAligned ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

function swapped(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  const view = Buffer.from(copy.buffer);
  if (size === 8) view.swap64();
  else if (size === 4) view.swap32();
  else if (size === 2) view.swap16();
  return copy;
}

const greatest = 2n ** 53n;

function exactDoubles(integers: BigInt64Array | BigUint64Array): Float64Array {
  const doubles = new Float64Array(integers.length);
  for (let at = 0; at < integers.length; at++) {
    const integer = integers[at];
    if (integer > greatest || integer < -greatest) throw new InexactInteger(at, integer);
    doubles[at] = Number(integer);
  }
  return doubles;
}
