import { z } from "zod";
import { account } from "../../memory/account.ts";
import { otherNames } from "../../request/other-names.ts";
import { bytesPerElement, isFloating } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { asLearned, asTold, kind, refuse } from "./define.ts";

export const Fill = asLearned(
  z
    .strictObject({
      type: kind("fill"),
      with: z.union([z.enum(["mean", "median"]), z.number()]).meta({
        description: "A number, or the mean or median of the column's other numbers in the training rows",
        examples: ["median", 0],
      }),
    })
    .meta({ description: "A number in place of every missing one, which is NaN" })
    .register(otherNames, { value: "with", strategy: "with", method: "with" }),
  ({ type, with: source }, rows, pointer) => {
    const columns = sizeOf(rows.shape.slice(1));
    const valueOf = (column: number): number => (typeof source === "number" ? source : centre(source, rows, column, columns, pointer));
    return { type, values: Array.from({ length: columns }, (_, column) => valueOf(column)) };
  },
  ({ values }, rows) => {
    const { dtype, shape, data } = rows;
    if (!isFloating(dtype) || !data.some(Number.isNaN)) return rows;
    account().charge(data.length * bytesPerElement[dtype]);
    const result = data.slice();
    for (let at = 0, column = 0; at < result.length; at++) {
      if (Number.isNaN(result[at])) result[at] = values[column];
      if (++column === values.length) column = 0;
    }
    return { dtype, shape, data: result };
  },
);

/** The mean or the median of a column's numbers. Throws invalid_training where there is none. */
function centre(which: "mean" | "median", { data }: Tensor, column: number, columns: number, pointer: string): number {
  account().charge((data.length / columns) * Float64Array.BYTES_PER_ELEMENT);
  const numbers = Float64Array.from({ length: data.length / columns }, (_, row) => data[row * columns + column]).filter(
    (number) => !Number.isNaN(number),
  );
  if (numbers.length === 0)
    throw refuse(pointer, `Column ${column} has no number in the training rows of which its ${which} could be taken`);
  if (!numbers.every(Number.isFinite))
    throw refuse(pointer, `Column ${column} has a number that is not finite, of which no ${which} can be taken`);
  if (which === "mean") return numbers.reduce((mean, number) => mean + number / numbers.length, 0);
  numbers.sort();
  const [low, high] = [Math.ceil(numbers.length / 2) - 1, Math.floor(numbers.length / 2)];
  return low === high ? numbers[low] : numbers[low] / 2 + numbers[high] / 2;
}

/** Rows are left out where data are read, of all tensors alike; those that are predicted with stay. */
export const DropMissing = asTold(
  z.strictObject({ type: kind("drop_missing") }).meta({
    description:
      "Leaves out the rows of which this tensor lacks a number, which is NaN, from all data of the training. In predictions every row stays, and what it lacks is NaN",
  }),
  (_source, rows) => rows,
);
