import type { Shape } from "../../tensor/shape.ts";
import type { ByteOrder, ElementType } from "../elements.ts";
import { fault } from "./parsed.ts";
import { type PythonLiteral, NoLiteral, pythonLiteral, Tuple } from "./python-literal.ts";

export const npyMagic = Buffer.from("\x93NUMPY", "latin1");

/** Magic, version and the length of the header, which takes two bytes more from version 2 on. */
const shortestStart = 12;

/** The longest header that is read, in bytes; those of arrays of numbers have about 120. */
const longestHeader = 2 ** 16;

/** So much of a file holds its header. */
export const mostHeaderBytes = shortestStart + longestHeader;

/** Every way in which NumPy names a type of numbers: by kind and bytes, by one character, and by words. */
const types: ReadonlyMap<string, ElementType> = new Map([
  ...(["f8", "d", "float64", "double", "float"] as const).map((name) => [name, "float64"] as const),
  ...(["f4", "f", "float32", "single"] as const).map((name) => [name, "float32"] as const),
  ...(["f2", "e", "float16", "half"] as const).map((name) => [name, "float16"] as const),
  ...(["i8", "q", "l", "int64", "longlong", "long", "int", "int_"] as const).map((name) => [name, "int64"] as const),
  ...(["u8", "Q", "L", "uint64", "ulonglong", "ulong", "uint"] as const).map((name) => [name, "uint64"] as const),
  ...(["i4", "i", "int32", "intc"] as const).map((name) => [name, "int32"] as const),
  ...(["u4", "I", "uint32", "uintc"] as const).map((name) => [name, "uint32"] as const),
  ...(["i2", "h", "int16", "short"] as const).map((name) => [name, "int16"] as const),
  ...(["u2", "H", "uint16", "ushort"] as const).map((name) => [name, "uint16"] as const),
  ...(["i1", "b", "int8", "byte"] as const).map((name) => [name, "int8"] as const),
  ...(["u1", "B", "uint8", "ubyte"] as const).map((name) => [name, "uint8"] as const),
  ...(["b1", "?", "bool", "bool_"] as const).map((name) => [name, "bool"] as const),
]);

/** Types that are not read, by how they are named, with what to do. */
const unread: readonly (readonly [RegExp, string])[] = [
  [/^(?:O\d*|object_?)$/, "pickled objects are not read: save an array of numbers"],
  [
    /^(?:c\d+|F|D|G|complex\d*|csingle|cdouble)$/,
    "complex numbers are not read: save their real and imaginary parts as arrays of their own",
  ],
  [/^(?:M8?|datetime64)(?:\[.*\])?$/, "dates are not read: save them as numbers, such as with astype('int64')"],
  [/^(?:m8?|timedelta64)(?:\[.*\])?$/, "spans of time are not read: save them as numbers, such as with astype('float64')"],
  [/^(?:[USa]\d*|str\d*_?|bytes\d*_?)$/, "texts are not read: number the classes, as np.unique(x, return_inverse=True) does"],
  [/^(?:V\d*|void\d*)$/, "raw bytes are not read: save an array of numbers"],
  [/^(?:f16|f12|g|longdouble|float128|float96)$/, "numbers of more than 64 bits are not read: save them as float64"],
];

/** What the header of an array says. */
export interface NpyHeader {
  readonly type: ElementType;
  readonly order: ByteOrder;
  readonly isFortran: boolean;
  readonly shape: Shape;
  readonly dataStart: number;
}

/** The header of a file in NumPy's format, versions 1 to 3, whose first bytes these are. `at` tells where a byte is. Throws invalid_dataset. */
export function npyHeader(bytes: Buffer, fileBytes: number, at: (byte: number) => string): NpyHeader {
  if (!bytes.subarray(0, npyMagic.length).equals(npyMagic)) throw fault(at(0), "the file does not begin as NumPy's do");
  if (bytes.length < shortestStart) throw fault(at(npyMagic.length), "the file ends inside its header");
  const [major, minor] = [bytes[6], bytes[7]];
  if (major < 1 || major > 3 || minor !== 0) throw fault(at(6), `the format's version ${major}.${minor} is not 1.0, 2.0 or 3.0`);
  const lengthBytes = major === 1 ? 2 : 4;
  const textStart = 8 + lengthBytes;
  const dataStart = textStart + bytes.readUIntLE(8, lengthBytes);
  if (dataStart - textStart > longestHeader)
    throw fault(at(8), `a header of ${dataStart - textStart} bytes is longer than ${longestHeader}`);
  if (fileBytes < dataStart) throw fault(at(8), `the header is said to end at byte ${dataStart}, and the file has ${fileBytes}`);
  const text = bytes.toString(major === 3 ? "utf8" : "latin1", textStart, dataStart);
  const refuse = (what: string): Error => fault(at(textStart), what);
  const members = membersOf(text, refuse);
  return { ...typeOf(members.get("descr"), refuse), ...layoutOf(members, refuse), dataStart };
}

type Refuse = (what: string) => Error;

const names = ["descr", "fortran_order", "shape"];

function membersOf(text: string, refuse: Refuse): ReadonlyMap<string, PythonLiteral> {
  let header: PythonLiteral;
  try {
    header = pythonLiteral(text);
  } catch (error) {
    if (!(error instanceof NoLiteral)) throw error;
    throw refuse(`the header is no literal of Python: ${error.message}`);
  }
  if (!(header instanceof Map)) throw refuse("the header is not a dictionary");
  const members: ReadonlyMap<string, PythonLiteral> = header;
  const missing = names.find((name) => !members.has(name));
  if (missing !== undefined) throw refuse(`the header has no ${missing}${missing === "descr" ? ", which says the type" : ""}`);
  const other = [...members.keys()].find((name) => !names.includes(name));
  if (other !== undefined) throw refuse(`the header has ${JSON.stringify(other)}, which NumPy does not know`);
  return members;
}

function typeOf(descr: PythonLiteral | undefined, refuse: Refuse): Pick<NpyHeader, "type" | "order"> {
  if (Array.isArray(descr)) throw refuse("arrays with named fields are not read: save each field as an array of its own");
  if (descr instanceof Tuple) throw refuse("types with shapes or names of their own are not read: save a plain array of numbers");
  if (typeof descr !== "string") throw refuse("the header's descr, which says the type, is not a text");
  const [, sign, code] = /^([<>|=]?)(.*)$/s.exec(descr) ?? ["", "", descr];
  const reason = unread.find(([pattern]) => pattern.test(code))?.[1];
  if (reason !== undefined) throw refuse(reason);
  const type = types.get(code);
  // Words stand without an order of bytes.
  if (type === undefined || (sign !== "" && code.length > 2)) {
    throw refuse(
      `the type ${JSON.stringify(descr.slice(0, 40))} is none that is read: float64, float32, float16, integers of 8 to 64 bits and bool`,
    );
  }
  return { type, order: sign === ">" ? "big" : "little" };
}

function layoutOf(members: ReadonlyMap<string, PythonLiteral>, refuse: Refuse): Pick<NpyHeader, "isFortran" | "shape"> {
  const isFortran = members.get("fortran_order");
  if (typeof isFortran !== "boolean") throw refuse("the header's fortran_order is not True or False");
  const shape = members.get("shape");
  if (!(shape instanceof Tuple)) throw refuse("the header's shape is not a tuple");
  const sizes = shape.items.filter((size): size is number => typeof size === "number" && Number.isSafeInteger(size) && size >= 0);
  if (sizes.length < shape.items.length) throw refuse("the header's shape has something else than sizes in it");
  return { isFortran, shape: sizes };
}
