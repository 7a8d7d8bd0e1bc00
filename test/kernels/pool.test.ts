import { describe, expect, test } from "vitest";
import {
  averagePoolByLoops,
  averagePoolGradientByLoops,
  maxPoolByLoops,
  maxPoolGradientByLoops,
} from "../../src/kernels/loops/pool-loops.ts";
import { averagePool, averagePoolGradient, firstOutside, maxPool, maxPoolGradient } from "../../src/kernels/pool.ts";
import { extentOf, kernelsOf, outsOf, sizesOf, type Window, type WindowAxis } from "../../src/kernels/window.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf, zeros } from "../../src/tensor/tensor.ts";
import { Random } from "../support/random.ts";
import "../support/close.ts";
import { bytesOf, everyWay, Stage } from "./stage.ts";

/** Windows along an axis, each of which covers at least one element; the last one may reach beyond the padding. */
function someAxis(random: Random, sizes: readonly [number, number]): WindowAxis {
  for (;;) {
    const own = { kernel: random.integer(1, 4), stride: random.integer(1, 4), dilation: random.pick([1, 1, 2]) };
    const [begin, end, size] = [random.integer(0, 2), random.integer(0, 2), random.integer(...sizes)];
    const spare = size + begin + end - extentOf(own);
    if (spare < 0) continue;
    const more = random.chance(0.3) && (Math.floor(spare / own.stride) + 1) * own.stride < size + begin ? 1 : 0;
    const axis = { ...own, begin, end, size, out: Math.floor(spare / own.stride) + 1 + more };
    const covered = Array.from({ length: axis.out }, (_, o) => o * axis.stride - begin).every((start) =>
      Array.from({ length: axis.kernel }, (_, tap) => start + tap * axis.dilation).some((element) => element >= 0 && element < size),
    );
    if (covered) return axis;
  }
}

const someWindow = (random: Random): Window => {
  const rank = random.integer(1, 3);
  return Array.from({ length: rank }, () => someAxis(random, rank === 3 ? [2, 6] : [4, 20]));
};

const planes = [3, 2];
const noise = (dtype: DType, shape: readonly number[], draw: () => number): Tensor =>
  tensorOf(dtype, shape, Float64Array.from({ length: sizeOf(shape) }, draw));

const two = { size: 8, kernel: 2, stride: 2, dilation: 1, begin: 0, end: 0, out: 4 };
const windowsOf = (random: Random): Window[] => [
  [two, two],
  [two, { ...two, size: 15, out: 7 }],
  [{ ...two, size: 40, kernel: 40, out: 1 }],
  ...Array.from({ length: 60 }, () => someWindow(random)),
];

const floats: readonly DType[] = ["float32", "float64"];

describe.each(floats)("pools of %s in the workspace agree with the loops", (dtype) => {
  test("the largest, its place, and where its gradient goes, bit for bit", () => {
    const random = new Random(`largest ${dtype}`);
    for (const window of windowsOf(random)) {
      const shape = [...planes, ...sizesOf(window)];
      const windows = { dtype, shape: [...planes, ...outsOf(window)] };
      // Few different numbers, so that many are equal.
      const draw = (): number =>
        random.chance(0.1) ? random.pick([Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) : random.integer(-3, 3);
      const x = noise(dtype, shape, draw);
      const expected = [zeros(dtype, windows.shape), zeros("int64", windows.shape)];
      maxPoolByLoops(x, window, expected[0], expected[1]);
      const stage = new Stage();
      const [sx, sy, si] = [stage.copy(x), stage.empty(windows), stage.empty({ ...windows, dtype: "int64" })];
      const mayFallBack = sizeOf(windows.shape) * sizeOf(kernelsOf(window)) < 256;
      for (const found of everyWay(() => {
        sy.data.fill(Number.NaN);
        si.data.fill(-1);
        maxPool(sx, window, sy, si);
        return [sy, si];
      }, mayFallBack)) {
        found.forEach((tensor, at) => expect(bytesOf(tensor).equals(bytesOf(expected[at])), JSON.stringify(window)).toBe(true));
      }
      // Whole numbers, whose sums are exact in either precision.
      const g = noise(dtype, windows.shape, () => random.integer(-8, 8));
      const toX = zeros(dtype, shape);
      maxPoolGradientByLoops(g, expected[1], toX);
      const [sg, sdx] = [stage.copy(g), stage.empty({ dtype, shape })];
      for (const [found] of everyWay(() => {
        sdx.data.fill(Number.NaN);
        maxPoolGradient(sg, si, sdx);
        return [sdx];
      }, g.data.length < 256)) {
        expect(found).toBeNear(toX);
      }
      expect(firstOutside(si, 6, sizeOf(sizesOf(window)))).toBe(-1);
    }
  });

  test("averages and their gradients", () => {
    const random = new Random(`average ${dtype}`);
    const unit = dtype === "float32" ? 2 ** -24 : 2 ** -53;
    for (const window of windowsOf(random)) {
      const shape = [...planes, ...sizesOf(window)];
      const windows = { dtype, shape: [...planes, ...outsOf(window)] };
      const taps = sizeOf(kernelsOf(window));
      const rare = random.pick([0, 0.05]);
      const draw = (): number =>
        random.chance(rare) ? random.pick([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) : random.uniform(-1, 1);
      const withPadding = random.chance();
      const mayFallBack = sizeOf(windows.shape) * taps < 256;
      const stage = new Stage();
      const [x, g] = [noise(dtype, shape, draw), noise(dtype, windows.shape, draw)];
      const [wideY, wideX] = [zeros("float64", windows.shape), zeros("float64", shape)];
      averagePoolByLoops(tensorOf("float64", shape, x.data), window, withPadding, wideY);
      averagePoolGradientByLoops(tensorOf("float64", windows.shape, g.data), window, withPadding, wideX);
      const [sx, sy, sg, sdx] = [stage.copy(x), stage.empty(windows), stage.copy(g), stage.empty({ dtype, shape })];
      for (const [y, toX] of everyWay(() => {
        sy.data.fill(Number.NaN);
        sdx.data.fill(Number.NaN);
        averagePool(sx, window, withPadding, sy);
        averagePoolGradient(sg, window, withPadding, sdx);
        return [sy, sdx];
      }, mayFallBack)) {
        expect(y, JSON.stringify(window)).toBeNear(wideY, { absolute: (taps + 2) * unit });
        expect(toX, JSON.stringify(window)).toBeNear(wideX, { absolute: (taps + 2) * unit * taps });
      }
    }
  });
});

test("an index outside its own plane is found", () => {
  const stage = new Stage();
  const indices = tensorOf("int64", [2, 1, 3], [0, 4, 2, 5, 9, 7]);
  const placed = stage.copy(indices);
  for (const tensor of [indices, placed]) {
    expect(firstOutside(tensor, 2, 5)).toBe(-1);
    tensor.data[5] = 4;
    expect(firstOutside(tensor, 2, 5)).toBe(5);
    tensor.data[1] = -1;
    expect(firstOutside(tensor, 2, 5)).toBe(1);
    tensor.data[1] = 5;
    expect(firstOutside(tensor, 2, 5)).toBe(1);
  }
});
