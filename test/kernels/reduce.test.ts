import fc, { type GeneratorValue } from "fast-check";
import { describe, expect, test } from "vitest";
import { reduce } from "../../src/kernels/reduce.ts";
import * as summaries from "../../src/kernels/summaries.ts";
import { type Shape, sizeOf } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf, zeros } from "../../src/tensor/tensor.ts";
import { draws, specials } from "./numbers.ts";
import { everyWay, Stage } from "./stage.ts";

const { sum, mean, product, sumOfSquares, sumOfMagnitudes, euclideanNorm, logOfSum, logOfSumOfExponentials } = summaries;
const all = {
  sum,
  mean,
  product,
  sumOfSquares,
  sumOfMagnitudes,
  euclideanNorm,
  logOfSum,
  logOfSumOfExponentials,
  maximum: summaries.maximumOr(-Infinity),
  minimum: summaries.minimumOr(Infinity),
};

/** Enough elements for the kernel, along up to five axes of which some are reduced. */
function caseBy(gen: GeneratorValue): { shape: Shape; axes: number[] } {
  const shape = gen(fc.array, fc.constantFrom(1, 2, 3, 5, 9), { maxLength: 4 });
  shape.splice(gen(fc.nat, shape.length), 0, gen(fc.constantFrom, 128, 131, 300, 517));
  while (sizeOf(shape) > 40_000)
    shape.splice(
      shape.findIndex((size) => size > 1 && size < 128),
      1,
    );
  const axes = gen(fc.subarray, [...shape.keys()], { minLength: 1 });
  return { shape, axes };
}

function resultOf(summary: summaries.Summary, x: Tensor, axes: readonly number[], out: Tensor): Tensor {
  reduce(summary, x, axes, out);
  return out;
}

const typeOf = (x: Tensor, axes: readonly number[]): Pick<Tensor, "dtype" | "shape"> => ({
  dtype: x.dtype,
  shape: x.shape.filter((_, axis) => !axes.includes(axis)),
});

/** NaN and infinity as they are; else to some roundings of the greatest sum that there may be: the loops add thousands of numbers in one chain. */
function expectNear(actual: Tensor, expected: Tensor, scale: number): void {
  const unit = expected.dtype === "float32" ? 2 ** -23 : 2 ** -47;
  actual.data.forEach((got, at) => {
    const wanted = expected.data[at];
    if (!Number.isFinite(wanted)) expect(got).toBe(wanted);
    else expect(Math.abs(got - wanted)).toBeLessThanOrEqual(unit * Math.max(Math.abs(wanted), scale));
  });
}

describe.each(Object.entries(all))("%s", (name, summary) => {
  test.each(["float32", "float64"] as const)("of %s by SIMD is that of the loops, over any axes", (dtype) => {
    fc.assert(
      fc.property(fc.gen(), fc.nat(1e6), (gen, seed) => {
        const { shape, axes } = caseBy(gen);
        const between = name === "product" ? [0.98, 1.02] : [name === "logOfSum" ? 0 : -3, 3];
        const x = tensorOf(dtype, shape, draws(seed, sizeOf(shape), between[0], between[1]));
        if (seed % 3 === 0) for (let at = seed % 90; at < x.data.length; at += 97) x.data[at] = specials[(at + seed) % specials.length];
        const expected = resultOf(summary, x, axes, zeros(dtype, typeOf(x, axes).shape));
        // Sums that overflow on the way do so in some orders only.
        const isMild = x.data.every((number) => !(Math.abs(number) > 1e30) || Math.abs(number) === Infinity);
        const stage = new Stage();
        const there = stage.copy(x);
        // A logarithm near 0 has the roundings of its operand near 1.
        const least = name.startsWith("log") ? 1e-2 : 1e-12;
        const scale = dtype === "float64" ? sizeOf(shape) * 9 : least;
        const actuals = everyWay(() => [resultOf(summary, there, axes, stage.empty(typeOf(x, axes)))]);
        expect(stage.isIntact()).toBe(true);
        for (const [actual] of actuals) {
          if (isMild || name.endsWith("imum")) expectNear(actual, expected, scale);
        }
      }),
      // A case that fails is small enough to be looked at.
      { numRuns: 10, endOnFailure: true },
    );
  });
});

test("the greatest of zeros is the positive one", () => {
  const stage = new Stage();
  const x = stage.copy(
    tensorOf(
      "float64",
      [200],
      draws(1, 200, 0, 1).map((draw) => (draw < 0.9 ? -0 : 0)),
    ),
  );
  expect(resultOf(all.maximum, x, [0], stage.empty({ dtype: "float64", shape: [] })).data[0]).toBe(0);
  expect(resultOf(all.minimum, x, [0], stage.empty({ dtype: "float64", shape: [] })).data[0]).toBe(-0);
});

const repeated = (x: number, more: readonly number[] = []): number[] => [...new Array<number>(256).fill(x), ...more];
const greatest = Number.MAX_VALUE;

test.each([
  ["euclideanNorm", repeated(1e-200), 1.6e-199],
  ["euclideanNorm", repeated(1e200), 1.6e201],
  ["euclideanNorm", repeated(5e-324), 8e-323],
  ["rootMeanSquare", repeated(greatest), greatest],
  ["rootMeanSquare", repeated(1e-200), 1e-200],
  ["sumOfSquares", repeated(1.6e-162), 6.5536e-322],
  ["product", repeated(1e-3, repeated(1e3)), 1],
  ["product", repeated(1e3, repeated(1e-3)), 1],
  ["product", repeated(1e3, [0]), 0],
  ["mean", repeated(greatest), greatest],
  ["mean", repeated(-greatest, [greatest]), (-greatest / 257) * 255],
  ["sum", repeated(1e306, [-1e308]), 1.56e308],
  ["logOfSum", repeated(greatest), Math.log(greatest) + Math.log(256)],
  ["logOfSum", repeated(2 ** -8, [1e-20]), 1e-20],
  ["logOfSumOfExponentials", repeated(-37, [0]), Math.log1p(256 * Math.exp(-37))],
  ["logOfSumOfExponentials", repeated(-720, [0]), 256 * Math.exp(-720)],
] as const)("%s keeps its digits, case %#", (name, numbers, expected) => {
  const stage = new Stage();
  // One result of a run, and results of columns.
  for (const [shape, axis] of [
    [[numbers.length], 0],
    [[numbers.length, 3], 0],
  ] as const) {
    const data = numbers.flatMap((x) => new Array<number>(shape[1] ?? 1).fill(x));
    const x = stage.copy(tensorOf("float64", shape, data));
    const summary = { ...all, rootMeanSquare: summaries.rootMeanSquare }[name];
    for (const [found] of everyWay(() => [resultOf(summary, x, [axis], stage.empty(typeOf(x, [axis])))])) {
      for (const number of found.data) expect(Math.abs(number - expected)).toBeLessThanOrEqual(Math.abs(expected) * 1e-13 + 5e-323);
    }
  }
});
