import * as term from "../../formula/term.ts";
import type { Value } from "../../ir/graph.ts";
import { formatShape, sameShape, type Shape } from "../../tensor/shape.ts";
import { add } from "../arithmetic/add.ts";
import { mul } from "../arithmetic/mul.ts";
import { reciprocal } from "../arithmetic/reciprocal.ts";
import { sqrt } from "../arithmetic/sqrt.ts";
import { stopGradient } from "../arithmetic/stop-gradient.ts";
import { sub } from "../arithmetic/sub.ts";
import { where } from "../arithmetic/where.ts";
import { OperatorError } from "../errors.ts";
import { less } from "../logic/comparison.ts";
import { reduceRootMeanSquare } from "../reduction/norms.ts";
import { reduceMean } from "../reduction/reduce-mean.ts";
import { reshape } from "../shape/reshape.ts";

/** What normalising over axes computes, with the axes kept as size 1 in the statistics. */
export interface Standardised {
  readonly mean: Value;
  /** x minus its mean. */
  readonly centred: Value;
  /** Of the population: the root of the mean of the squares of what is centred. No square overflows or vanishes in it. */
  readonly deviation: Value;
}

/**
 * A mean is rounded, and beside a large one the elements may differ by little more than that: so what is centred is centred again. It
 * changes nothing but roundings, and has no part in the derivative.
 */
export function standardise(x: Value, axes: readonly number[]): Standardised {
  const mean = reduceMean(x, { axes });
  const roughly = sub(x, mean);
  const centred = sub(roughly, stopGradient(reduceMean(roughly, { axes })));
  return { mean, centred, deviation: reduceRootMeanSquare(centred, { axes }) };
}

/** Of the population. */
export const varianceOf = (centred: Value, axes: readonly number[]): Value => reduceMean(mul(centred, centred), { axes });

/** 1 / √(deviation² + ε). Beyond what can be squared, ε is nothing. */
export function inverseOf(deviation: Value, epsilon: number): Value {
  if (epsilon === 0) return reciprocal(deviation);
  const far = deviation.dtype === "float32" ? 2 ** 60 : 2 ** 500;
  const root = sqrt(add(mul(deviation, deviation), epsilon));
  return reciprocal(where(less(deviation, far), root, deviation));
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

/** What comes back to the operand of a normalization, to its scale and to its shift. */
export function normalizationCotangents(x: term.Term, scale: term.Term, delta: term.Term): readonly term.Term[] {
  const standardized = term.call("standardized", x);
  const scaled = term.elementwise(scale, delta);
  const along = term.elementwise(standardized, term.call("mean", term.elementwise(scaled, standardized)));
  const centred = term.sum(scaled, term.negative(term.call("mean", scaled)), term.negative(along));
  return [term.quotient(centred, term.call("std", x)), term.call("Σ", term.elementwise(delta, standardized)), term.call("Σ", delta)];
}
