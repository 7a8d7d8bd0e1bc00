import type { Complex } from "../define.ts";
import type { Value } from "../../ir/graph.ts";
import type { Meeting } from "../../kernels/gather.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { cast } from "../arithmetic/cast.ts";
import { div } from "../arithmetic/div.ts";
import { mul } from "../arithmetic/mul.ts";
import { sub } from "../arithmetic/sub.ts";
import { where } from "../arithmetic/where.ts";
import { imaginary } from "../complex.ts";
import { number } from "../express.ts";
import { equal } from "../logic/comparison.ts";
import { filled } from "./expand.ts";
import { range } from "./range.ts";
import { reshape } from "./reshape.ts";

interface Scattering {
  readonly data: Value;
  readonly updates: Value;
  readonly output: Value;
  readonly g: Value;
}

/**
 * The gradients of data and updates under each reduction, given how the operator scatters updates onto data, and how it picks from a
 * tensor of the data's shape what lies at the places of the updates.
 */
export function scatterGradients(
  reduction: Meeting,
  { data, updates, output, g }: Scattering,
  scatter: (onto: Value, from: Value, how: Meeting) => Value,
  pick: (from: Value) => Value,
): readonly [toData: Value, toUpdates: Value] {
  const overwritten = (): Value => scatter(g, filled(0, updates), "none");
  switch (reduction) {
    case "none":
      return [overwritten(), where(lastWritten(data, updates, scatter, pick), pick(g), number(0, g))];
    case "add":
      return [g, pick(g)];
    case "mul":
      return [mul(g, scatter(filled(1, data), updates, "mul")), mul(pick(mul(g, data)), otherFactors(data, updates, scatter, pick))];
    case "max":
    case "min": {
      const ofData = cast(equal(data, output), g.dtype);
      const ofUpdates = cast(equal(updates, pick(output)), g.dtype);
      const share = div(g, scatter(ofData, ofUpdates, "add"));
      return [mul(share, ofData), mul(pick(share), ofUpdates)];
    }
  }
}

/** Writing and adding are linear in data and updates together; the other reductions have no complex form. */
export function scatteredForms(
  reduction: Meeting,
  data: Complex,
  updates: Complex,
  scatter: (onto: Value, from: Value) => Value,
): readonly Complex[] | null {
  if (reduction !== "none" && reduction !== "add") return null;
  return [{ re: scatter(data.re, updates.re), im: scatter(imaginary(data), imaginary(updates)) }];
}

/** Which of the data and the updates attain a greatest or smallest result. */
export function scatterBranches(
  reduction: Meeting,
  data: Value,
  updates: Value,
  output: Value,
  pick: (from: Value) => Value,
): readonly Value[] {
  return reduction === "max" || reduction === "min" ? [equal(data, output), equal(updates, pick(output))] : [];
}

/** Which updates no later one overwrites. */
function lastWritten(
  data: Value,
  updates: Value,
  scatter: (onto: Value, from: Value, how: Meeting) => Value,
  pick: (from: Value) => Value,
): Value {
  const order = reshape(range(0, sizeOf(updates.shape), 1, "int64"), updates.shape);
  return equal(order, pick(scatter(filled(0, { dtype: "int64", shape: data.shape }), order, "none")));
}

/** For every update, the product of the other updates at its place. Zeros are counted apart, so that nothing is divided by them. */
function otherFactors(
  data: Value,
  updates: Value,
  scatter: (onto: Value, from: Value, how: Meeting) => Value,
  pick: (from: Value) => Value,
): Value {
  const isZero = equal(updates, number(0, updates));
  const zero = cast(isZero, updates.dtype);
  const factors = where(isZero, number(1, updates), updates);
  const product = pick(scatter(filled(1, data), factors, "mul"));
  const otherZeros = sub(pick(scatter(filled(0, data), zero, "add")), zero);
  return where(equal(otherZeros, number(0, otherZeros)), div(product, factors), number(0, updates));
}
