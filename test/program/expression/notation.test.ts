import { describe, expect, test } from "vitest";
import { problemOf } from "../../support/problems.ts";
import { compileFormula, formulaDraft, written } from "../programs.ts";
import { valueOf as evaluated } from "./numbers.ts";

const given: Readonly<Record<string, unknown>> = {
  x: 3,
  y: -2,
  v: [1, -2, 4],
  m: [
    [1, 2, 3],
    [4, 5, 6],
  ],
  i: { dtype: "int64", shape: [], data: [1] },
};

const valueOf = (text: string, inputs = given): { shape: readonly number[]; data: number[] } => evaluated(text, inputs);

describe("as it is printed", () => {
  test.each<[printed: string, plain: string]>([
    ["x²", "x^2"],
    ["x³ − y²", "x^3 - y^2"],
    ["-x²", "-(x^2)"],
    ["x⁻¹", "x^-1"],
    ["x¹⁰", "x^10"],
    ["2^x²", "2^(x^2)"],
    ["(x + y)²·x", "(x + y)^2 * x"],
    ["√x", "sqrt(x)"],
    ["2·√(x + 1)", "2*sqrt(x + 1)"],
    ["√√x", "sqrt(sqrt(x))"],
    ["√x·x", "sqrt(x)*x"],
    ["∛y", "cbrt(y)"],
    ["x × y ÷ 2", "x * y / 2"],
    ["x – y", "x - y"],
    ["|y|", "abs(y)"],
    ["|x|·|y| + |x·|y|−7|", "abs(x)*abs(y) + abs(x*abs(y)-7)"],
    ["|sum(v)|", "abs(sum(v))"],
    ["σ(x)", "sigmoid(x)"],
    ["Σ(v)", "sum(v)"],
    ["2·π", "2*pi"],
    ["mᵀ", "m'"],
    ["log₂(x)", "log2(x)"],
    ["log_10(x)", "log10(x)"],
    ["where(x ≥ 3, 1, 0)", "where(x >= 3, 1, 0)"],
    ["where(x ≤ 2, 1, 0)", "where(x <= 2, 1, 0)"],
    ["where(x ≠ y, 1, 0)", "where(not(x == y), 1, 0)"],
    ["where(x != 3, 1, 0)", "where(not(x == 3), 1, 0)"],
    ["（x ＋ y）＊2", "(x + y)*2"],
    ["clip(x, −∞, 2)", "min(x, 2)"],
    ["clip(x, -inf, 2)", "min(x, 2)"],
    ["x % 2", "mod(x, 2)"],
    ["y % 3", "mod(y, 3)"],
    ["x₁ = x; x₁ + 1", "x + 1"],
    ["a = x；a + 1", "x + 1"],
  ])("%s is %s", (printed, plain) => {
    expect(valueOf(printed)).toEqual(valueOf(plain));
  });
});

describe("lists of values", () => {
  test.each<[text: string, shape: number[], data: number[]]>([
    ["[x, 1]", [2], [3, 1]],
    ["[x, y, x*y]", [3], [3, -2, -6]],
    ["[[x, 1], [0, y]]", [2, 2], [3, 1, 0, -2]],
    ["[v, v + 1]", [2, 3], [1, -2, 4, 2, -1, 5]],
    ["[[1, 2, 3], v]", [2, 3], [1, 2, 3, 1, -2, 4]],
    ["a = [x]; a + 1", [1], [4]],
    ["norm([x, 4])", [], [5]],
    ["sum([v, v])", [], [6]],
    ["max([v, 2*v])", [], [8]],
    ["std([x, y], ddof=0)", [], [2.5]],
    ["[[1, 2], [3, 4]] @ [x, 1]", [2], [5, 13]],
  ])("%s", (text, shape, data) => {
    expect(valueOf(text)).toEqual({ shape, data });
  });

  test("of unlike shapes are refused at the one that differs", () => {
    expect(problemOf(() => compileFormula("[x, v]", { x: 1, v: [1, 2] })).detail).toMatch(/^Line 1, column 5: .*one shape/);
  });
});

describe("places of a tensor", () => {
  test.each<[text: string, shape: number[], data: number[]]>([
    ["v[0]", [], [1]],
    ["v[-1]", [], [4]],
    ["v[1:3]", [2], [-2, 4]],
    ["v[:2]", [2], [1, -2]],
    ["v[::2]", [2], [1, 4]],
    ["v[::-1]", [3], [4, -2, 1]],
    ["v[:]", [3], [1, -2, 4]],
    ["v[2:0:-1]", [2], [4, -2]],
    ["v[[2, 0]]", [2], [4, 1]],
    ["v[i]", [], [-2]],
    ["m[1]", [3], [4, 5, 6]],
    ["m[1, 2]", [], [6]],
    ["m[1][2]", [], [6]],
    ["m[:, 0]", [2], [1, 4]],
    ["m[0, 1:]", [2], [2, 3]],
    ["m[:, ::2]", [2, 2], [1, 3, 4, 6]],
    ["m'[0]", [2], [1, 4]],
    ["(v*2)[0] + v[1]^2", [], [6]],
  ])("%s", (text, shape, data) => {
    expect(valueOf(text)).toEqual({ shape, data });
  });

  test("make no more nodes than they need", () => {
    expect(written(formulaDraft("x[:]"))).toEqual([]);
    expect(written(formulaDraft("x[1:3, 0]"))).toEqual([
      "slice_1 = Slice(x, [1], [3], [0], [1])",
      'gather_1 = Gather(slice_1, 0) {"axis":1}',
    ]);
  });
});

describe("functions of one's own", () => {
  test.each<[text: string, data: number[]]>([
    ["f(a) = a^2; f(x) + f(y)", [13]],
    ["f(x) = x^2\nf(5)", [25]],
    ["f(a, b) = a*b + x; f(2, y)", [-1]],
    ["f(a, b) = a - b; f(b=1, a=x)", [2]],
    ["g(t) = 1/(1 + exp(-t)); h(t) = 2*g(t) - 1; h(0)", [0]],
    ["f(a) = [a, 1]; sum(f(x)*f(x))", [10, 2]],
    ["exp(t) = 2*t; exp(x)", [6]],
    ["f(x) = x^2", [9]],
    ["k = 2; f(x, y) = k*x*y", [-12]],
    ["f(a) =\\\n a + 1; f(x)", [4]],
  ])("%s", (text, data) => {
    expect(valueOf(text).data.slice(0, data.length)).toEqual(data.slice(0, valueOf(text).data.length));
  });

  test("every call makes its nodes, and a function that ends the formula names the output", () => {
    expect(written(formulaDraft("f(a) = a^2; f(x)*f(x + 1)"))).toEqual([
      "pow_1 = Pow(x, 2)",
      "add_1 = Add(x, 1)",
      "pow_2 = Pow(add_1, 2)",
      "mul_1 = Mul(pow_1, pow_2)",
    ]);
    expect(formulaDraft("f(x) = x^2 + 1").outputs).toEqual(["f"]);
  });

  test("calls upon calls have an end", () => {
    const doubling = Array.from({ length: 20 }, (_, at) => `f${at + 1}(x) = f${at}(x) + f${at}(x)`).join("; ");
    expect(problemOf(() => formulaDraft(`f0(x) = x; ${doubling}; f20(1)`)).code).toBe("too_many_nodes");
    const empty = Array.from({ length: 20 }, (_, at) => `f${at + 1}(x) = g(f${at}(x), f${at}(x))`).join("; ");
    expect(problemOf(() => formulaDraft(`g(a, b) = a; f0(x) = x; ${empty}; f20(1)`)).code).toBe("too_many_nodes");
  });
});

test("functions are known only where they are called: their names are names of inputs too", () => {
  const names = ["var", "std", "sort", "if", "e", "inf", "nan", "gamma", "lgamma", "dot", "norm", "mod", "and", "σ", "log2", "f"];
  const text = `f(t) = 2*t; ${names.join(" + ")} + f(1)`;
  expect(valueOf(text, Object.fromEntries(names.map((name, at) => [name, 2 ** at]))).data).toEqual([2 ** names.length - 1 + 2]);
});
