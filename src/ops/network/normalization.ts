import type { Value } from "../../ir/graph.ts";
import { formatShape, sameShape, type Shape } from "../../tensor/shape.ts";
import { add } from "../arithmetic/add.ts";
import { mul } from "../arithmetic/mul.ts";
import { reciprocal } from "../arithmetic/reciprocal.ts";
import { sqrt } from "../arithmetic/sqrt.ts";
import { sub } from "../arithmetic/sub.ts";
import { OperatorError } from "../errors.ts";
import { reduceMean } from "../reduction/reduce-mean.ts";
import { reshape } from "../shape/reshape.ts";

/** What normalising over axes computes, with the axes kept as size 1 in the statistics. */
export interface Standardised {
  readonly mean: Value;
  /** x minus its mean. */
  readonly centred: Value;
  /** Of the population: divided by the number of elements. */
  readonly variance: Value;
}

export function standardise(x: Value, axes: readonly number[]): Standardised {
  const mean = reduceMean(x, { axes });
  const centred = sub(x, mean);
  return { mean, centred, variance: reduceMean(mul(centred, centred), { axes }) };
}

export const inverseDeviation = (variance: Value, epsilon: number): Value => reciprocal(sqrt(add(variance, epsilon)));

/** Refuses an input that does not hold one number per channel. */
export function checkPerChannel(op: string, value: { shape: Shape }, channels: number, name: string, input: number): void {
  if (sameShape(value.shape, [channels])) return;
  throw new OperatorError("shape", `${name} of ${op} has shape ${formatShape(value.shape)} instead of ${formatShape([channels])}`, {
    input,
  });
}

/** One number per channel in a shape that broadcasts over (batch, channels, …) of the given rank. */
export const alongChannels = (value: Value, rank: number): Value =>
  reshape(value, [value.shape[0], ...new Array<number>(Math.max(0, rank - 2)).fill(1)]);
