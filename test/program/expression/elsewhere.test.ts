import { describe, expect, test } from "vitest";
import { functionsElsewhere, writtenInstead } from "../../../src/program/expression/elsewhere.ts";
import { functionNamed, functionNames } from "../../../src/program/expression/vocabulary.ts";
import { problemOf } from "../../support/problems.ts";
import { compileFormula, formulaDraft } from "../programs.ts";
import { numberOf } from "./numbers.ts";

const suggestionsOf = (formula: string): { suggestion: string | undefined; detail: string } => {
  const { errors, detail } = problemOf(() => compileFormula(formula, { x: 1 }));
  return { suggestion: errors[0].suggestion, detail };
};

describe("a correction never computes something else", () => {
  test.each(
    [
      "acoth acsch arg argmean asinc atan3 betainc bias cbr2 cdf ceil2 conv2d cosc cospi cot2 cotd cross cummax cummin cumsum2 ein erf2 erfcx erfi",
      "erfinv exp3 expi expint fft floor2 gam gcd heavy hypot3 inner iou isreal lag lambertw lerp li ln2 log3 logb logdet logm max2 median mse",
      "nor norm1 norm2 nand nansum phi pinv polygon psi2 quad rand real relu2 rem rint2 roll sec2 secd sin2 sinc sind sinm soft solve sq sqr",
      "std2 step sum2 svd tan2 tanc top tril_indices var2 vec xnor zeta gamma Γ nan_to_num",
    ].flatMap((line) => line.split(" ")),
  )("%s(x)", (name) => {
    const { suggestion } = suggestionsOf(`${name}(x)`);
    const formula = writtenInstead(name);
    expect(suggestion).toBe(formula !== undefined && "formula" in formula ? formula.formula : undefined);
  });

  test.each([
    ["sigmod", "sigmoid"],
    ["simgoid", "sigmoid"],
    ["sofmax", "softmax"],
    ["tnah", "tanh"],
    ["sqrtt", "sqrt"],
    ["lgo", "log"],
    ["logsumxp", "logsumexp"],
    ["log_sofmax", "log_softmax"],
    ["cross_entrpy", "cross_entropy"],
    ["reshpe", "reshape"],
    ["maximium", "maximum"],
    ["EXPP", "exp"],
  ])("a slip is corrected: %s to %s", (name, meant) => {
    const { suggestion } = suggestionsOf(`${name}(x)`);
    expect(functionNamed(suggestion ?? "", 1)?.op ?? suggestion).toBe(functionNamed(meant, 1)?.op ?? meant);
  });

  test("a power of T is told to be a transpose where there is no such input", () => {
    expect(suggestionsOf("x^T")).toEqual({ suggestion: undefined, detail: "The input T has no value; the transpose of A is written A'" });
  });

  test("no name that is known elsewhere is one of the functions", () => {
    expect([...functionsElsewhere].filter((name) => functionNamed(name, 1) !== undefined || functionNames.has(name))).toEqual([]);
  });
});

describe("what is written in place of a function", () => {
  const inputs = { x: 0.7, a: 2.5, b: 1.5, n: 7, k: 3, t: 1, p: 0.25, q: 0.5, y: 2, z: 0.75, mask: true, value: 9 };
  const degrees = Math.PI / 180;

  test.each<[name: string, value: number]>([
    ["mse", 1],
    ["l1_loss", 1],
    ["rmse", 1],
    ["binary_cross_entropy", -Math.log(0.25)],
    ["bce_with_logits", Math.log(1 + Math.exp(-0.75))],
    ["kl_div", 0.25 * Math.log(0.5)],
    ["factorial", 0.90863873285329],
    ["beta", 0.1963495408493621],
    ["comb", 35],
    ["normcdf", 0.758036347776927],
    ["normpdf", 0.312253933366761],
    ["heaviside", 1],
    ["ld", Math.log2(0.7)],
    ["acot", Math.atan(1 / 0.7)],
    ["asech", Math.acosh(1 / 0.7)],
    ["acsch", Math.asinh(1 / 0.7)],
    ["sind", Math.sin(0.7 * degrees)],
    ["atand", Math.atan(0.7) / degrees],
    ["sinpi", Math.sin(0.7 * Math.PI)],
    ["logcosh", Math.log(Math.cosh(0.7))],
    ["tanhshrink", 0.7 - Math.tanh(0.7)],
    ["cosine_similarity", 1],
    ["isfinite", 1],
    ["floor_divide", 1],
    ["rem", 1],
    ["ne", 1],
    ["ge", 1],
    ["masked_fill", 9],
    ["xlogy", 0.7 * Math.log(2)],
  ])("%s", (name, value) => {
    const instead = writtenInstead(name);
    expect(instead).toHaveProperty("formula");
    if (instead !== undefined && "formula" in instead) expect(numberOf(instead.formula, inputs)).toBeCloseTo(value, 13);
  });

  test("all of it can be read", () => {
    for (const name of functionsElsewhere) {
      const instead = writtenInstead(name);
      if (instead !== undefined && "formula" in instead) expect(() => formulaDraft(instead.formula), name).not.toThrow();
    }
  });
});
