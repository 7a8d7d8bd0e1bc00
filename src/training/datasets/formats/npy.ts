import { statSync } from "node:fs";
import { account } from "../../../memory/account.ts";
import { allocate, bytesPerElement, type Data } from "../../../tensor/dtype.ts";
import { type Shape, sizeOf, stridesOf } from "../../../tensor/shape.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { type ByteOrder, type ElementType, elementTypes, bytesToRead, InexactInteger, readElements } from "../../elements.ts";
import { beginningOf, storedParts } from "../../files.ts";
import { type Allowance, fault, type ParsedDataset, tooLarge } from "../parsed.ts";
import { type FileFormat, onlyTensor, wholeFile } from "./define.ts";

const magic = Buffer.from("\x93NUMPY", "latin1");

/** Magic, version and the length of the header, which takes two bytes more from version 2 on. */
const shortestStart = 12;

/** The longest header that is read, in bytes; those of arrays of numbers have about 120. */
const longestHeader = 2 ** 16;

const types: ReadonlyMap<string, ElementType> = new Map([
  ["f8", "float64"],
  ["f4", "float32"],
  ["f2", "float16"],
  ["i8", "int64"],
  ["u8", "uint64"],
  ["i4", "int32"],
  ["u4", "uint32"],
  ["i2", "int16"],
  ["u2", "uint16"],
  ["i1", "int8"],
  ["u1", "uint8"],
  ["b1", "bool"],
]);

/** What the header of an array says. */
interface Header {
  readonly type: ElementType;
  readonly order: ByteOrder;
  readonly isFortran: boolean;
  readonly shape: Shape;
  readonly dataStart: number;
}

/** The array of a file, of which a part at a time is in memory, unless its columns come first. */
function parseFile(path: string, { maxBytes }: Allowance): ParsedDataset {
  const at = (byte: number): string => `The file, byte ${byte}`;
  const header = headerOf(beginningOf(path, shortestStart + longestHeader), at);
  const { type, order, isFortran, shape, dataStart } = header;
  const count = requireSize(header, statSync(path).size, at);
  const { dtype, bytes } = elementTypes[type];
  if (count * bytesPerElement[dtype] > maxBytes) throw tooLarge(maxBytes);
  if (isFortran && shape.length > 1) return onlyTensor(parseNpy(wholeFile(path), "The file"));
  const parts = function* (): Generator<Data> {
    try {
      yield* storedParts({ path, type, order, begin: dataStart, count });
    } catch (error) {
      if (!(error instanceof InexactInteger)) throw error;
      throw fault(at(dataStart + error.at * bytes), error.message);
    }
  };
  return { tensors: [{ name: "data", dtype, shape, parts }] };
}

/** How many elements the array has. Throws where the file does not hold just as many. */
function requireSize({ type, shape, dataStart }: Header, fileBytes: number, at: (byte: number) => string): number {
  const wanted = sizeOf(shape) * elementTypes[type].bytes;
  const held = fileBytes - dataStart;
  if (held !== wanted) throw fault(at(dataStart), `shape (${shape.join(", ")}) takes ${wanted} bytes, and ${held} follow`);
  return sizeOf(shape);
}

/**
 * The array of a file in NumPy's format, versions 1 to 3, as a view of the bytes where that is possible. Pickled objects are never read.
 * `file` names the file in errors. Throws invalid_dataset with the byte.
 */
export function parseNpy(bytes: Buffer, file: string): Tensor {
  const at = (byte: number): string => `${file}, byte ${byte}`;
  const header = headerOf(bytes, at);
  const { type, order, isFortran, shape, dataStart } = header;
  const count = requireSize(header, bytes.length, at);
  const { dtype, bytes: size } = elementTypes[type];
  account().charge(bytesToRead(type, count) + (isFortran ? count * bytesPerElement[dtype] : 0));
  try {
    const tensor = { dtype, shape, data: readElements(bytes.subarray(dataStart), type, order) };
    return isFortran && shape.length > 1 ? inRowOrder(tensor) : tensor;
  } catch (error) {
    if (!(error instanceof InexactInteger)) throw error;
    throw fault(at(dataStart + error.at * size), error.message);
  }
}

function headerOf(bytes: Buffer, at: (byte: number) => string): Header {
  if (!bytes.subarray(0, magic.length).equals(magic)) throw fault(at(0), "the file does not begin as NumPy's do");
  if (bytes.length < shortestStart) throw fault(at(magic.length), "the file ends inside its header");
  const [major, minor] = [bytes[6], bytes[7]];
  if (major < 1 || major > 3) throw fault(at(6), `the format's version ${major}.${minor} is not 1, 2 or 3`);
  const lengthBytes = major === 1 ? 2 : 4;
  const textStart = 8 + lengthBytes;
  const dataStart = textStart + bytes.readUIntLE(8, lengthBytes);
  if (dataStart - textStart > longestHeader)
    throw fault(at(8), `a header of ${dataStart - textStart} bytes is longer than ${longestHeader}`);
  if (bytes.length < dataStart) throw fault(at(8), `the header is said to end at byte ${dataStart}, and the file has ${bytes.length}`);
  const text = bytes.toString(major === 3 ? "utf8" : "latin1", textStart, dataStart);
  const refuse = (what: string): Error => fault(at(textStart), what);
  return { ...typeOf(text, refuse), ...layoutOf(text, refuse), dataStart };
}

function typeOf(text: string, refuse: (what: string) => Error): Pick<Header, "type" | "order"> {
  if (/'descr'\s*:\s*\[/.test(text)) throw refuse("arrays with named fields are not read: save each field as an array of its own");
  const [, sign, code] = /'descr'\s*:\s*'([<>|=]?)([^']*)'/.exec(text) ?? [];
  if (code === undefined) throw refuse("the header has no descr, which says the type");
  if (code.startsWith("O")) throw refuse("pickled objects are not read: save an array of numbers");
  const type = types.get(code);
  if (type === undefined) throw refuse(`the type ${sign}${code} is none of ${[...types.keys()].join(", ")}`);
  return { type, order: sign === ">" ? "big" : "little" };
}

function layoutOf(text: string, refuse: (what: string) => Error): Pick<Header, "isFortran" | "shape"> {
  const [, fortran] = /'fortran_order'\s*:\s*(True|False)/.exec(text) ?? [];
  if (fortran === undefined) throw refuse("the header has no fortran_order");
  const [, sizes] = /'shape'\s*:\s*\(([\d\sL,]*)\)/.exec(text) ?? [];
  if (sizes === undefined) throw refuse("the header has no shape");
  return { isFortran: fortran === "True", shape: (sizes.match(/\d+/g) ?? []).map(Number) };
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

export const npy = {
  name: "npy",
  title: "NPY",
  begins: (start) => start.subarray(0, magic.length).equals(magic),
  hasColumns: false,
  parse: (path, _options, allowance) => parseFile(path, allowance),
} as const satisfies FileFormat;
