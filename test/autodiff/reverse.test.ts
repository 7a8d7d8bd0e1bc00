import { describe, expect, test } from "vitest";
import { reverse } from "../../src/autodiff/reverse.ts";
import { constant, graphOf, input, type Value } from "../../src/ir/graph.ts";
import { print } from "../../src/ir/print.ts";
import { sigmoid } from "../../src/ops/activation/sigmoid.ts";
import { softmax } from "../../src/ops/activation/softmax.ts";
import { tanh } from "../../src/ops/activation/tanh.ts";
import { add } from "../../src/ops/arithmetic/add.ts";
import { cast } from "../../src/ops/arithmetic/cast.ts";
import { div } from "../../src/ops/arithmetic/div.ts";
import { exp } from "../../src/ops/arithmetic/exp.ts";
import { mul } from "../../src/ops/arithmetic/mul.ts";
import { neg } from "../../src/ops/arithmetic/neg.ts";
import { sub } from "../../src/ops/arithmetic/sub.ts";
import { matMul } from "../../src/ops/linear/mat-mul.ts";
import { reduceSum } from "../../src/ops/reduction/reduce-sum.ts";
import { filled } from "../../src/ops/shape/expand.ts";
import { split } from "../../src/ops/shape/split.ts";
import { transpose } from "../../src/ops/shape/transpose.ts";
import { scalar, type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { checkAgainstDifferences, checkDotProduct, gradientObjective } from "../ops/derivatives.ts";
import "../support/close.ts";
import { interpret } from "../support/interpret.ts";
import { floats } from "../support/values.ts";
import { Random } from "../support/random.ts";

const one = (): Value => constant(scalar(1));
const number = (value: Value | null, feeds: ReadonlyMap<Value, Tensor>): number =>
  value === null ? Number.NaN : interpret(graphOf([...feeds.keys()], [value]), feeds)[0].data[0];

describe("edges", () => {
  test("carry what flows back before it is summed: two edges out of b carry 2 and 3", () => {
    const [a, b] = [floats(), floats()];
    const c = add(a, b);
    const d = add(b, 1);
    const e = mul(c, d);
    const { edges, gradientOf } = reverse([e], [one()]);
    const feeds = new Map([
      [a, scalar(2)],
      [b, scalar(1)],
    ]);
    const outOf = (value: Value): number[] => edges.filter(({ from }) => from === value).map(({ gradient }) => number(gradient, feeds));
    expect(outOf(a)).toEqual([2]);
    expect(outOf(b).toSorted((x, y) => x - y)).toEqual([2, 3]);
    expect([a, b, c, d, e].map((value) => number(gradientOf(value), feeds))).toEqual([2, 5, 2, 3, 1]);
    expect(edges.map(({ to, input: position }) => `${to.op} ${position}`)).toEqual(["Mul 0", "Mul 1", "Add 0", "Add 1", "Add 0", "Add 1"]);
  });

  test("of the sigmoid in elementary steps, as a textbook writes them", () => {
    const x = floats();
    const steps = [neg(x)];
    steps.push(exp(steps[0]));
    steps.push(add(steps[1], 1));
    const y = div(1, steps[2]);
    const { edges } = reverse([y], [one()]);
    const feeds = new Map([[x, scalar(1)]]);
    const s = 1 / (1 + Math.exp(-1));
    const along = (from: Value): number => number(edges.find((edge) => edge.from === from)?.gradient ?? null, feeds);
    expect(along(steps[2])).toBeCloseTo(-s * s, 15);
    expect(along(steps[1])).toBeCloseTo(-s * s, 15);
    expect(along(steps[0])).toBeCloseTo(-s * s * Math.exp(-1), 15);
    expect(along(x)).toBeCloseTo(s * (1 - s), 15);
  });

  test("have the shape of their operand where it was stretched", () => {
    const [x, bias] = [floats(4, 3), floats(3)];
    const y = add(x, bias);
    const { edges } = reverse([y], [filled(1, y)]);
    expect(edges.map(({ gradient }) => gradient.shape)).toEqual([[4, 3], [3]]);
    const [sum] = interpret(graphOf([], [edges[1].gradient]));
    expect(sum).toBeNear(tensorOf("float64", [3], [4, 4, 4]));
  });

  test("lead nowhere from integers, and not to what the objective does not use", () => {
    const [x, unused] = [floats(2), floats(2)];
    const whole = cast(x, "int64");
    const { edges, gradientOf } = reverse([mul(cast(whole, "float64"), 2)], [filled(1, x)]);
    expect(edges.every(({ from }) => from.dtype !== "int64")).toBe(true);
    expect(gradientOf(x)).toBeNull();
    expect(gradientOf(unused)).toBeNull();
  });
});

describe("gradients", () => {
  test("are graphs, which can be read", () => {
    const x = input({ dtype: "float64", shape: [3] });
    const y = reduceSum(mul(x, exp(x)), { keepdims: false });
    const gradient = reverse([y], [one()]).gradientOf(x) as Value;
    expect(print(graphOf([x], [gradient]))).toMatchInlineSnapshot(`
      "input %0: float64[3]
      %1: float64[3] = Exp(%0)
      %2: float64[1] = Reshape(1, 1) {"allowzero":true}
      %3: float64[3] = Expand(%2, 3)
      %4: float64[3] = Mul(%3, %1)
      %5: float64[3] = Mul(%3, %0)
      %6: float64[3] = Mul(%5, %1)
      %7: float64[3] = Add(%4, %6)
      return %7"
    `);
  });

  test("of several objectives add up", () => {
    const x = floats();
    const [y, z] = [mul(x, 3), mul(x, x)];
    const { gradientOf } = reverse([y, z], [one(), constant(scalar(10))]);
    expect(number(gradientOf(x), new Map([[x, scalar(2)]]))).toBe(43);
  });

  test("of an objective that is an input is its seed", () => {
    const x = floats();
    expect(number(reverse([x], [one()]).gradientOf(x), new Map())).toBe(1);
  });

  test("of an objective in the middle of another's path add to it", () => {
    const x = floats();
    const y = mul(x, 2);
    const { gradientOf } = reverse([mul(y, y), y], [one(), one()]);
    expect(number(gradientOf(y), new Map([[x, scalar(3)]]))).toBe(13);
    expect(number(gradientOf(x), new Map([[x, scalar(3)]]))).toBe(26);
  });

  test("agree with central differences and forward mode through a network, at orders 1 and 2", () => {
    const random = new Random("network");
    const variables = [floats(2, 3), floats(3, 4), floats(4), floats(4, 2)];
    const [x, w, bias, v] = variables;
    const hidden = tanh(add(matMul(x, w), bias));
    const [left, right] = split(hidden, [2, 2], 1);
    const gated = mul(sigmoid(left), right);
    const y = softmax(add(matMul(hidden, v), sub(gated, transpose(matMul(transpose(gated, [1, 0]), gated), [1, 0]))), 1);
    const weights = [input(y)];
    const feeds = new Map([...variables, ...weights].map((value) => [value, random.tensor("float64", value.shape, [-1, 1])]));
    const objective = { of: [y], weights, variables, feeds };
    checkAgainstDifferences(objective);
    checkDotProduct(objective);
    checkAgainstDifferences(gradientObjective(objective));
    checkDotProduct(gradientObjective(objective));
  });

  test("a third time: the derivatives of x⁵", () => {
    const x = floats();
    let y: Value = mul(mul(mul(x, x), mul(x, x)), x);
    const found = [1, 2, 3, 4].map(() => {
      y = reverse([y], [one()]).gradientOf(x) as Value;
      return number(y, new Map([[x, scalar(2)]]));
    });
    expect(found).toEqual([80, 160, 240, 240]);
  });
});

describe("size", () => {
  test("a chain of 100,000 nodes", () => {
    const x = floats();
    let y = x;
    for (let at = 0; at < 100_000; at++) y = at % 2 === 0 ? mul(y, 2) : mul(y, 0.5);
    const { edges, gradientOf } = reverse([y], [one()]);
    expect(edges.filter(({ input: position }) => position === 0).length).toBe(100_000);
    expect(number(gradientOf(x), new Map([[x, scalar(1)]]))).toBe(1);
  });

  test("100,000 edges out of one value", () => {
    const x = floats();
    const { gradientOf } = reverse(
      Array.from({ length: 100_000 }, () => mul(x, 2)),
      Array.from({ length: 100_000 }, one),
    );
    expect(number(gradientOf(x), new Map([[x, scalar(1)]]))).toBe(200_000);
  });
});
