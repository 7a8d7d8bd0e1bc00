import { describe, expect, test } from "vitest";
import { executable } from "../../src/run/execute.ts";
import { plan } from "../../src/plan/plan.ts";
import { graphOf, input } from "../../src/ir/graph.ts";
import { gemm } from "../../src/ops/linear/gemm.ts";
import { differenceOf, interpretedWith } from "../support/engine.ts";
import { Random } from "../support/random.ts";

/** Products of all small and some larger sizes, with addends of every shape: also of those that fill as much memory as the result. */
describe.each(["float32", "float64"] as const)("planned products in %s agree with the loops", (dtype) => {
  test.each([1, 2, 3, 5, 13])("%i rows", (m) => {
    const random = new Random(m);
    for (const n of [1, 2, 3, 4, 9, 32]) {
      for (const k of [1, 3, 8, 53, 300]) {
        for (const addend of [null, [], [n], [m, 1], [1, 1], [m, n]]) {
          const [transA, transB] = [random.chance(), random.chance()];
          const shapes = [transA ? [k, m] : [m, k], transB ? [n, k] : [k, n], addend ?? []];
          const values = shapes.map((shape) => input({ dtype, shape }));
          const product = gemm(values[0], values[1], addend === null ? null : values[2], { transA, transB });
          const feeds = shapes.map((shape) => random.tensor(dtype, shape));
          const [actual] = executable(plan(values, [product]))(feeds, () => false).wanted;
          const [expected] = interpretedWith(graphOf(values, [product]), feeds);
          expect(differenceOf(actual, expected), JSON.stringify({ n, k, addend, transA, transB })).toBeLessThan(
            dtype === "float32" ? 1e-5 : 1e-13,
          );
        }
      }
    }
  });
});
