import { statSync } from "node:fs";
import { account } from "../../../memory/account.ts";
import { allocate, bytesPerElement, type Data } from "../../../tensor/dtype.ts";
import { sizeOf, stridesOf } from "../../../tensor/shape.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { bytesToRead, elementPlace, elementTypes, InexactInteger, readElements } from "../../elements.ts";
import { bytesAt, storedParts } from "../../files.ts";
import type { TensorSource } from "../../safetensors.ts";
import { mostHeaderBytes, type NpyHeader, npyHeader, npyMagic } from "../npy-header.ts";
import { type Allowance, fault, type ParsedDataset, tooLarge } from "../parsed.ts";
import { type FileFormat, type ReadOptions, renamed } from "./define.ts";

/** Where an array lies in NumPy's format: in memory, or in a file. `name` names it in errors. */
export type NpyPlace =
  | { readonly name: string; readonly bytes: Buffer }
  | { readonly name: string; readonly path: string; readonly begin: number; readonly size: number };

/**
 * The array that lies there. Of a file a part at a time is in memory, unless its columns come first; of bytes it is a view where that is
 * possible. Pickled objects are never read. Throws invalid_dataset with the byte, body_too_large.
 */
export function npySource(place: NpyPlace, maxBytes: number): TensorSource {
  const at = (byte: number): string => `${place.name}, byte ${byte}`;
  const size = "bytes" in place ? place.bytes.length : place.size;
  const start = "bytes" in place ? place.bytes : bytesAt(place.path, place.begin, Math.min(size, mostHeaderBytes));
  const header = npyHeader(start, size, at);
  const { type, order, isFortran, shape, dataStart } = header;
  const count = requireSize(header, size, at);
  const { dtype } = elementTypes[type];
  if (count * bytesPerElement[dtype] > maxBytes) throw tooLarge(maxBytes);
  const isInColumns = isFortran && shape.length > 1;
  if ("bytes" in place || isInColumns) {
    const { data } = told(header, at, () => wholeArray(place, header, count, isInColumns));
    return { name: "data", dtype, shape, parts: () => [data] };
  }
  const { path, begin } = place;
  const parts = function* (): Generator<Data> {
    const pieces = storedParts({ path, type, order, begin: begin + dataStart, count });
    for (let next = told(header, at, () => pieces.next()); next.done !== true; next = told(header, at, () => pieces.next()))
      yield next.value;
  };
  return { name: "data", dtype, shape, parts };
}

/** How many elements the array has. Throws where the file does not hold just as many. */
function requireSize({ type, shape, dataStart }: NpyHeader, fileBytes: number, at: (byte: number) => string): number {
  const wanted = sizeOf(shape) * elementTypes[type].bytes;
  const held = fileBytes - dataStart;
  if (held !== wanted) throw fault(at(dataStart), `shape (${shape.join(", ")}) takes ${wanted} bytes, and ${held} follow`);
  return sizeOf(shape);
}

function wholeArray(place: NpyPlace, { type, order, shape, dataStart }: NpyHeader, count: number, isInColumns: boolean): Tensor {
  const { dtype, bytes: size } = elementTypes[type];
  account().charge(bytesToRead(type, count) + (isInColumns ? count * bytesPerElement[dtype] : 0));
  if (!("bytes" in place)) account().charge(count * size);
  const bytes = "bytes" in place ? place.bytes.subarray(dataStart) : bytesAt(place.path, place.begin + dataStart, count * size);
  const tensor = { dtype, shape, data: readElements(bytes, type, order) };
  return isInColumns ? inRowOrder(tensor) : tensor;
}

/** Work that reads numbers: one that cannot be kept is told with its place. */
function told<T>({ type, shape, isFortran, dataStart }: NpyHeader, at: (byte: number) => string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InexactInteger)) throw error;
    const place = isFortran ? "" : ` (${elementPlace(error.at, shape)})`;
    throw fault(at(dataStart + error.at * elementTypes[type].bytes) + place, error.message);
  }
}

/** The numbers of a tensor whose first axis runs fastest, in the order in which its last does. */
function inRowOrder({ dtype, shape, data }: Tensor): Tensor {
  const rank = shape.length;
  // Strides of the mirrored shape, mirrored, are those of columns first.
  const strides = stridesOf(shape.toReversed()).reverse();
  const target = allocate(dtype, data.length);
  const index = new Array<number>(rank).fill(0);
  let from = 0;
  for (let to = 0; to < target.length; to++) {
    target[to] = data[from];
    for (let axis = rank - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return { dtype, shape, data: target };
}

function parseNpy(path: string, { arrays }: ReadOptions, { maxBytes }: Allowance): ParsedDataset {
  return renamed(npySource({ name: "The file", path, begin: 0, size: statSync(path).size }, maxBytes), arrays);
}

export const npy = {
  name: "npy",
  title: "NPY",
  begins: (start) => start.subarray(0, npyMagic.length).equals(npyMagic),
  options: ["arrays"],
  parse: parseNpy,
} as const satisfies FileFormat;
