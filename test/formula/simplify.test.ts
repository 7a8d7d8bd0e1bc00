import { describe, expect, test } from "vitest";
import { evaluated } from "../../src/formula/evaluate.ts";
import { fold } from "../../src/formula/fold.ts";
import { simplified } from "../../src/formula/simplify.ts";
import { sameTerm } from "../../src/formula/structure.ts";
import * as term from "../../src/formula/term.ts";
import { textOf } from "../../src/formula/text.ts";
import { Random } from "../support/random.ts";
import { randomTerm } from "./terms.ts";

const { call, difference, elementwise, exponential, matrixProduct, negative, number, power, product, quotient, square, sum, transpose } =
  term;
const decay = exponential(negative("x"));
const below = sum(1, decay);

test.each([
  // The chain rule of z = (x + y)², with the exponent as a number.
  [product(2, power("t", difference(2, 1))), "2·t"],
  [product(product(2, "t"), 1), "2·t"],
  [product(2, sum("x", "y"), 1), "2·(x + y)"],
  // That of 1/(1 + e^(−x)), node by node.
  [product(negative(quotient(1, square(below))), decay, -1), "e^(−x)/(1 + e^(−x))²"],
  [product(negative(quotient(1, square("t"))), 1, "u", -1), "u/t²"],
  [quotient(below, square(below)), "1/(1 + e^(−x))"],
  [product(decay, decay), "e^(−2·x)"],
  [product(square("y"), decay), "y²·e^(−x)"],
  // Neutral and opposite numbers.
  [sum(0, "x"), "x"],
  [product(1, "x"), "x"],
  [power("x", 1), "x"],
  [power("x", 0), "1"],
  [quotient("a", 1), "a"],
  [negative(negative("x")), "x"],
  [product(-1, "x"), "−x"],
  [product("a", -2), "−2·a"],
  [product(negative("a"), negative("b")), "a·b"],
  [quotient(negative("a"), negative("b")), "a/b"],
  [sum("a", negative("b")), "a − b"],
  [sum(negative("a"), "b"), "b − a"],
  [negative(difference("a", "b")), "b − a"],
  [negative(sum("a", "b")), "−(a + b)"],
  [difference("a", sum("b", "c")), "a − b − c"],
  [difference(1, difference(1, "y")), "y"],
  // Numbers, as they are written and not as they are stored.
  [sum(0.1, 0.2), "0.3"],
  [difference(1, 0.5), "0.5"],
  [product(100, 2, 1.1), "220"],
  [quotient(2, 4), "1/2"],
  [quotient(0.5, 2), "0.25"],
  [quotient(6, 3), "2"],
  [quotient(1, 0), "1/0"],
  [product(1 / 3, 3, "x"), "3·0.3333333333333333·x"],
  [power(-2, 3), "−8"],
  [power(2, -1), "1/2"],
  [power(2, 0.5), "2^(0.5)"],
  [sum(1, "x", 2), "3 + x"],
  [product(quotient(1, 2), sum(1, "x")), "(1 + x)/2"],
  [product(2, quotient("x", 2)), "x"],
  [call("sqrt", 4), "2"],
  [call("sqrt", 2), "√(2)"],
  [call("ln", 1), "0"],
  // Like terms and like factors.
  [sum("x", "x"), "2·x"],
  [sum(product(2, "x"), product(3, "x"), negative("x")), "4·x"],
  [sum(quotient("x", 2), quotient("x", 3)), "5·x/6"],
  [sum(product("x", "y"), product("y", "x")), "2·x·y"],
  [product("x", "x"), "x²"],
  [product("x", square("x"), "y"), "x³·y"],
  [product("x", 3, term.pi), "3·π·x"],
  [square(square("x")), "x⁴"],
  [square(negative("x")), "x²"],
  [power(negative("x"), 3), "−x³"],
  [power("x", -2), "1/x²"],
  [quotient(quotient("a", "b"), "c"), "a/(b·c)"],
  [product(quotient(1, "x"), quotient(1, "x")), "1/x²"],
  // Where nothing is lost, and where something would be.
  [quotient(product("x", "x"), power("x", 3)), "1/x"],
  [quotient("x", "x"), "x/x"],
  [quotient(square("x"), "x"), "x²/x"],
  [quotient(1, quotient(1, "x")), "1/(1/x)"],
  [product(0, "x"), "0"],
  [product(0, call("ln", "x")), "0·ln(x)"],
  [difference("x", "x"), "0"],
  [difference(call("ln", "x"), call("ln", "x")), "ln(x) − ln(x)"],
  [call("abs", negative("x")), "|x|"],
  [call("sqrt", square("x")), "√(x²)"],
  // Matrices keep their order.
  [matrixProduct("A", matrixProduct("B", "A")), "A·B·A"],
  [matrixProduct(product(2, "A"), negative("B")), "−2·A·B"],
  [matrixProduct(transpose("A"), 1), "Aᵀ·𝟏"],
  [matrixProduct(transpose("A"), quotient(1, 2)), "Aᵀ·𝟏/2"],
  [transpose(transpose("A")), "A"],
  [transpose(matrixProduct(term.ones, transpose("w"))), "w·𝟏"],
  [transpose(product(2, matrixProduct("A", "B"))), "2·Bᵀ·Aᵀ"],
  [elementwise(1, "δ", elementwise("s", 1)), "δ ⊙ s"],
  [elementwise(1, "δ"), "δ"],
])("case %#: %o", (given, wanted) => {
  expect(textOf(simplified(given))).toBe(wanted);
});

describe("values", () => {
  const random = new Random("simplified");
  const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

  test("stay what they were wherever there were any, and nothing is left to simplify", () => {
    let compared = 0;
    for (let turn = 0; turn < 800; turn++) {
      const given = randomTerm(random, random.integer(1, 4));
      const simple = simplified(given);
      expect(textOf(simplified(simple)).length, textOf(given)).toBeLessThanOrEqual(textOf(simple).length);
      for (let point = 0; point < 4; point++) {
        const place = [0, 1, -1, random.uniform(-2, 2), random.uniform(0, 2)];
        const numbers: Record<string, number> = { x: place[random.integer(0, 4)], y: place[random.integer(0, 4)], z: place[3] };
        const valueOf = (name: string): number => numbers[name];
        const [before, after] = [evaluated(given, valueOf), evaluated(simple, valueOf)];
        if (!isOrdinary(given, valueOf) || !isSteady(given, numbers, before)) continue;
        compared += 1;
        if (!close(before, after)) expect(`${textOf(given)} = ${before}`).toBe(`${textOf(simple)} = ${after}`);
      }
    }
    expect(compared).toBeGreaterThan(800);
  });

  /** Whether all parts have values, of a size that does not hide what else is added to them. */
  function isOrdinary(given: term.Term, valueOf: (name: string) => number): boolean {
    let ordinary = true;
    fold<null>(given, (part) => {
      const isTruth = part.kind === "relation";
      ordinary &&= isTruth || Math.abs(evaluated(part, valueOf)) < 1e6;
      return null;
    });
    return ordinary;
  }

  /** Whether a step to the side changes little: next to a jump or a pole rounding decides. */
  function isSteady(given: term.Term, numbers: Record<string, number>, value: number): boolean {
    return [1e-10, -1e-10].every(
      (step) => Math.abs(evaluated(given, (name) => numbers[name] + step) - value) <= 1e-4 * Math.max(1, Math.abs(value)),
    );
  }
});

test("a wrong simplification would be seen", () => {
  const [given, wrong] = [product(2, "x"), product(3, "x")];
  expect(evaluated(given, () => 1)).not.toBe(evaluated(wrong, () => 1));
});

describe("size", () => {
  test("ten thousand levels are no problem", () => {
    let deep: term.Term = number(1);
    for (let level = 0; level < 10_000; level++) deep = sum(call("sin", deep), "y");
    expect(evaluated(simplified(deep), () => 0.5)).toBe(evaluated(deep, () => 0.5));
  });

  test.each<[string, (inner: term.Term) => term.Term]>([
    ["a power of a power", (inner) => exponential(product(2, inner))],
    ["a decay of a decay", (inner) => exponential(negative(inner))],
    ["a fraction of fractions", (inner) => quotient(inner, quotient("x", inner))],
    ["a power of a sum", (inner) => exponential(sum(inner, negative(product(3, inner))))],
    ["a difference from a difference", (inner) => difference("y", inner)],
    ["a transpose of products", (inner) => transpose(matrixProduct("A", inner))],
  ])("%s, three hundred times, is done with", (_, around) => {
    let nested: term.Term = term.symbol("x");
    for (let level = 0; level < 300; level++) nested = around(nested);
    expect(textOf(simplified(nested)).length).toBeLessThan(4000);
  });

  test("parts that are shared are looked at once", () => {
    let shared: term.Term = term.symbol("x");
    for (let level = 0; level < 300; level++) shared = sum(product(shared, "y"), call("sin", shared));
    expect(evaluated(simplified(shared), () => 0.25)).toBeCloseTo(
      evaluated(shared, () => 0.25),
      12,
    );
    let doubled: term.Term = term.symbol("x");
    for (let level = 0; level < 300; level++) doubled = product(doubled, doubled);
    expect(textOf(simplified(doubled)).length).toBeLessThan(2000);
  });
});

test("terms are the same whatever the order of addends and factors, and only then", () => {
  expect(sameTerm(sum(1, decay), sum(exponential(negative("x")), 1))).toBe(true);
  expect(sameTerm(product("a", sum("b", "c")), product(sum("c", "b"), "a"))).toBe(true);
  expect(sameTerm(quotient("a", "b"), quotient("b", "a"))).toBe(false);
  expect(sameTerm(matrixProduct("A", "B"), matrixProduct("B", "A"))).toBe(false);
  expect(sameTerm(term.symbol("e"), term.euler)).toBe(false);
  expect(sameTerm(sum("a", "b"), sum("a", "b", "b"))).toBe(false);
  expect(sameTerm(term.relation("a", "<", "b"), term.relation("a", ">", "b"))).toBe(false);
  expect(sameTerm(term.indexedCall("log", 2, "x"), term.indexedCall("log", 10, "x"))).toBe(false);
});
