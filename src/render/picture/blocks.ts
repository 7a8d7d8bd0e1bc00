import { rowMajor } from "./matrix.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { widthOf } from "./font.ts";
import { type HeatMap, heatMapOf } from "./heat-map.ts";
import { element } from "./numerals.ts";

/** What is printed of a tensor or said beside a line, with the room that it takes, in pixels. */
export interface Block {
  readonly width: number;
  readonly height: number;
  /** Lines of text, or rows of a matrix. */
  readonly rows: readonly (readonly string[])[];
  /** The width of each column of a matrix; null for text. */
  readonly columns: readonly number[] | null;
  /** What is said of a matrix, at its left; empty where nothing is. */
  readonly before: string;
  /** Beneath the text; null where every number is printed. */
  readonly map: HeatMap | null;
}

export const textSize = 13;
export const smallSize = 11;
export const lineHeight = 16;
export const matrixLine = 14;
export const columnGap = 9;
/** For the brackets of a matrix, on each side. */
export const bracket = 6;
const mapGap = 3;

/** Matrices up to so many rows and columns are printed. */
const mostPrinted = 4;

export const textBlock = (text: string, size = textSize): Block => ({
  width: widthOf(text, size),
  height: lineHeight,
  rows: [[text]],
  columns: null,
  before: "",
  map: null,
});

/** The numbers of a tensor where one reads them all at a glance; else its shape, with its numbers as a small picture. */
export function blockOf(tensor: Tensor, digits: number, before = ""): Block {
  const { shape, data, dtype } = tensor;
  if (shape.length === 0) return textBlock(before + element(data[0], dtype, digits));
  const { rows, columns } = rowMajor(shape);
  if (shape.length > 2 || rows > mostPrinted || columns > mostPrinted || data.length === 0) return pictured(tensor, before);
  const printed = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => element(data[row * columns + column], dtype, digits)),
  );
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...printed.map((row) => widthOf(row[column], smallSize))));
  const width = widthOf(before, smallSize) + widths.reduce((sum, each) => sum + each, 0) + columnGap * (columns - 1) + 2 * bracket;
  return { width, height: Math.max(lineHeight, rows * matrixLine + 2), rows: printed, columns: widths, before, map: null };
}

function pictured(tensor: Tensor, before: string): Block {
  const text = textBlock(`${before}${shapeText(tensor.shape)}`, smallSize);
  const map = tensor.data.length === 0 ? null : heatMapOf(tensor);
  if (map === null) return text;
  return { ...text, width: Math.max(text.width, map.width), height: lineHeight + map.height + mapGap, map };
}

/** A shape as it is said: 3×784, and 5 numbers. */
export const shapeText = (shape: readonly number[]): string =>
  shape.length === 0 ? "1" : shape.length === 1 ? `(${shape[0]})` : shape.join("×");
