import fc from "fast-check";
import { expect, test } from "vitest";
import { softmaxAlong } from "../../src/kernels/softmax.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf, zeros } from "../../src/tensor/tensor.ts";
import { draws, specials } from "./numbers.ts";
import { everyWay, Stage } from "./stage.ts";

function softmax(x: Tensor, axis: number, isLog: boolean, out: Tensor): Tensor {
  softmaxAlong(x, axis, isLog, out);
  return out;
}

test.each(["float32", "float64"] as const)("softmax of %s by SIMD is that of the loops, along any axis", (dtype) => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 9 }));
  fc.assert(
    fc.property(sizes, fc.nat(2), fc.boolean(), fc.nat(1e6), ([a, b, c], axis, isLog, seed) => {
      const shape = [a, b, c];
      const x = tensorOf(dtype, shape, draws(seed, sizeOf(shape), -9, 9));
      if (seed % 3 === 0) for (let at = seed % 40; at < x.data.length; at += 91) x.data[at] = specials[(at + seed) % specials.length];
      const expected = softmax(x, axis, isLog, zeros(dtype, shape));
      const stage = new Stage();
      const there = stage.copy(x);
      const actuals = everyWay(() => [softmax(there, axis, isLog, stage.empty(x))], sizeOf(shape) < 32);
      expect(stage.isIntact()).toBe(true);
      for (const [actual] of actuals) {
        const unit = dtype === "float32" ? 1.3e-7 : 2e-15;
        actual.data.forEach((got, at) => {
          const wanted = expected.data[at];
          if (!Number.isFinite(wanted)) expect(got).toBe(wanted);
          else expect(Math.abs(got - wanted)).toBeLessThanOrEqual(unit * Math.max(Math.abs(wanted), isLog ? 1 : 1e-300));
        });
      }
    }),
    { numRuns: 40 },
  );
});
