import { bytesPerElement } from "../tensor/dtype.ts";
import { type Shape, sizeOf, spanOf } from "../tensor/shape.ts";
import type { Tensor, TensorType } from "../tensor/tensor.ts";
import { encodeBase64 } from "./base64.ts";
import type { Encoding } from "./values.ts";

/** An element as JSON has it: non-finite numbers as text, bool as true or false. */
type Element = number | string | boolean;
type List = readonly (Element | List)[];

/** A tensor as it stands in an answer. */
export type EncodedTensor =
  | Element
  | List
  | { readonly shape: Shape; readonly dtype: string; readonly data: readonly Element[] }
  | { readonly shape: Shape; readonly dtype: string; readonly base64: string };

export function encodeTensor(tensor: Tensor, encoding: Encoding): EncodedTensor {
  const { shape, dtype } = tensor;
  switch (encoding) {
    case "list":
      return nested(elements(tensor), shape);
    case "flat":
      return { shape, dtype, data: elements(tensor) };
    case "base64":
      return { shape, dtype, base64: encodeBase64(tensor) };
  }
}

function elements({ data, dtype }: Tensor): Element[] {
  const list = new Array<Element>(data.length);
  if (dtype === "bool") for (let at = 0; at < data.length; at++) list[at] = data[at] !== 0;
  else for (let at = 0; at < data.length; at++) list[at] = Number.isFinite(data[at]) ? data[at] : String(data[at]);
  return list;
}

/** Cuts the list into rows, from the innermost axis outwards. */
function nested(flat: readonly Element[], shape: Shape): Element | List {
  if (shape.length === 0) return flat[0];
  let rows: List = flat;
  for (let axis = shape.length - 1; axis > 0; axis--) {
    const size = shape[axis];
    const count = shape.slice(0, axis).reduce((product, length) => product * length, 1);
    rows = Array.from({ length: count }, (_, at) => rows.slice(at * size, (at + 1) * size));
  }
  return rows;
}

/** Elements of a tensor that are made text at once; a multiple of three, so that base64 is cut between whole groups of its characters. */
const pieceElements = 3 * 2 ** 11;

/** The JSON text of an encoded tensor, piece by piece: whatever its size, only a piece of it is in lists. */
export function* encodedPieces(tensor: Tensor, encoding: Encoding): Generator<string> {
  if (spanOf(tensor.shape) <= pieceElements) yield JSON.stringify(encodeTensor(tensor, encoding));
  else if (encoding === "list") yield* listPieces(tensor);
  else {
    const { dtype, data } = tensor;
    const [before, after] = JSON.stringify(encodeTensor({ ...tensor, data: data.subarray(0, 0) }, encoding)).split(emptyEnd[encoding]);
    yield before + emptyEnd[encoding].charAt(0);
    for (let at = 0; at < data.length; at += pieceElements) {
      const piece = { dtype, shape: [], data: data.subarray(at, at + pieceElements) };
      if (encoding === "base64") yield encodeBase64(piece);
      else yield (at === 0 ? "" : ",") + JSON.stringify(elements(piece)).slice(1, -1);
    }
    yield emptyEnd[encoding].charAt(1) + after;
  }
}

/** How the numbers of a tensor that has none are written, at the end of what is said of it. */
const emptyEnd = { flat: "[]", base64: '""' } as const;

/** Rows that are together small enough are made text together, and one that is too large is taken apart itself. */
function* listPieces(tensor: Tensor): Generator<string> {
  const { dtype, data } = tensor;
  const [count, ...inner] = tensor.shape;
  const size = sizeOf(inner);
  const together = Math.floor(pieceElements / spanOf(inner));
  yield "[";
  for (let row = 0; row < count; row += Math.max(1, together)) {
    if (row > 0) yield ",";
    const rows = Math.min(together, count - row);
    if (rows === 0) yield* listPieces({ dtype, shape: inner, data: data.subarray(row * size, (row + 1) * size) });
    else {
      const part = { dtype, shape: [rows, ...inner], data: data.subarray(row * size, (row + rows) * size) };
      yield JSON.stringify(encodeTensor(part, "list")).slice(1, -1);
    }
  }
  yield "]";
}

/** Characters that a tensor's JSON text has at the least: each element as a digit, with its commas, and every list with its brackets. */
export function shortestText({ dtype, shape }: TensorType, encoding: Encoding): number {
  const element = dtype === "bool" ? "true".length : 1;
  if (encoding === "list") {
    let lists = 1;
    let characters = 0;
    for (const size of shape) {
      characters += lists * (2 + Math.max(0, size - 1));
      lists *= size;
    }
    return characters + lists * element;
  }
  const size = sizeOf(shape);
  const numbers = encoding === "flat" ? size * element + Math.max(0, size - 1) : 4 * Math.ceil((size * bytesPerElement[dtype]) / 3);
  return JSON.stringify({ shape, dtype }).length + `,"":${emptyEnd[encoding]}`.length + shortestName[encoding] + numbers;
}

const shortestName = { flat: "data".length, base64: "base64".length } as const;
