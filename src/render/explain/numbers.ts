import { number } from "../../formula/term.ts";
import { textOf } from "../../formula/text.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Tensors of up to so many numbers are told whole. */
export const mostTold = 64;
/** In a sentence so many are, and of others the first few and the last. */
const mostInSentence = 9;
const firstInSentence = 3;

/** A shape as NumPy and PyTorch write it: (2, 3), (4,). */
export const shapeText = (shape: Shape): string => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`);

/** The numbers of a tensor as a sentence has them: all of few, or the first and the last. */
export function tensorText({ data, shape }: Tensor, digits: number): string {
  const text = (value: number): string => textOf(number(value), { digits });
  if (shape.length === 0) return text(data[0]);
  if (data.length > mostInSentence) {
    const first = Array.from(data.subarray(0, firstInSentence), text);
    return `[${[...first, "…", text(data[data.length - 1])].join(", ")}]`;
  }
  return rowsText(Array.from(data, text), shape);
}

/** Numbers as JSON has them. */
export function jsonText(json: unknown, digits: number): string {
  if (typeof json === "number") return textOf(number(json), { digits });
  if (Array.isArray(json)) {
    const shown = json.length > mostInSentence ? [...json.slice(0, firstInSentence), "…", json.at(-1)] : json;
    return `[${shown.map((each) => jsonText(each, digits)).join(", ")}]`;
  }
  return String(json);
}

function rowsText(elements: readonly string[], [size, ...inner]: Shape): string {
  if (inner.length === 0) return `[${elements.join(", ")}]`;
  const each = elements.length / size;
  return `[${Array.from({ length: size }, (_, at) => rowsText(elements.slice(at * each, (at + 1) * each), inner)).join(", ")}]`;
}
