import { describe, expect, test } from "vitest";
import { compare, normRatio } from "../../src/grading/compare.ts";
import { presetNames, presets, within } from "../../src/grading/tolerance.ts";

const row = (...data: number[]) => ({ shape: [data.length], data });

describe("the ratio of norms", () => {
  test.each<[string, number[], number[], number]>([
    ["equal tensors", [1, -2], [1, -2], 0],
    ["opposite ones", [1, -2], [-1, 2], 1],
    ["half", [3], [5], 0.25],
    ["nothing and nothing", [0, 0], [0, 0], 0],
    ["nothing and something", [0, 0], [0, 1e-300], 1],
    ["numbers whose squares vanish", [3e-200], [5e-200], 0.25],
    ["numbers whose squares overflow", [3e200, 0], [5e200, 0], 0.25],
    ["NaN in both", [Number.NaN, 3], [Number.NaN, 5], 0.25],
    ["NaN in one", [Number.NaN, 3], [1, 3], Infinity],
    ["infinities of one sign", [Infinity, 3], [Infinity, 3], 0],
    ["infinities of either sign", [Infinity], [-Infinity], Infinity],
  ])("of %s", (_, a, b, ratio) => {
    expect(normRatio(a, b)).toBeCloseTo(ratio, 15);
  });
});

describe("a comparison", () => {
  test("passes what is within the tolerance of every element, and counts what is not", () => {
    expect(compare(row(1, 2, 3), row(1, 2.1, 3.5), within(0.2, 0))).toMatchObject({ passed: false, wrong: 1, worst: [{ index: [2] }] });
    expect(compare(row(1, 2, 3), row(1, 2.1, 3.15), within(0.2, 0))).toMatchObject({ passed: true, wrong: 0 });
    expect(compare(row(100), row(101), within(0, 0.01)).passed).toBe(true);
  });

  test("by norms is of all elements together", () => {
    const tolerance = presets["deeplearning.ai"].tolerance("float64");
    expect(compare(row(1, 1e-9), row(1, 2e-9), tolerance).passed).toBe(true);
    expect(compare(row(1e-9), row(2e-9), tolerance)).toMatchObject({ passed: false, wrong: 1 });
  });

  test("lists at most three elements, whatever their order", () => {
    const { worst, wrong } = compare(row(1, 5, 2, 4, 3), row(0, 0, 0, 0, 0), within(0, 0));
    expect([wrong, worst.map(({ submitted }) => submitted)]).toEqual([5, [5, 4, 3]]);
  });

  test.each(presetNames)("by %s holds where numbers are huge, tiny or 0", (name) => {
    const tolerance = presets[name].tolerance("float64");
    const passes = (a: number, n: number): boolean => compare(row(a), row(n), tolerance).passed;
    for (const n of [0, -0, 5e-324, 1e-310, 1.7e308, -1.7e308, Infinity, -Infinity, NaN]) expect(passes(n, n), String(n)).toBe(true);
    expect(passes(-0, 0)).toBe(true);
    expect(passes(1e308, 1.7e308)).toBe(false);
    expect(passes(-1.7e308, 1.7e308)).toBe(false);
    expect(passes(1.7e308, Infinity)).toBe(false);
    expect(passes(0, 1)).toBe(false);
    expect(passes(1e-3, 0)).toBe(false);
    expect(passes(NaN, 0)).toBe(false);
    expect(passes(0, NaN)).toBe(false);
  });

  test("takes NaN for NaN alone", () => {
    for (const tolerance of [within(Infinity, 0), presets["deeplearning.ai"].tolerance("float64")]) {
      expect(compare(row(Number.NaN), row(Number.NaN), tolerance).passed).toBe(true);
      expect(compare(row(Number.NaN), row(1), tolerance).passed).toBe(false);
      expect(compare(row(1), row(Number.NaN), tolerance).passed).toBe(false);
      expect(compare(row(Infinity), row(1), tolerance).passed).toBe(false);
    }
  });
});
