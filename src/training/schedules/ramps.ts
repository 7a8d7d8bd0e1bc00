import { z } from "zod";
import { amount, length, share } from "./arguments.ts";
import { byCurve, schemasOf } from "./define.ts";
import { line } from "./interpolation.ts";

export const ConstantLR = byCurve(
  schemasOf(
    "ConstantLR",
    "A share of the rate to begin with, then the rate itself.",
    { factor: share(1 / 3, "The share to begin with", 0.1), total_iters: length },
    { factor: 0.1, total_iters: 10 },
  ),
  (source, lr) => (n) => (n < source.total_iters ? lr * source.factor : lr),
);

export const LinearLR = byCurve(
  schemasOf(
    "LinearLR",
    "From one share of the rate to another along a line: a warm-up with the defaults.",
    {
      start_factor: z
        .number()
        .gt(0, { error: "Expected a number above 0" })
        .max(1)
        .default(1 / 3)
        .meta({ description: "The share to begin with", examples: [0.1] }),
      end_factor: share(1, "The share to end with", 0.5),
      total_iters: length,
    },
    { start_factor: 0.1, total_iters: 10 },
  ),
  (source, lr) => (n) => lr * line(source.start_factor, source.end_factor, Math.min(n / source.total_iters, 1)),
);

export const PolynomialLR = byCurve(
  schemasOf(
    "PolynomialLR",
    "The rate falls to zero as a power of what is left of the way.",
    { total_iters: length, power: amount(1, "The power", 2) },
    { total_iters: 100, power: 2 },
  ),
  (source, lr) => (n) => lr * (1 - Math.min(n / source.total_iters, 1)) ** source.power,
);
