import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { account } from "../memory/account.ts";
import type { Data } from "../tensor/dtype.ts";
import { type ByteOrder, type ElementType, elementTypes, InexactInteger, readElements } from "./elements.ts";

/** The bytes of a file, for which memory is charged before it is taken. */
export function chargedFile(path: string): Buffer {
  account().charge(statSync(path).size);
  return readFileSync(path);
}

/** The beginning of a file: so many bytes, or fewer where it has fewer. */
export function beginningOf(path: string, bytes: number): Buffer {
  const start = Buffer.alloc(Math.min(bytes, statSync(path).size));
  return start.subarray(0, readAt(path, start, 0));
}

/** So many bytes of a file from a place on, or fewer where it ends before. */
export function bytesAt(path: string, position: number, bytes: number): Buffer {
  const part = Buffer.alloc(bytes);
  return part.subarray(0, readAt(path, part, position));
}

/** Numbers that lie in a file one after another. */
export interface Stored {
  readonly path: string;
  readonly type: ElementType;
  readonly order: ByteOrder;
  readonly begin: number;
  readonly count: number;
}

/** Elements that are read at once. */
const partElements = 2 ** 18;

/** The numbers a part at a time. Throws InexactInteger. */
export function* storedParts({ path, type, order, begin, count }: Stored): Generator<Data> {
  const { bytes } = elementTypes[type];
  for (let at = 0; at < count; at += partElements) {
    const part = Buffer.alloc(bytes * Math.min(partElements, count - at));
    readAt(path, part, begin + at * bytes);
    try {
      yield readElements(part, type, order);
    } catch (error) {
      throw error instanceof InexactInteger ? new InexactInteger(at + error.at, error.value) : error;
    }
  }
}

function readAt(path: string, into: Buffer, position: number): number {
  const file = openSync(path, "r");
  try {
    return readSync(file, into, 0, into.length, position);
  } finally {
    closeSync(file);
  }
}
