import { describe, expect, test } from "vitest";
import { multiplyByLoops } from "../../src/kernels/loops/matmul-loops.ts";
import { multiply } from "../../src/kernels/matmul.ts";
import { type Matrix, matrixAt, placesBy, type Scaling } from "../../src/kernels/matrix.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { type Tensor, tensorOf, zeros } from "../../src/tensor/tensor.ts";
import { Random } from "../support/random.ts";
import "../support/close.ts";
import { bytesOf, everyWay, Stage } from "./stage.ts";

/** How the two sides, the result and the addend of a product lie. */
interface Layout {
  readonly count: number;
  readonly left: Steps;
  readonly right: Steps;
  readonly out: Steps;
  readonly addend: Steps | null;
}
type Steps = readonly [row: number, column: number, next: number];

const floats: readonly DType[] = ["float32", "float64"];

const matrix = ({ data }: Tensor, [row, column, next]: Steps, rows: number, columns: number): Matrix => ({
  data,
  offset: 0,
  rows: placesBy(row, rows),
  columns: placesBy(column, columns),
  next,
});

/** Numbers that a matrix with these steps spreads over. */
const reach = ([row, column, next]: Steps, rows: number, columns: number, count: number): number =>
  1 + (rows - 1) * row + (columns - 1) * column + (count - 1) * next;

/** Row by row or column by column, at times with gaps. */
function someSteps(random: Random, rows: number, columns: number): Steps {
  const gap = random.chance(0.3) ? random.integer(1, 3) : 0;
  return random.chance() ? [columns + gap, 1, rows * (columns + gap)] : [1, rows + gap, columns * (rows + gap)];
}

/** A product by the loops in doubles and by every kernel, with a bound for what rounding may do to each sum. */
function compare(
  dtype: DType,
  [m, n, k]: readonly number[],
  layout: Layout,
  scale: { alpha: number; beta: number } | null,
  draw: () => number,
): void {
  const { count } = layout;
  const fill = (steps: Steps, rows: number, columns: number): Tensor => {
    const size = reach(steps, rows, columns, count);
    return tensorOf(dtype, [size], Float64Array.from({ length: size }, draw));
  };
  const a = fill(layout.left, m, k);
  const b = fill(layout.right, k, n);
  const addend = layout.addend === null ? null : fill(layout.addend, m, n);
  const gaps = fill(layout.out, m, n);
  const inPlace = addend !== null && layout.addend === layout.out;
  const run = (x: Tensor, y: Tensor, plus: Tensor | null, out: Tensor, by: typeof multiply): Tensor => {
    const to = matrix(out, layout.out, m, n);
    const scaling: Scaling | null =
      scale === null || plus === null || layout.addend === null ? null : { ...scale, addend: matrix(plus, layout.addend, m, n) };
    by(matrix(x, layout.left, m, k), matrix(y, layout.right, k, n), to, scaling, count);
    return out;
  };
  const wide = (tensor: Tensor): Tensor => tensorOf("float64", tensor.shape, tensor.data);
  const loops: typeof multiply = (left, right, out, scaling) => {
    for (let at = 0; at < count; at++) {
      const own = scaling ? { ...scaling, addend: matrixAt(scaling.addend, at) } : null;
      multiplyByLoops(matrixAt(left, at), matrixAt(right, at), matrixAt(out, at), own);
    }
  };
  const magnitude = (tensor: Tensor): Tensor => ({ ...tensor, data: tensor.data.map((x) => (Number.isFinite(x) ? Math.abs(x) : 0)) });
  const wideAddend = addend === null ? null : wide(addend);
  const expected = run(wide(a), wide(b), wideAddend, inPlace && wideAddend !== null ? wideAddend : wide(gaps), loops);
  const positive = scale === null ? null : { alpha: Math.abs(scale.alpha), beta: Math.abs(scale.beta) };
  const bound = zeros("float64", gaps.shape);
  loops(
    matrix(magnitude(wide(a)), layout.left, m, k),
    matrix(magnitude(wide(b)), layout.right, k, n),
    matrix(bound, layout.out, m, n),
    positive === null || addend === null || layout.addend === null
      ? null
      : { ...positive, addend: matrix(magnitude(wide(addend)), layout.addend, m, n) },
  );
  const stage = new Stage();
  const [x, y] = [stage.copy(a), stage.copy(b)];
  const plus = addend === null ? null : stage.copy(addend);
  const out = inPlace && plus !== null ? plus : stage.copy(gaps);
  const unit = dtype === "float32" ? 2 ** -24 : 2 ** -53;
  for (const [result] of everyWay(() => {
    out.data.set(inPlace && addend !== null ? addend.data : gaps.data);
    return [run(x, y, plus, out, multiply)];
  })) {
    result.data.forEach((found, at) => {
      const wanted = expected.data[at];
      const allowed = (k + 4) * unit * bound.data[at];
      const near = Object.is(found, Math.fround(wanted)) || Object.is(found, wanted) || Math.abs(found - wanted) <= allowed;
      if (!near) expect.fail(`${dtype} ${m}×${k}×${n}, element ${at}: ${found} instead of ${wanted} within ${allowed}`);
    });
  }
}

describe("products in the workspace agree with the loops", () => {
  // Tiles and their edges, few rows, few columns, more than one block of rows, columns and products.
  const sizes = [
    [6, 8, 64],
    [7, 9, 11],
    [16, 16, 16],
    [13, 33, 40],
    [125, 5, 300],
    [4, 1100, 7],
    [1, 300, 70],
    [2, 2200, 9],
    [3, 37, 515],
    [300, 1, 70],
    [50, 2, 301],
    [9, 3, 1000],
    [1, 1, 5000],
    [130, 70, 520],
    [5, 10, 256],
    [8, 4, 257],
  ];

  test.each(sizes.flatMap((size) => floats.map((dtype) => ({ size, dtype }))))("$size in $dtype", ({ size, dtype }) => {
    const random = new Random(`product ${size.join(" ")} ${dtype}`);
    const [m, n, k] = size;
    for (let round = 0; round < 6; round++) {
      const layout: Layout = {
        count: m * n * k > 100_000 ? 1 : random.integer(1, 4),
        left: someSteps(random, m, k),
        right: someSteps(random, k, n),
        out: round === 5 ? [1, m, m * n] : [n + (round % 2), 1, m * (n + (round % 2))],
        addend: null,
      };
      // An update in place among them.
      const addend: Steps =
        round === 1 ? layout.out : random.pick<Steps>([layout.out, [0, 1, 0], [1, 0, 0], [n, 1, m * n], [0, 0, 1], [1, m, 0]]);
      const scale = round % 2 === 0 ? null : { alpha: random.pick([1, -0.125, 3]), beta: random.pick([1, -2]) };
      compare(dtype, size, scale === null ? layout : { ...layout, addend }, scale, () => random.uniform(-1, 1));
    }
  });

  test.each(floats)("with every special value in %s", (dtype) => {
    const random = new Random(`special ${dtype}`);
    const tiny = dtype === "float32" ? 2 ** -140 : 2 ** -1060;
    for (let round = 0; round < 60; round++) {
      const size = [random.integer(1, 20), random.integer(1, 20), random.integer(30, 70)];
      const [m, n, k] = size;
      if (m * n * k < 256) continue;
      const rare = random.pick([0.002, 0.02]);
      const draw = (): number =>
        random.chance(rare)
          ? random.pick([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, tiny, -0])
          : random.integer(-2, 2);
      const out: Steps = [n, 1, 0];
      const layout = { count: 1, left: someSteps(random, m, k), right: someSteps(random, k, n), out, addend: null };
      compare(dtype, size, layout, null, draw);
      compare(dtype, size, { ...layout, addend: out }, { alpha: -0.5, beta: 1 }, draw);
    }
  });
});

test("zeros keep the signs that the loops give them", () => {
  const stage = new Stage();
  for (const shape of [
    [12, 20, 10],
    [1, 40, 10],
    [40, 1, 10],
  ]) {
    const [m, n, k] = shape;
    const a = tensorOf("float32", [m, k], new Float32Array(m * k).fill(-0));
    const b = tensorOf("float32", [k, n], new Float32Array(k * n).fill(1));
    const d = tensorOf(
      "float32",
      [n],
      Float32Array.from({ length: n }, (_, at) => (at % 2 === 0 ? 0 : -0)),
    );
    const [x, y, plus, out] = [stage.copy(a), stage.copy(b), stage.copy(d), stage.empty({ dtype: "float32", shape: [m, n] })];
    const run = (left: Tensor, right: Tensor, addend: Tensor, to: Tensor, alpha: number): Tensor => {
      const target = matrix(to, [n, 1, 0], m, n);
      multiply(matrix(left, [k, 1, 0], m, k), matrix(right, [n, 1, 0], k, n), target, {
        alpha,
        beta: 1,
        addend: matrix(addend, [0, 1, 0], m, n),
      });
      return to;
    };
    for (const alpha of [1, -1]) {
      const expected = run(a, b, d, zeros("float32", [m, n]), alpha);
      for (const [found] of everyWay(() => [run(x, y, plus, out, alpha)])) expect(bytesOf(found)).toEqual(bytesOf(expected));
    }
  }
});
