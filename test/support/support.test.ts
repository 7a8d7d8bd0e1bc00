import { describe, expect, test } from "vitest";
import { constant, graphOf, input } from "../../src/ir/graph.ts";
import { add } from "../../src/ops/arithmetic/add.ts";
import { exp } from "../../src/ops/arithmetic/exp.ts";
import { mul } from "../../src/ops/arithmetic/mul.ts";
import { scalar, tensorOf } from "../../src/tensor/tensor.ts";
import { difference } from "./close.ts";
import { interpret } from "./interpret.ts";
import { Random } from "./random.ts";
import { vector } from "./values.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

describe("closeness", () => {
  test.each([
    [vector([1, nan, infinity, -infinity, 0]), vector([1, nan, infinity, -infinity, -0])],
    [vector([1.0009, 2]), vector([1, 2])],
    [vector([]), vector([])],
  ])("%j is near %j", (actual, expected) => {
    expect(actual).toBeNear(expected, { relative: 1e-3 });
  });

  test.each([
    ["NaN and infinity", vector([nan]), vector([infinity])],
    ["infinity and NaN", vector([infinity]), vector([nan])],
    ["infinities of two signs", vector([infinity]), vector([-infinity])],
    ["NaN and a number", vector([nan]), vector([1])],
    ["a number and NaN", vector([1]), vector([nan])],
    ["a number and infinity", vector([1e308]), vector([infinity])],
    ["infinity and a number", vector([infinity]), vector([1e308])],
    ["too far relatively", vector([1.0011]), vector([1])],
    ["near zero without absolute tolerance", vector([1e-30]), vector([0])],
    ["two shapes of one size", tensorOf("float64", [2, 1], [1, 1]), vector([1, 1])],
    ["empty and not", vector([]), vector([1])],
  ])("%s are far from each other", (_, actual, expected) => {
    expect(difference(actual, expected, { relative: 1e-3 })).not.toBeNull();
    expect(() => expect(actual).toBeNear(expected, { relative: 1e-3 })).toThrow();
    expect(actual).not.toBeNear(expected, { relative: 1e-3 });
  });

  test("absolute tolerance counts beside the relative one", () => {
    expect(vector([1e-9, 1.0009])).toBeNear(vector([0, 1]), { relative: 1e-3, absolute: 1e-8 });
    expect(difference(vector([1e-7]), vector([0]), { relative: 1e-3, absolute: 1e-8 })).not.toBeNull();
  });

  test("the message shows the worst element and where it stands", () => {
    const actual = tensorOf("float64", [2, 3], [1, 2, 3, 4, 50, 6.1]);
    const expected = tensorOf("float64", [2, 3], [1, 2, 3, 4, 5, 6]);
    expect(difference(actual, expected)).toBe("2 of 6 elements differ, worst at [1, 1]: 50 instead of 5 (off by 4.50e+1)");
    actual.data[0] = nan;
    expect(difference(actual, expected)).toBe("3 of 6 elements differ, worst at [0, 0]: NaN instead of 1 (off by NaN)");
  });
});

describe("interpreter", () => {
  const type = { dtype: "float64", shape: [] } as const;

  test("runs nodes in order, shared ones once, with constants", () => {
    const x = input(type);
    const y = mul(exp(x), add(x, constant(scalar(2))));
    expect(interpret(graphOf([x], [y, x]), new Map([[x, scalar(1)]]))[0]).toBeNear(scalar(3 * Math.E), { relative: 1e-15 });
  });

  test("an intermediate value may be fed", () => {
    const x = input(type);
    const y = exp(x);
    expect(interpret(graphOf([x], [mul(y, 3)]), new Map([[y, scalar(2)]]))[0]).toBeNear(scalar(6));
  });

  test("depth is no limit", () => {
    const x = input(type);
    let y = x;
    for (let at = 0; at < 50_000; at++) y = add(y, 1);
    expect(interpret(graphOf([x], [y]), new Map([[x, scalar(0)]]))[0]).toBeNear(scalar(50_000));
  });

  test("an input that is not fed is an error", () => {
    const x = input(type);
    expect(() => interpret(graphOf([x], [exp(x)]))).toThrow("not fed");
  });
});

describe("random numbers", () => {
  test("one seed, one sequence", () => {
    const draw = (seed: number | string): number[] => {
      const random = new Random(seed);
      return Array.from({ length: 5 }, () => random.uniform());
    };
    expect(draw("Add")).toEqual(draw("Add"));
    expect(draw("Add")).not.toEqual(draw("Sub"));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test("stay within their bounds and spread over them", () => {
    const random = new Random(1);
    const numbers = Array.from({ length: 10_000 }, () => random.uniform(-2, 2));
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...numbers)).toBeLessThan(2);
    expect(Math.abs(numbers.reduce((sum, x) => sum + x, 0) / numbers.length)).toBeLessThan(0.05);
    expect(new Set(Array.from({ length: 200 }, () => random.integer(1, 4)))).toEqual(new Set([1, 2, 3, 4]));
  });
});
