/**
 * The safetensors format, version 0.7 of its specification: eight bytes that say how long the header is, the header as JSON, and the
 * tensors' bytes, which fill the rest without overlaps or gaps. What `encodeSafetensors` writes is what the format's own library writes.
 */
import { z } from "zod";
import { account } from "../memory/account.ts";
import { jsonCost } from "../request/json-cost.ts";
import { bytesPerElement, type Data, type DType } from "../tensor/dtype.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor, TensorType } from "../tensor/tensor.ts";
import { stoppingPlace } from "../request/json-scanner.ts";
import { type Problem, problem } from "../problems/problems.ts";
import { check } from "../request/validate.ts";
import { statSync } from "node:fs";
import { beginningOf, storedParts } from "./files.ts";
import { bytesToRead, elementPlace, type ElementType, elementTypes, InexactInteger, readElements, writeElements } from "./elements.ts";
import { DuplicateMember, memberPlaces } from "./member-places.ts";

type Metadata = Readonly<Record<string, string>>;

/** The length of the header stands before it. */
const lengthBytes = 8;
/** The longest header that the specification allows, in bytes. */
const longestHeader = 100_000_000;
/** Lists and objects inside one another: more than a header has, so that it is zod that says what is wrong. */
const deepestHeader = 1000;
/** Tensors are written so many elements at a time, so that converting them needs little memory. */
const pieceElements = 2 ** 18;

/** The one name that no tensor can have. */
export const metadataName = "__metadata__";

/** dtypes in the order in which the format's library writes their tensors: what needs the strictest alignment comes first. */
const writtenTypes: readonly (readonly [DType, string])[] = [
  ["int64", "I64"],
  ["float64", "F64"],
  ["float32", "F32"],
  ["int32", "I32"],
  ["bool", "BOOL"],
];

const readTypes: ReadonlyMap<string, ElementType> = new Map([
  ["F64", "float64"],
  ["F32", "float32"],
  ["F16", "float16"],
  ["BF16", "bfloat16"],
  ["I64", "int64"],
  ["U64", "uint64"],
  ["I32", "int32"],
  ["U32", "uint32"],
  ["I16", "int16"],
  ["U16", "uint16"],
  ["I8", "int8"],
  ["U8", "uint8"],
  ["BOOL", "bool"],
]);

/** A tensor to write, whose numbers come a part at a time. */
export interface TensorSource extends TensorType {
  readonly name: string;
  readonly parts: () => Iterable<Data>;
}

/** The file of the tensors, in which equal content has equal bytes. */
export function encodeSafetensors(tensors: ReadonlyMap<string, Tensor>, metadata: Metadata = {}): Uint8Array<ArrayBuffer> {
  const sources = Array.from(tensors, ([name, { dtype, shape, data }]) => ({ name, dtype, shape, parts: () => [data] }));
  const pieces = [...safetensorsPieces(sources, metadata)];
  const file = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    file.set(piece, at);
    at += piece.byteLength;
  }
  return file;
}

/** The same file a piece at a time. A piece is valid until the next one is asked for. */
export function* safetensorsPieces(sources: readonly TensorSource[], metadata: Metadata = {}): Generator<Uint8Array> {
  const rank = (dtype: DType): number => writtenTypes.findIndex(([type]) => type === dtype);
  const ordered = sources.toSorted((a, b) => rank(a.dtype) - rank(b.dtype) || byUtf8(a.name, b.name));
  yield headerOf(ordered, metadata);
  for (const { dtype, parts } of ordered) {
    for (const part of parts()) {
      for (let at = 0; at < part.length; at += pieceElements) yield writeElements(part.subarray(at, at + pieceElements), dtype);
    }
  }
}

function headerOf(ordered: readonly TensorSource[], metadata: Metadata): Uint8Array {
  const members: string[] = [];
  const about = Object.entries(metadata).sort(([a], [b]) => byUtf8(a, b));
  // Written member by member: an object would move names such as "0" to its front.
  const object = (entries: readonly string[]): string => `{${entries.join(",")}}`;
  const member = (name: string, json: string): string => `${JSON.stringify(name)}:${json}`;
  if (about.length > 0) members.push(member(metadataName, object(about.map(([name, text]) => member(name, JSON.stringify(text))))));
  let end = 0;
  for (const { name, dtype, shape } of ordered) {
    const begin = end;
    end += sizeOf(shape) * bytesPerElement[dtype];
    const type = writtenTypes.find(([own]) => own === dtype)?.[1];
    members.push(member(name, JSON.stringify({ dtype: type, shape, data_offsets: [begin, end] })));
  }
  const text = Buffer.from(object(members));
  const padded = Math.ceil(text.length / 8) * 8;
  const header = Buffer.alloc(lengthBytes + padded, " ");
  header.writeBigUInt64LE(BigInt(padded));
  header.set(text, lengthBytes);
  return header;
}

const byUtf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const TensorEntry = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const MetadataEntry = z.record(z.string(), z.string());

/** What the header says of a tensor. Offsets count from the start of the file. */
interface Entry {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

/**
 * The tensors of a file in the order of its header, and its metadata. Types that Adjoint does not have are widened. Tensors are views of the bytes
 * where alignment allows it, else copies. Throws invalid_dataset, which names the byte.
 */
export function decodeSafetensors(bytes: Uint8Array): { tensors: Map<string, Tensor>; metadata: Record<string, string> } {
  const { entries, metadata } = headerIn(bytes, bytes.byteLength);
  return { tensors: new Map(entries.map((entry) => [entry.name, tensorOf(bytes, entry)])), metadata };
}

/** The header of a file of so many bytes, which begins with these. Throws invalid_dataset, which names the byte. */
function headerIn(bytes: Uint8Array, fileBytes: number): { entries: Entry[]; metadata: Record<string, string> } {
  const { text, dataStart } = headerTextOf(bytes, fileBytes);
  const { entries, metadata } = entriesOf(text, dataStart);
  requireWholeCover(entries, dataStart, fileBytes);
  return { entries, metadata };
}

/** The tensors of a file, which are read a part at a time, and its metadata. Throws invalid_dataset, which names the byte. */
export function openSafetensors(path: string): { tensors: Map<string, TensorSource>; metadata: Record<string, string> } {
  const fileBytes = statSync(path).size;
  const dataStart = dataStartIn(beginningOf(path, lengthBytes), fileBytes);
  account().charge(dataStart);
  const { entries, metadata } = headerIn(beginningOf(path, dataStart), fileBytes);
  return { tensors: new Map(entries.map((entry) => [entry.name, sourceOf(path, entry)])), metadata };
}

function sourceOf(path: string, entry: Entry): TensorSource {
  const { name, type, shape, begin } = entry;
  const { dtype } = elementTypes[type];
  const parts = function* (): Generator<Data> {
    const pieces = storedParts({ path, type, order: "little", begin, count: sizeOf(shape) });
    for (let next = told(entry, () => pieces.next()); next.done !== true; next = told(entry, () => pieces.next())) yield next.value;
  };
  return { name, dtype, shape, parts };
}

/** Where the header ends. */
function dataStartIn(bytes: Uint8Array, fileBytes: number): number {
  if (fileBytes < lengthBytes) throw fault(0, `the length of the header takes 8 bytes, and the file has ${fileBytes}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > longestHeader) throw fault(0, `a header of ${length} bytes is longer than the ${longestHeader} that the format allows`);
  const dataStart = lengthBytes + Number(length);
  if (dataStart > fileBytes) throw fault(0, `the header is said to have ${length} bytes, and only ${fileBytes - 8} follow`);
  return dataStart;
}

function headerTextOf(bytes: Uint8Array, fileBytes: number): { text: string; dataStart: number } {
  const dataStart = dataStartIn(bytes, fileBytes);
  if (bytes[lengthBytes] !== 0x7b) throw fault(lengthBytes, "the header does not begin with {");
  const header = bytes.subarray(lengthBytes, dataStart);
  account().chargeHeap(jsonCost(header, deepestHeader));
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(header), dataStart };
  } catch {
    throw fault(lengthBytes, "the header is not valid UTF-8");
  }
}

function entriesOf(text: string, dataStart: number): { entries: Entry[]; metadata: Record<string, string> } {
  const byteOf = (at: number): number => lengthBytes + Buffer.byteLength(text.slice(0, at));
  let header: Readonly<Record<string, unknown>>;
  let places: ReadonlyMap<string, number>;
  try {
    header = JSON.parse(text) as Readonly<Record<string, unknown>>;
    places = memberPlaces(text);
  } catch (error) {
    if (error instanceof DuplicateMember) throw fault(byteOf(error.at), error.message);
    if (!(error instanceof SyntaxError)) throw error;
    const { at, expected, found } = stoppingPlace(text);
    throw fault(byteOf(at), `the header is not JSON: expected ${expected}, found ${found}`);
  }
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, at] of places) {
    const json = header[name];
    const refuse = (what: string): Problem => fault(byteOf(at), `${JSON.stringify(name)}: ${what}`);
    if (name === "__proto__") throw refuse("a tensor may not have this name");
    if (name === metadataName) metadata = { ...checked(MetadataEntry, json, refuse) };
    else entries.push({ name, ...entryOf(json, dataStart, refuse) });
  }
  return { entries, metadata };
}

function entryOf(json: unknown, dataStart: number, refuse: (what: string) => Problem): Omit<Entry, "name"> {
  const { dtype, shape, data_offsets } = checked(TensorEntry, json, refuse);
  const type = readTypes.get(dtype);
  if (type === undefined) throw refuse(`the dtype ${dtype} is none of ${[...readTypes.keys()].join(", ")}`);
  const [begin, end] = data_offsets.map((offset) => dataStart + offset);
  const wanted = sizeOf(shape) * elementTypes[type].bytes;
  if (end - begin !== wanted)
    throw refuse(`shape [${shape.join(", ")}] of ${dtype} takes ${wanted} bytes, and its offsets hold ${end - begin}`);
  return { type, shape, begin, end };
}

function checked<S extends z.ZodType>(schema: S, json: unknown, refuse: (what: string) => Problem): z.output<S> {
  const result = check(schema, json);
  if (result.success) return result.data;
  const [{ pointer, detail }] = result.places;
  throw refuse(`${pointer === "" ? "" : `at ${pointer}: `}${detail}`);
}

/** Every byte after the header belongs to exactly one tensor. */
function requireWholeCover(entries: readonly Entry[], dataStart: number, fileEnd: number): void {
  let covered = dataStart;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered) throw fault(begin, `${JSON.stringify(name)} overlaps the tensor before it, which ends at byte ${covered}`);
    if (begin > covered) throw fault(covered, `the bytes up to ${begin}, where ${JSON.stringify(name)} begins, belong to no tensor`);
    if (end > fileEnd) throw fault(begin, `${JSON.stringify(name)} ends at byte ${end}, and the file has ${fileEnd}`);
    covered = end;
  }
  if (covered < fileEnd) throw fault(covered, `the last ${fileEnd - covered} bytes belong to no tensor`);
}

function tensorOf(bytes: Uint8Array, entry: Entry): Tensor {
  const { type, shape, begin, end } = entry;
  account().charge(bytesToRead(type, sizeOf(shape)));
  return told(entry, () => ({ dtype: elementTypes[type].dtype, shape, data: readElements(bytes.subarray(begin, end), type, "little") }));
}

/** Work that reads numbers: one that cannot be kept is told with its place. */
function told<T>({ name, type, shape, begin }: Entry, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InexactInteger)) throw error;
    throw fault(begin + error.at * elementTypes[type].bytes, `${JSON.stringify(name)}, ${elementPlace(error.at, shape)}: ${error.message}`);
  }
}

const fault = (byte: number, what: string): Problem =>
  problem("invalid_dataset", `The safetensors file cannot be read at byte ${byte}: ${what}`);
