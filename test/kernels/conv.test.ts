import { describe, expect, test } from "vitest";
import { convolutionWeightsByLoops, convolveByLoops, convolveTransposedByLoops } from "../../src/kernels/loops/conv-loops.ts";
import { convolutionWeights, convolve, convolveTransposed } from "../../src/kernels/conv.ts";
import { extentOf, kernelsOf, outsOf, sizesOf, type Window, type WindowAxis } from "../../src/kernels/window.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf, zeros } from "../../src/tensor/tensor.ts";
import { Random } from "../support/random.ts";
import { bytesOf, everyWay, Stage } from "./stage.ts";

interface Case {
  readonly window: Window;
  readonly batch: number;
  readonly groups: number;
  readonly channels: number;
  readonly filters: number;
  readonly bias: boolean;
}

const plain = { stride: 1, dilation: 1, begin: 0, end: 0 };

/** Windows along an axis as many as fit. */
function axis(given: Partial<WindowAxis> & { size: number; kernel: number }): WindowAxis {
  const own = { ...plain, ...given };
  return { ...own, out: Math.floor((own.size + own.begin + own.end - extentOf(own)) / own.stride) + 1 };
}

function someAxis(random: Random, sizes: readonly [number, number]): WindowAxis {
  const own = { kernel: random.integer(1, 4), stride: random.pick([1, 1, 1, 2, 3]), dilation: random.pick([1, 1, 2]) };
  const [begin, end] = [random.integer(0, 3), random.integer(0, 3)];
  const size = Math.max(random.integer(...sizes), extentOf({ ...own, kernel: own.kernel }) - begin - end, 1);
  return axis({ ...own, begin, end, size });
}

const noise = (dtype: DType, shape: readonly number[], draw: () => number): Tensor =>
  tensorOf(dtype, shape, Float64Array.from({ length: sizeOf(shape) }, draw));
const wide = (tensor: Tensor): Tensor => tensorOf("float64", tensor.shape, tensor.data);
const magnitude = (tensor: Tensor): Tensor =>
  tensorOf(
    "float64",
    tensor.shape,
    Float64Array.from(tensor.data, (x) => (Number.isFinite(x) ? Math.abs(x) : 0)),
  );

/** Expects every element of a result near what the loops compute in doubles: within `terms` roundings of the sum of magnitudes. */
function expectNear(found: Tensor, expected: Tensor, bound: Tensor, terms: number, what: string): void {
  const unit = found.dtype === "float32" ? 2 ** -24 : 2 ** -53;
  found.data.forEach((number, at) => {
    const wanted = expected.data[at];
    const allowed = (terms + 4) * unit * bound.data[at];
    if (Object.is(number, Math.fround(wanted)) || Object.is(number, wanted) || Math.abs(number - wanted) <= allowed) return;
    expect.fail(`${what}, element ${at}: ${number} instead of ${wanted} within ${allowed}`);
  });
}

type Convolution = (x: Tensor, w: Tensor, bias: Tensor | null, window: Window, groups: number, y: Tensor) => void;

/** Both directions of a case and its weights' gradient, in the workspace and by the loops. */
function compare(dtype: DType, given: Case, draw: () => number): void {
  const { window, batch, groups, channels, filters } = given;
  const image = [batch, groups * channels, ...sizesOf(window)];
  const windows = [batch, groups * filters, ...outsOf(window)];
  const w = noise(dtype, [groups * filters, channels, ...kernelsOf(window)], draw);
  check(convolve, convolveByLoops, noise(dtype, image, draw), w, windows, channels);
  check(convolveTransposed, convolveTransposedByLoops, noise(dtype, windows, draw), w, image, filters);

  const weights: Convolution = (x, g, _bias, window, groups, w) => convolutionWeights(x, g, window, groups, w);
  const weightsByLoops: Convolution = (x, g, _bias, window, groups, w) => convolutionWeightsByLoops(x, g, window, groups, w);
  const terms = batch * sizeOf(outsOf(window));
  check(weights, weightsByLoops, noise(dtype, image, draw), noise(dtype, windows, draw), w.shape, terms / sizeOf(kernelsOf(window)));

  function check(fast: Convolution, loops: Convolution, x: Tensor, w: Tensor, shape: readonly number[], inner: number): void {
    const bias = given.bias ? noise(dtype, [shape[1]], draw) : null;
    const stage = new Stage();
    const [sx, sw, sb, sy] = [stage.copy(x), stage.copy(w), bias === null ? null : stage.copy(bias), stage.empty({ dtype, shape })];
    const expected = zeros("float64", shape);
    const bound = zeros("float64", shape);
    loops(wide(x), wide(w), bias === null ? null : wide(bias), window, groups, expected);
    loops(magnitude(x), magnitude(w), bias === null ? null : magnitude(bias), window, groups, bound);
    const what = `${fast.name} ${dtype} ${JSON.stringify(given)}`;
    // Infinite weights must not meet zeros that a transposed convolution only has in its kernel: the loops do it then.
    const mayFallBack = fast === convolveTransposed && !w.data.every(Number.isFinite);
    for (const [found] of everyWay(() => {
      sy.data.fill(Number.NaN);
      fast(sx, sw, sb, window, groups, sy);
      return [sy];
    }, mayFallBack)) {
      expectNear(found, expected, bound, inner * sizeOf(kernelsOf(window)), what);
    }
  }
}

const floats: readonly DType[] = ["float32", "float64"];

describe.each(floats)("convolutions of %s in the workspace agree with the loops", (dtype) => {
  test("over random windows", () => {
    const random = new Random(`convolution ${dtype}`);
    for (let round = 0; round < 40; round++) {
      const rank = random.integer(1, 3);
      const window = Array.from({ length: rank }, () => someAxis(random, rank === 1 ? [20, 60] : rank === 2 ? [4, 18] : [2, 8]));
      const [channels, filters] = [random.integer(1, 7), random.integer(1, 14)];
      const products = sizeOf(outsOf(window)) * sizeOf(kernelsOf(window)) * channels * filters;
      const batch = Math.max(random.integer(1, 6), Math.ceil(2048 / products));
      compare(dtype, { window, batch, groups: random.pick([1, 1, 2, 3]), channels, filters, bias: random.chance() }, () =>
        random.uniform(-1, 1),
      );
    }
  });

  const both = (size: number, given: Partial<WindowAxis> & { kernel: number }): Window => [
    axis({ ...given, size }),
    axis({ ...given, size }),
  ];
  const cases: readonly Case[] = [
    // As in networks: 3 × 3 with padding 1, 1 × 1, strides, one filter for each channel, and a long inner index.
    { window: both(28, { kernel: 3, begin: 1, end: 1 }), batch: 2, groups: 1, channels: 1, filters: 16, bias: true },
    { window: both(14, { kernel: 3, begin: 1, end: 1 }), batch: 2, groups: 1, channels: 16, filters: 32, bias: true },
    { window: both(8, { kernel: 1 }), batch: 3, groups: 1, channels: 300, filters: 10, bias: false },
    { window: both(7, { kernel: 3, begin: 1, end: 1 }), batch: 1, groups: 1, channels: 40, filters: 20, bias: true },
    { window: both(9, { kernel: 3, stride: 2, begin: 1, end: 1 }), batch: 1, groups: 1, channels: 40, filters: 8, bias: false },
    { window: both(12, { kernel: 3, begin: 1, end: 1 }), batch: 2, groups: 12, channels: 1, filters: 1, bias: true },
    { window: both(19, { kernel: 3, begin: 1, end: 1 }), batch: 2, groups: 5, channels: 1, filters: 1, bias: true },
    { window: both(2, { kernel: 3, begin: 1, end: 1 }), batch: 2, groups: 1, channels: 64, filters: 9, bias: false },
    { window: both(6, { kernel: 4, stride: 4 }), batch: 2, groups: 1, channels: 30, filters: 9, bias: false },
    // Images of which only bands fit, and filters of which only blocks do.
    {
      window: [axis({ size: 130, kernel: 3, begin: 1 }), axis({ size: 200, kernel: 3, end: 1 })],
      batch: 1,
      groups: 1,
      channels: 21,
      filters: 2,
      bias: true,
    },
    {
      window: [axis({ size: 9, kernel: 3 }), axis({ size: 40, kernel: 3, begin: 2 }), axis({ size: 90, kernel: 2, begin: 1 })],
      batch: 1,
      groups: 1,
      channels: 18,
      filters: 1,
      bias: false,
    },
    { window: [axis({ size: 9000, kernel: 3, dilation: 2, begin: 4 })], batch: 1, groups: 1, channels: 100, filters: 1, bias: false },
    { window: [axis({ size: 9000, kernel: 4, stride: 3, end: 1 })], batch: 1, groups: 1, channels: 100, filters: 1, bias: false },
    { window: [axis({ size: 14, kernel: 11 })], batch: 2, groups: 1, channels: 120, filters: 230, bias: true },
  ];

  test.each(cases)("$window.length axes, $channels channels, $filters filters, case %#", (given) => {
    const random = new Random(`case ${dtype}`);
    compare(dtype, given, () => random.uniform(-1, 1));
  });

  test("with every special value", () => {
    const random = new Random(`special ${dtype}`);
    const tiny = dtype === "float32" ? 2 ** -140 : 2 ** -1060;
    for (let round = 0; round < 16; round++) {
      const rare = random.pick([0.001, 0.01]);
      const window = [someAxis(random, [6, 12]), someAxis(random, [6, 12])];
      const draw = (): number =>
        random.chance(rare)
          ? random.pick([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, tiny, -0])
          : random.integer(-2, 2);
      compare(dtype, { window, batch: 8, groups: 1, channels: 3, filters: 5, bias: random.chance() }, draw);
    }
  });
});

test("zeros keep the signs that the loops give them", () => {
  const window = [axis({ size: 9, kernel: 3 })];
  const stage = new Stage();
  const x = tensorOf("float32", [8, 4, 9], new Float32Array(8 * 36).fill(-0));
  const w = tensorOf("float32", [4, 4, 3], new Float32Array(48).fill(1));
  const bias = tensorOf("float32", [4], [0, -0, 1, -1]);
  const expected = zeros("float32", [8, 4, 7]);
  convolve(x, w, bias, window, 1, expected);
  const [sx, sw, sb, sy] = [stage.copy(x), stage.copy(w), stage.copy(bias), stage.empty(expected)];
  for (const [found] of everyWay(() => {
    convolve(sx, sw, sb, window, 1, sy);
    return [sy];
  })) {
    expect(bytesOf(found)).toEqual(bytesOf(expected));
  }
});
