import { describe, expect, test } from "vitest";
import { reverse } from "../../src/autodiff/reverse.ts";
import { graphOf, input, type Value } from "../../src/ir/graph.ts";
import { layerNormalization } from "../../src/ops/network/layer-normalization.ts";
import { logSoftmax, softmax } from "../../src/ops/activation/softmax.ts";
import { reduceLogSum, reduceLogSumExp } from "../../src/ops/reduction/logarithms.ts";
import { reduceL2, reduceRootMeanSquare, reduceSumSquare } from "../../src/ops/reduction/norms.ts";
import { reduceMean } from "../../src/ops/reduction/reduce-mean.ts";
import { reduceProd } from "../../src/ops/reduction/reduce-prod.ts";
import { reduceSum } from "../../src/ops/reduction/reduce-sum.ts";
import { filled } from "../../src/ops/shape/expand.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { tensorOf } from "../../src/tensor/tensor.ts";
import { interpret } from "../support/interpret.ts";

type Function = (x: Value) => Value;

const infinity = Number.POSITIVE_INFINITY;
const greatest = Number.MAX_VALUE;

/** Value, and gradient of the sum; the elements several times over, where enough of them ask for a kernel. */
function evaluated(f: Function, numbers: readonly number[], dtype: DType): { value: number[]; gradient: number[] } {
  const feed = tensorOf(dtype, [numbers.length], [...numbers]);
  const x = input(feed);
  const y = f(x);
  const gradient = reverse([y], [filled(1, y)]).gradientOf(x) ?? filled(0, x);
  const [value, slope] = interpret(graphOf([x], [y, gradient]), new Map([[x, feed]]));
  return { value: [...value.data], gradient: [...slope.data] };
}

function expectWithin(found: readonly number[], expected: readonly number[], epsilon: number): void {
  expect(found.length).toBe(expected.length);
  found.forEach((number, at) => {
    const wanted = expected[at];
    if (wanted === 0 || !Number.isFinite(wanted)) expect(number + 0).toBe(wanted);
    else expect(Math.abs(number / wanted - 1), `${number} for ${wanted}`).toBeLessThanOrEqual(16 * epsilon);
  });
}

const first: Function = (x) => reduceSum(logSoftmax(x, 0), { axes: [0] });
const root = Math.SQRT1_2;
const tiny = 8.533047625744066e-17;

describe.each([
  [
    "logsumexp",
    (x: Value) => reduceLogSumExp(x),
    [
      [[1e10, 1e10], [10000000000.693148], [0.5, 0.5]],
      [[1e16, 1e16], [1e16], [0.5, 0.5]],
      [[-1e300, -1e300], [-1e300], [0.5, 0.5]],
      [[0, -37], [tiny], [1, tiny]],
      [[0, 0, -1e300], [Math.LN2], [0.5, 0.5, 0]],
      [[0, -720], [2.0322308024293554e-313], [1, 2.0322308024293554e-313]],
      [[infinity, 1], [infinity], [1, 0]],
      [[-infinity, 3], [3], [0, 1]],
    ],
  ],
  [
    "log of a sum",
    (x: Value) => reduceLogSum(x),
    [
      [[1, 1e-20], [1e-20], [1, 1]],
      [[0.5, 0.5, 2 ** -60], [2 ** -60], [1, 1, 1]],
      [[1e308, 1e308], [709.889355822726], [5e-309, 5e-309]],
    ],
  ],
  [
    "norm",
    (x: Value) => reduceL2(x),
    [
      [[1e200, 1e200], [1.4142135623730951e200], [root, root]],
      [[3e-200, 4e-200], [5e-200], [0.6, 0.8]],
      [[1.5e308, 1.5e308], [infinity], [root, root]],
      [[5e-324, 0], [5e-324], [1, 0]],
      [[1e-320, 1e-320], [1.414e-320], [root, root]],
      [[-infinity, 1], [infinity], [-1, 1 / greatest]],
      [[1e200, 1], [1e200], [1, 1e-200]],
    ],
  ],
  [
    "root mean square",
    (x: Value) => reduceRootMeanSquare(x),
    [
      [[greatest, greatest], [greatest], [0.5, 0.5]],
      [[1e200, -1e200], [1e200], [0.5, -0.5]],
      [[1e-200, 1e-200], [1e-200], [0.5, 0.5]],
      [[1e-310, -1e-310], [1e-310], [0.5, -0.5]],
      [[0, 3e-309], [2.12132034355964e-309], [0, root]],
    ],
  ],
  ["sum of squares", (x: Value) => reduceSumSquare(x), [[[1.6e-162, 1.6e-162], [5e-324], [3.2e-162, 3.2e-162]]]],
  [
    "mean",
    (x: Value) => reduceMean(x),
    [
      [[1e308, 1e308], [1e308], [0.5, 0.5]],
      [[greatest, greatest, -greatest, greatest], [greatest / 2], [0.25, 0.25, 0.25, 0.25]],
      [[infinity, 1], [infinity], [0.5, 0.5]],
    ],
  ],
  [
    "sum",
    (x: Value) => reduceSum(x),
    [
      [[1e308, 1e308, -1e308], [1e308], [1, 1, 1]],
      [[-greatest, -greatest, greatest], [-greatest], [1, 1, 1]],
    ],
  ],
  [
    "product",
    (x: Value) => reduceProd(x),
    [
      [[1e200, 1e200, 1e-200], [1e200], [1, 1, infinity]],
      [[1e-200, 1e-200, 1e200], [1e-200], [1, 1, 0]],
      [[1e-200, 1e-120, 1e200], [1e-120], [1e80, 1, 1e-320]],
      [[5e-324, 2 ** 1000, 2 ** 74], [1], [infinity, 2 ** -1000, 2 ** -74]],
    ],
  ],
  ["first of a softmax", (x: Value) => reduceSum(softmax(x, 0)), [[[infinity, 1], [1], [0, 0]]]],
  ["sum of a log-softmax", first, [[[37, 0], [-37 - 2 * tiny], [-1, 1]]]],
] as const satisfies readonly (readonly [
  string,
  Function,
  readonly (readonly [readonly number[], readonly number[], readonly number[]])[],
])[])("%s in float64", (_, f, rows) => {
  test.each([...rows])("of %j", (numbers: readonly number[], value: readonly number[], gradient: readonly number[]) => {
    const found = evaluated(f, numbers, "float64");
    expectWithin(found.value, value, Math.abs(value[0]) < 1e-308 ? 1e-4 : Number.EPSILON / 2);
    expectWithin(found.gradient, gradient, gradient.some((slope) => slope !== 0 && Math.abs(slope) < 1e-308) ? 1e-4 : Number.EPSILON / 2);
  });
});

describe("layer normalisation", () => {
  const normal =
    (epsilon: number): Function =>
    (x) =>
      layerNormalization(x, filled(1, x), null, { axis: 0, epsilon });
  const third = Math.sqrt(1.5);

  test.each([
    ["float64", [1e200, 0, -1e200], 1e-5, [third, 0, -third]],
    ["float64", [1e-200, 0, -1e-200], 0, [third, 0, -third]],
    ["float64", [1e15 + 1, 1e15 + 2, 1e15 + 3], 0, [-third, 0, third]],
    ["float64", [greatest, 0, -greatest], 1e-5, [third, 0, -third]],
    // Their mean is no float32.
    ["float32", [16777216, 16777218, 16777220, 16777222], 0, [-3, -1, 1, 3].map((x) => x / Math.sqrt(5))],
    ["float32", [1e30, 0, -1e30], 1e-5, [third, 0, -third]],
  ] as const)("of %s %j with epsilon %d", (dtype, numbers, epsilon, expected) => {
    expectWithin(evaluated(normal(epsilon), numbers, dtype).value, expected, dtype === "float32" ? 2 ** -24 : 2 ** -53);
  });
});
