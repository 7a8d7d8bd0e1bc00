import { broadcastStrides, type Shape, sizeOf, stridesOf } from "../../tensor/shape.ts";
import * as codes from "./assembly/codes.ts";
import type { Chain } from "./chain-source.ts";

/** What a block reads: an input, or a constant. */
export interface PlacedOperand {
  readonly source: { readonly input: number } | { readonly number: number };
  readonly isBool: boolean;
  /** In elements, along the axes of the space. */
  readonly strides: readonly number[];
}

/** The shape of a chain with as few axes as tell its operands apart; rows run along the last one. */
export interface Space {
  readonly sizes: readonly number[];
  readonly operands: readonly PlacedOperand[];
}

/** How the space is cut: a block is some whole rows, or a piece of one. */
export interface Blocks {
  readonly rows: number;
  readonly columns: number;
  readonly inPieces: boolean;
}

/** Equal for the same input, or the same constant. */
export const nameOf = (source: PlacedOperand["source"]): string =>
  "input" in source ? `input ${source.input}` : `number ${Object.is(source.number, -0) ? "-0" : source.number}`;

/** The distinct inputs and constants that the steps read, over merged axes. */
export function spaceOf({ shape, inputs, steps }: Chain): Space {
  const operands = new Map<string, PlacedOperand>();
  for (const source of steps.flatMap((step) => step.operands)) {
    if ("step" in source) continue;
    const type = "input" in source ? inputs[source.input] : null;
    operands.set(nameOf(source), { source, isBool: type?.dtype === "bool", strides: broadcastStrides(type?.shape ?? [], shape) });
  }
  return mergeAxes(shape, [...operands.values()]);
}

/** Leaves out axes of size 1, and makes one axis of neighbours over which every operand steps as over one. */
function mergeAxes(shape: Shape, operands: readonly PlacedOperand[]): Space {
  const sizes: number[] = [];
  const strides: number[][] = operands.map(() => []);
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const last = sizes.length - 1;
    const merges = last >= 0 && operands.every((operand, k) => strides[k][last] === operand.strides[axis] * size);
    if (merges) sizes[last] *= size;
    else sizes.push(size);
    operands.forEach((operand, k) => (strides[k][merges ? last : last + 1] = operand.strides[axis]));
  });
  if (sizes.length === 0) {
    sizes.push(1);
    for (const along of strides) along.push(0);
  }
  return { sizes, operands: operands.map((operand, k) => ({ ...operand, strides: strides[k] })) };
}

/** Cuts the space into blocks of at most `elements`, each but the last of which ends with a whole vector of `lanes` wherever that is possible. */
export function blocksOf(sizes: readonly number[], elements: number, lanes: number): Blocks {
  const columns = sizes[sizes.length - 1];
  if (columns > elements) {
    const piece = Math.ceil(columns / Math.ceil(columns / elements) / lanes) * lanes;
    return { rows: 1, columns: piece, inPieces: true };
  }
  const fitting = Math.floor(elements / Math.max(columns, 1));
  const rows = columns % lanes === 0 || fitting < lanes ? fitting : fitting - (fitting % lanes);
  return { rows: Math.min(rows, Math.max(1, sizeOf(sizes.slice(0, -1)))), columns, inPieces: false };
}

/** How a block gets at an operand: see the codes. */
export function accessOf({ strides, isBool }: PlacedOperand, sizes: readonly number[], { inPieces }: Blocks): number {
  const whole = stridesOf(sizes);
  const step = strides[strides.length - 1];
  const isStill = strides.slice(0, -1).every((stride) => stride === 0);
  if (!isBool && strides.every((stride, axis) => stride === whole[axis])) return codes.direct;
  if (isStill && (!inPieces || step === 0)) return codes.once;
  if (inPieces && step === 0) return codes.perRow;
  return inPieces && !isBool && step === 1 ? codes.directRow : codes.loaded;
}
