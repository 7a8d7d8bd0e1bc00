import { sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { problemAt } from "../../problems/problems.ts";

/** Numbers of each column. A column is a place in a row, whatever the row's shape. */
export interface ColumnStatistics {
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly mean: readonly number[];
  /** Of a population: the root of the mean square of the distance from the mean. */
  readonly std: readonly number[];
}

/** The statistics of a tensor's rows. A constant column has exactly its number as the mean, and the deviation 0. Throws invalid_training where a number is not finite. */
export function columnStatistics({ shape, data }: Tensor, pointer: string): ColumnStatistics {
  const columns = sizeOf(shape.slice(1));
  const rows = shape[0];
  const min = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const max = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  const mean = new Float64Array(columns);
  const square = new Float64Array(columns);
  for (let at = 0, column = 0; at < data.length; at++) {
    const value = data[at];
    if (!Number.isFinite(value)) {
      throw problemAt(
        "invalid_training",
        pointer,
        `Row ${Math.floor(at / columns)} has ${value} in column ${column}, of which no mean and no extent can be taken`,
      );
    }
    min[column] = Math.min(min[column], value);
    max[column] = Math.max(max[column], value);
    mean[column] += value / rows;
    if (++column === columns) column = 0;
  }
  for (let column = 0; column < columns; column++) if (min[column] === max[column]) mean[column] = min[column];
  for (let at = 0, column = 0; at < data.length; at++) {
    square[column] += (data[at] - mean[column]) ** 2 / rows;
    if (++column === columns) column = 0;
  }
  return { min: [...min], max: [...max], mean: [...mean], std: Array.from(square, Math.sqrt) };
}
