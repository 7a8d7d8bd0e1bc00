import type { Tensor } from "../../tensor/tensor.ts";
import { rowMajor } from "./matrix.ts";

/** Numbers as cells: -4 to 4 by sign and size, or null where one is no finite number. */
export interface HeatMap {
  readonly cells: readonly (readonly (number | null)[])[];
  readonly width: number;
  readonly height: number;
}

const mostCells = 16;
export const cellSize = 6;
export const mostLevel = 4;

/** At most 16 × 16 cells: of more numbers, each cell is the mean of its neighbours. */
export function heatMapOf({ shape, data }: Tensor): HeatMap {
  const { rows, columns } = rowMajor(shape);
  const [down, across] = [Math.min(rows, mostCells), Math.min(columns, mostCells)];
  const means = Array.from({ length: down }, (_, row) =>
    Array.from({ length: across }, (_, column) => {
      const [top, bottom] = [bound(row, rows, down), bound(row + 1, rows, down)];
      const [left, right] = [bound(column, columns, across), bound(column + 1, columns, across)];
      let sum = 0;
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += data[y * columns + x];
      return sum / ((bottom - top) * (right - left));
    }),
  );
  const most = Math.max(...means.flat().map((mean) => (Number.isFinite(mean) ? Math.abs(mean) : 0)));
  const level = (mean: number): number | null => {
    if (!Number.isFinite(mean)) return null;
    return most === 0 ? 0 : Math.sign(mean) * Math.ceil((Math.abs(mean) / most) * mostLevel - 1e-9);
  };
  return { cells: means.map((row) => row.map(level)), width: across * cellSize, height: down * cellSize };
}

const bound = (at: number, length: number, cells: number): number => Math.floor((at * length) / cells);
