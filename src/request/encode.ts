import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
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
