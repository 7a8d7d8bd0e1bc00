import fc from "fast-check";
import { expect, test } from "vitest";
import { copyStrided } from "../../src/kernels/elementwise.ts";
import { dtypes } from "../../src/tensor/dtype.ts";
import { sizeOf, stridesOf } from "../../src/tensor/shape.ts";
import { type Tensor, zeros } from "../../src/tensor/tensor.ts";
import { bytesOf, everyWay, Stage } from "./stage.ts";

function copied(from: Tensor, strides: readonly number[], offset: number, out: Tensor): Tensor {
  copyStrided(from, strides, offset, out);
  return out;
}

test("strided copies by SIMD are those of the loops: transposed, repeated, reversed and cut out", () => {
  const kinds = ["whole", "repeated", "reversed", "every second"] as const;
  const axis = fc.record({ size: fc.constantFrom(1, 2, 3, 7, 33, 70), kind: fc.constantFrom("whole", "whole", ...kinds) });
  fc.assert(
    fc.property(fc.array(axis, { minLength: 1, maxLength: 4 }), fc.gen(), fc.constantFrom(...dtypes), (axes, gen, dtype) => {
      fc.pre(sizeOf(axes.map(({ size }) => size)) <= 60_000);
      const shape = axes.map(({ size, kind }) => (kind === "every second" ? 2 * size : kind === "repeated" ? 1 : size));
      const order = gen(fc.shuffledSubarray, [...axes.keys()], { minLength: axes.length });
      const own = stridesOf(shape);
      const steps = { whole: 1, repeated: 0, reversed: -1, "every second": 2 };
      const strides = order.map((at) => own[at] * steps[axes[at].kind]);
      const offset = axes.reduce((sum, { size, kind }, at) => sum + (kind === "reversed" ? (size - 1) * own[at] : 0), 0);
      const outShape = order.map((at) => axes[at].size);
      const x = zeros(dtype, shape);
      for (let at = 0; at < x.data.length; at++) x.data[at] = dtype === "bool" ? at % 2 : at;
      const expected = copied(x, strides, offset, zeros(dtype, outShape));
      const stage = new Stage();
      const there = stage.copy(x);
      const out = { dtype, shape: outShape };
      const actuals = everyWay(() => [copied(there, strides, offset, stage.empty(out))], sizeOf(outShape) < 128);
      expect(stage.isIntact()).toBe(true);
      for (const [actual] of actuals) {
        expect(bytesOf(actual).equals(bytesOf(expected))).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});
