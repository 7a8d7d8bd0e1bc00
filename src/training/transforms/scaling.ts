import { z } from "zod";
import { account } from "../../memory/account.ts";
import { allocate, bytesPerElement, isFloating } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { columnStatistics } from "./column-statistics.ts";
import { asLearned, asTold, kind } from "./define.ts";

const number = (description: string, example: number) => z.number().meta({ description, examples: [example] });

export const Scale = asTold(
  z
    .strictObject({
      type: kind("scale"),
      factor: number("What every number is multiplied by", 0.0625),
      offset: number("What is added then", -0.5).default(0),
    })
    .meta({ description: "Every number times a factor, plus an offset" }),
  ({ factor, offset }, rows) => mapped(rows, (x) => x * factor + offset),
);

export const Standardize = asLearned(
  z.strictObject({ type: kind("standardize") }).meta({
    description:
      "Every column less its mean, over its standard deviation (that of a population, as scikit-learn takes it); of a constant column 0. Mean and deviation are those of the training rows",
  }),
  ({ type }, rows, pointer) => {
    const { mean, std } = columnStatistics(rows, pointer);
    return { type, mean, std: std.map((deviation) => (deviation === 0 ? 1 : deviation)) };
  },
  ({ mean, std }, rows) => mapped(rows, (x, column) => (x - mean[column]) / std[column]),
);

export const MinMax = asLearned(
  z
    .strictObject({ type: kind("min_max") })
    .meta({ description: "Every column moved and scaled so that its training rows go from 0 to 1; a constant column becomes 0" }),
  ({ type }, rows, pointer) => {
    const { min, max } = columnStatistics(rows, pointer);
    return { type, min, max };
  },
  ({ min, max }, rows) =>
    mapped(rows, (x, column) => {
      const extent = max[column] - min[column];
      return extent === 0 ? 0 : (x - min[column]) / extent;
    }),
);

export const Clip = asTold(
  z
    .strictObject({
      type: kind("clip"),
      min: number("What smaller numbers become", -3).optional(),
      max: number("What larger numbers become", 3).optional(),
    })
    .refine(({ min, max }) => min === undefined || max === undefined || min <= max, "min is above max")
    .meta({ description: "Every number held between two bounds" }),
  ({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }, rows) => mapped(rows, (x) => Math.min(max, Math.max(min, x))),
);

/** A number from every number and its column. Integers become float64. */
function mapped({ dtype, shape, data }: Tensor, map: (value: number, column: number) => number): Tensor {
  const floating = isFloating(dtype) ? dtype : "float64";
  account().charge(data.length * bytesPerElement[floating]);
  const result = allocate(floating, data.length);
  const columns = sizeOf(shape.slice(1));
  for (let at = 0, column = 0; at < data.length; at++) {
    result[at] = map(data[at], column);
    if (++column === columns) column = 0;
  }
  return { dtype: floating, shape, data: result };
}
