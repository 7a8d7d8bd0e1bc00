import { describe, expect, test } from "vitest";
import { reverse } from "../../src/autodiff/reverse.ts";
import { Cancelled } from "../../src/run/executable.ts";
import { executable } from "../../src/run/execute.ts";
import { kernelSteps, plan } from "../../src/plan/plan.ts";
import { constant, graphOf, input, type Value } from "../../src/ir/graph.ts";
import { add } from "../../src/ops/arithmetic/add.ts";
import { exp } from "../../src/ops/arithmetic/exp.ts";
import { identity } from "../../src/ops/arithmetic/identity.ts";
import { mul } from "../../src/ops/arithmetic/mul.ts";
import { reduceSum } from "../../src/ops/reduction/reduce-sum.ts";
import { filled } from "../../src/ops/shape/expand.ts";
import { reshape } from "../../src/ops/shape/reshape.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { interpret } from "../support/interpret.ts";
import { floats } from "../support/values.ts";

const never = (): boolean => false;
const run = (fed: readonly Value[], wanted: readonly Value[], feeds: readonly Tensor[]): number[][] =>
  executable(plan(fed, wanted))(feeds, never).wanted.map(({ data }) => Array.from(data));

describe("a plan", () => {
  test("computes equal expressions once", () => {
    const x = floats(3);
    const planned = plan([x], [mul(exp(x), exp(x)), exp(x)]);
    expect(kernelSteps(planned).map(({ node }) => node.op)).toEqual(["Exp", "Mul"]);
  });

  test("leaves out what nobody asked for and what is constant", () => {
    const x = floats(2);
    exp(x);
    const planned = plan([x], [add(x, exp(constant(tensorOf("float64", [], [1]))))]);
    expect(kernelSteps(planned).map(({ node }) => node.op)).toEqual(["Add"]);
  });

  test("gives views the memory of what they look at", () => {
    const x = floats(6);
    const planned = plan([x], [reshape(exp(x), [2, 3]), identity(exp(x))]);
    expect(kernelSteps(planned).map(({ node }) => node.op)).toEqual(["Exp"]);
    expect(new Set(planned.wanted.map((slot) => planned.slots[slot].memory)).size).toBe(1);
  });

  test("computes a long row of elementwise operators in place", () => {
    const x = floats(128);
    let y: Value = x;
    for (let k = 0; k < 100; k++) y = exp(y);
    const { arenaBytes, unsharedBytes, steps } = plan([x], [y]);
    expect(steps.length).toBeLessThan(5);
    expect(arenaBytes).toBe(128 * 8);
    expect(unsharedBytes).toBe(101 * 128 * 8);
  });

  test("tells 0 from -0 among constants", () => {
    const x = floats(1);
    const times = (k: number): Value => mul(x, constant(tensorOf("float64", [], [k])));
    expect(run([x], [times(0), times(-0)], [tensorOf("float64", [1], [1])])).toEqual([[0], [-0]]);
  });
});

describe("an executable", () => {
  test("agrees with the interpreter when buffers are shared, on every run", () => {
    const x = input({ dtype: "float64", shape: [2, 3] });
    const b = floats(3);
    let y = add(x, b);
    for (let k = 0; k < 6; k++) y = add(mul(y, reshape(mul(y, 0.5), [2, 3])), exp(mul(y, -0.1)));
    const loss = reduceSum(y, { keepdims: false });
    const { gradientOf } = reverse([loss], [filled(1, loss)]);
    const wanted = [gradientOf(b) as Value, y, gradientOf(x) as Value];
    const { arenaBytes, unsharedBytes } = plan([x, b], wanted);
    expect(arenaBytes).toBeLessThan(unsharedBytes);
    const callable = executable(plan([x, b], wanted));
    for (const scale of [0.1, 0.2]) {
      const feeds = [
        tensorOf(
          "float64",
          [2, 3],
          [1, 2, 3, 4, 5, 6].map((k) => k * scale),
        ),
        tensorOf("float64", [3], [0.3, -0.2, scale]),
      ];
      const expected = interpret(graphOf([x, b], wanted), new Map([x, b].map((value, at) => [value, feeds[at]])));
      const { wanted: actual } = callable(feeds, never);
      expect(actual.map(({ data }) => Array.from(data))).toEqual(expected.map(({ data }) => Array.from(data)));
    }
  });

  test("hands back what is fed, also through a view", () => {
    const x = floats(4);
    expect(run([x], [x, reshape(x, [2, 2]), reduceSum(reshape(x, [2, 2]))], [tensorOf("float64", [4], [1, 2, 3, 4])])).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [10],
    ]);
  });

  test("stops between steps when it is cancelled", () => {
    const x = floats(10_000);
    let y: Value = x;
    for (let k = 0; k < 400; k++) y = exp(mul(y, 0.5));
    let asked = 0;
    const callable = executable(plan([x], [y]));
    expect(() => callable([tensorOf("float64", [10_000], new Float64Array(10_000))], () => ++asked > 7)).toThrow(Cancelled);
    expect(asked).toBe(8);
  });

  test("says which watched values are not finite", () => {
    const x = floats(2);
    const large = exp(x);
    const small = exp(mul(large, -1));
    const watched = [x, large, small];
    const callable = executable(plan([x], [small], { watched }));
    expect(Array.from(callable([tensorOf("float64", [2], [1, 1000])], never).nonfinite)).toEqual([0, 1, 0]);
    expect(Array.from(callable([tensorOf("float64", [2], [1, 2])], never).nonfinite)).toEqual([0, 0, 0]);
    expect(Array.from(callable([tensorOf("float64", [2], [1, Number.NaN])], never).nonfinite)).toEqual([1, 1, 1]);
  });

  test("plans and runs a chain of 100,000 nodes with its gradient", () => {
    const x = input({ dtype: "float64", shape: [] });
    let y: Value = x;
    for (let k = 0; k < 100_000; k++) y = mul(y, 1.00001);
    const { gradientOf } = reverse([y], [filled(1, y)]);
    const [[gradient]] = run([x], [gradientOf(x) as Value], [tensorOf("float64", [], [1])]);
    expect(gradient).toBeCloseTo(1.00001 ** 100_000, 8);
  });
});
