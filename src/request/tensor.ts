import { account } from "../memory/account.ts";
import { bytesPerElement, type Data, type DType, dtypes } from "../tensor/dtype.ts";
import { formatShape, indexAt, type Shape, sizeOf, spanOf } from "../tensor/shape.ts";
import { decodeBase64 } from "./base64.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { nearest } from "../problems/nearest.ts";
import { Problem, pointerTo } from "../problems/problems.ts";

/** What the numbers of a tensor are, whatever dtype they are to have: whole numbers are exact integers, an empty list among them. */
export type NumberKind = "whole" | "real" | "bool";
const kinds: Readonly<Record<DType, NumberKind>> = { float64: "real", float32: "real", int64: "whole", int32: "whole", bool: "bool" };

/** A tensor as a request gives it. `settle` turns it into a Tensor once its dtype is decided. */
export interface GivenTensor {
  readonly shape: Shape;
  /** null when the request does not say. */
  readonly dtype: DType | null;
  readonly kind: NumberKind;
  /** Doubles, or bytes for booleans; storage of the dtype itself when it came as base64. */
  readonly data: Data;
  /** Where the elements stand under the tensor's own pointer. */
  readonly layout: "nested" | "nested data" | "flat data" | "base64" | "elsewhere";
}

type TensorLimits = Pick<Limits, "elements" | "rank">;

/** Reads a number, a nested list or a tensor object in one pass over its elements. Throws Problem with the pointer of what is wrong. */
export function decodeTensor(json: unknown, pointer: string, limits: TensorLimits = defaultLimits): GivenTensor {
  if (typeof json === "number") return givenNumber(json);
  if (typeof json !== "object") return fromList(json, null, "nested", pointer, limits);
  if (json === null) throw invalid(pointer, 'null is not a tensor; a missing number is written "NaN"');
  if (Array.isArray(json)) return fromList(json, null, "nested", pointer, limits);
  return fromObject(json, pointer, limits);
}

/** A plain number, which is a scalar without a dtype. */
export function givenNumber(value: number): GivenTensor {
  const kind = Number.isSafeInteger(value) ? "whole" : "real";
  return { shape: [], dtype: null, layout: "nested", kind, data: Float64Array.of(value) };
}

type TensorObject = Readonly<Partial<Record<(typeof members)[number], unknown>>>;
const members = ["shape", "dtype", "data", "base64"] as const;

function fromObject(json: TensorObject, pointer: string, limits: TensorLimits): GivenTensor {
  for (const name of Object.keys(json)) {
    if ((members as readonly string[]).includes(name)) continue;
    const suggestion = nearest(name, members)[0];
    const detail = `A tensor has no member ${JSON.stringify(name)}; it has shape, dtype and either data or base64`;
    throw new Problem("invalid_request", detail, [{ pointer: pointer + pointerTo(name), detail, suggestion }]);
  }
  if ((json.data === undefined) === (json.base64 === undefined)) {
    throw invalid(pointer, "a tensor object holds its numbers in data or in base64, one of the two");
  }
  const dtype = json.dtype === undefined ? null : readDType(json.dtype, `${pointer}/dtype`);
  const shape = json.shape === undefined ? null : readShape(json.shape, `${pointer}/shape`, limits);
  if (json.base64 !== undefined) {
    if (dtype === null || shape === null) throw invalid(pointer, "base64 needs a shape and a dtype to be read");
    if (typeof json.base64 !== "string") throw invalid(`${pointer}/base64`, "base64 is a text");
    return { shape, dtype, layout: "base64", kind: kinds[dtype], data: decodeBase64(json.base64, dtype, shape, `${pointer}/base64`) };
  }
  const { data } = json;
  const flat = shape !== null && Array.isArray(data) && !Array.isArray(data[0]) && shape.length !== 1;
  const given = fromList(data, dtype, flat ? "flat data" : "nested data", `${pointer}/data`, limits);
  if (shape === null) return given;
  const fits = flat ? given.data.length === sizeOf(shape) : formatShape(given.shape) === formatShape(shape);
  if (!fits) {
    const held = flat ? `${given.data.length} elements` : `the shape ${formatShape(given.shape)}`;
    const meant = flat ? `${formatShape(shape)}, which has ${sizeOf(shape)}` : formatShape(shape);
    throw invalid(`${pointer}/data`, `data has ${held}, but the tensor's shape is ${meant}`);
  }
  return { ...given, shape };
}

function readDType(json: unknown, pointer: string): DType {
  const found = dtypes.find((dtype) => dtype === json);
  if (found !== undefined) return found;
  const suggestion = typeof json === "string" ? nearest(json, dtypes)[0] : undefined;
  throw new Problem("invalid_tensor", `A dtype is one of ${dtypes.join(", ")}`, [
    { pointer, detail: "There is no such dtype", suggestion },
  ]);
}

function readShape(json: unknown, pointer: string, limits: TensorLimits): Shape {
  if (!Array.isArray(json)) throw invalid(pointer, "a shape is a list of sizes");
  requireRank(json.length, pointer, limits);
  json.forEach((size: unknown, axis) => {
    if (!Number.isSafeInteger(size) || (size as number) < 0) throw invalid(`${pointer}/${axis}`, "a size is a whole number from 0 up");
  });
  const shape = json as readonly number[];
  requireSize(shape, pointer, limits);
  return shape;
}

/** The elements of a nested list (or a single one), all of them numbers or all of them booleans. */
function fromList(json: unknown, dtype: DType | null, layout: GivenTensor["layout"], pointer: string, limits: TensorLimits): GivenTensor {
  const shape: number[] = [];
  for (let first = json; Array.isArray(first); first = first[0]) {
    requireRank(shape.length + 1, pointer, limits);
    shape.push(first.length);
  }
  const rows = shape.length === 0 ? [[json]] : rowsOf(json as readonly unknown[], shape, pointer);
  requireSize(shape, pointer, limits);
  return { shape, dtype, layout, ...elementsOf(rows, shape, pointer) };
}

/** The innermost lists, each of them checked to be as long as its siblings. */
function rowsOf(json: readonly unknown[], shape: Shape, pointer: string): readonly (readonly unknown[])[] {
  let rows: readonly (readonly unknown[])[] = [json];
  for (let axis = 1; axis < shape.length; axis++) {
    const next: (readonly unknown[])[] = [];
    for (const row of rows) {
      for (let at = 0; at < row.length; at++) {
        const inner = row[at];
        if (Array.isArray(inner) && inner.length === shape[axis]) {
          next.push(inner);
          continue;
        }
        const place = pointer + elementPointer(next.length, shape.slice(0, axis));
        const held = Array.isArray(inner) ? `a list of ${inner.length}` : described(inner);
        throw invalid(place, `this list is ragged: expected a list of ${shape[axis]} as before it, found ${held}`);
      }
    }
    rows = next;
  }
  return rows;
}

function elementsOf(rows: readonly (readonly unknown[])[], shape: Shape, pointer: string): { data: Data; kind: NumberKind } {
  const size = sizeOf(shape);
  const isBool = size > 0 && typeof rows[0][0] === "boolean";
  account().charge(isBool ? size : bytesPerElement.float64 * size);
  const data = isBool ? new Uint8Array(size) : new Float64Array(size);
  let whole = true;
  let offset = 0;
  for (const row of rows) {
    for (let at = 0; at < row.length; at++) {
      const element = row[at];
      if (typeof element === "number" && !isBool) {
        data[offset++] = element;
        whole &&= Number.isSafeInteger(element);
        continue;
      }
      const special = isBool ? (typeof element === "boolean" ? Number(element) : undefined) : nonFinite(element);
      if (special === undefined) throw badElement(element, isBool, pointer + elementPointer(offset, shape));
      data[offset++] = special;
      whole = false;
    }
  }
  return { data, kind: isBool ? "bool" : whole ? "whole" : "real" };
}

function nonFinite(element: unknown): number | undefined {
  if (element === "NaN") return Number.NaN;
  if (element === "Infinity") return Number.POSITIVE_INFINITY;
  return element === "-Infinity" ? Number.NEGATIVE_INFINITY : undefined;
}

function badElement(element: unknown, isBool: boolean, place: string): Problem {
  if (Array.isArray(element)) return invalid(place, `this list is ragged: expected a ${isBool ? "boolean" : "number"}, found a list`);
  if (isBool) return invalid(place, `expected true or false as before it, found ${described(element)}`);
  const advice = element === null ? '; a missing number is written "NaN"' : "";
  return invalid(place, `expected a number, "NaN", "Infinity" or "-Infinity", found ${described(element)}${advice}`);
}

function requireRank(rank: number, pointer: string, limits: TensorLimits): void {
  if (rank > limits.rank) throw invalid(pointer, `a tensor has at most ${limits.rank} axes`);
}

function requireSize(shape: Shape, pointer: string, limits: TensorLimits): void {
  if (spanOf(shape) <= limits.elements) return;
  const detail = `A tensor of shape ${formatShape(shape)} has more than ${limits.elements} elements`;
  throw new Problem("tensor_too_large", detail, [{ pointer, detail }]);
}

/** The pointer of an element of a nested list under the list's own. */
export const elementPointer = (offset: number, shape: Shape): string => pointerTo(...indexAt(offset, shape));

/** The pointer of an element under its tensor's own. */
export function pointerInTensor(given: GivenTensor, offset: number): string {
  switch (given.layout) {
    case "nested":
      return elementPointer(offset, given.shape);
    case "nested data":
      return `/data${elementPointer(offset, given.shape)}`;
    case "flat data":
      return `/data/${offset}`;
    case "base64":
      return "/base64";
    case "elsewhere":
      return "";
  }
}

/** What stands where something else was expected, in a few words. */
export function described(json: unknown): string {
  if (typeof json === "string") return `the text ${JSON.stringify(json.length > 40 ? `${json.slice(0, 40)}…` : json)}`;
  if (Array.isArray(json)) return "a list";
  return typeof json === "object" && json !== null ? "an object" : String(json);
}

/** The problem of a tensor that cannot be read; the detail is a sentence without its capital. */
export function invalid(pointer: string, detail: string): Problem {
  const sentence = detail.charAt(0).toUpperCase() + detail.slice(1);
  return new Problem("invalid_tensor", sentence, [{ pointer, detail: sentence }]);
}
