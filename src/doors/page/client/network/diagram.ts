import type { LayerChoice } from "./design.ts";
import type { LayerLook } from "./look.ts";

/** Units of a column that are drawn at the most: of wider layers the first ones. */
export const mostUnits = 12;

/** A column of units: the inputs, or what a Linear layer makes of the column before. */
export interface Column {
  /** The layers behind the Linear one that have no weights, in their order: Tanh, Dropout … */
  readonly passes: readonly string[];
  readonly width: number;
  readonly shown: number;
  /** The name of the layer in the service; null for the inputs. */
  readonly name: string | null;
}

/** A weight that leads from a unit to one of the next column. */
export interface WeightLink {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  readonly gradient: number;
}

/** The columns of a network for so many inputs and outputs. */
export function columnsOf(layers: readonly LayerChoice[], inputs: number, outputs: number): Column[] {
  const column = (width: number, name: string | null) => ({ passes: [] as string[], width, shown: Math.min(width, mostUnits), name });
  const columns = [column(inputs, null)];
  [...layers, { type: "Linear", amount: outputs } as const].forEach(({ type, amount }, at) => {
    if (type === "Linear") columns.push(column(amount, String(at)));
    else columns.at(-1)?.passes.push(type);
  });
  return columns;
}

/** The weights between the units that are drawn. */
export function linksOf({ weights, gradients }: LayerLook, from: Column, to: Column): WeightLink[] {
  return weights
    .slice(0, to.shown)
    .flatMap((row, unit) =>
      row.slice(0, from.shown).map((weight, before) => ({ from: before, to: unit, weight, gradient: gradients[unit]?.[before] ?? 0 })),
    );
}

/** The greatest distance from 0, to measure the others by. */
export const greatest = (numbers: readonly number[]): number =>
  numbers.reduce((most, each) => Math.max(most, Number.isFinite(each) ? Math.abs(each) : 0), 0);

/** The root of the mean of the squares: how large the numbers of a matrix are. */
export function rootMeanSquare(rows: readonly (readonly number[])[]): number {
  const numbers = rows.flat();
  return numbers.length === 0 ? 0 : Math.sqrt(numbers.reduce((sum, each) => sum + each * each, 0) / numbers.length);
}
