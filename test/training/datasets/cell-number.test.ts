import fc from "fast-check";
import { expect, test } from "vitest";
import { numberIn, numberOf } from "../../../src/training/datasets/cell-number.ts";
import { Notation, type ThousandsMark } from "../../../src/training/datasets/notation.ts";
import { read } from "./formats/files.ts";

/** JavaScript writes large numbers as integers that they are not; Python, with an exponent. */
function written(value: number): string {
  if (Object.is(value, -0)) return "-0";
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);
}

test("numbers written as Python writes them come back exactly", () => {
  const finite = fc.double({ noDefaultInfinity: true, noNaN: true });
  const decimal = fc
    .tuple(fc.integer({ min: -(10 ** 15), max: 10 ** 15 }), fc.integer({ min: 0, max: 25 }))
    .map(([m, e]) => Number((m / 10 ** e).toFixed(Math.min(e, 20))));
  fc.assert(
    fc.property(fc.array(fc.tuple(finite, decimal, fc.integer()), { minLength: 1 }), fc.constantFrom("\n", "\r\n"), (rows, end) => {
      const text = rows.map((row) => row.map((value) => written(value)).join(",")).join(end);
      const { data } = read(text, { format: "csv", header: false }).tensors.get("data") ?? { data: [] };
      expect([...data]).toEqual(rows.flat());
    }),
  );
});

test("decimal texts of any length are read as JavaScript reads them", () => {
  const digit = fc.integer({ min: 0, max: 9 }).map(String);
  const digits = fc.string({ unit: digit, minLength: 1, maxLength: 25 });
  const number = fc.tuple(fc.constantFrom("", "-", "+"), digits, fc.option(digits), fc.option(fc.integer({ min: -320, max: 280 })));
  fc.assert(
    fc.property(number, ([sign, whole, fraction, exponent]) => {
      fc.pre(fraction !== null || exponent !== null || Number.isSafeInteger(Number(whole)));
      const text = `${sign}${whole}${fraction === null ? "" : `.${fraction}`}${exponent === null ? "" : `e${exponent}`}`;
      const { data } = read(text, { format: "csv", header: false }).tensors.get("data") ?? { data: [] };
      expect([...data]).toEqual([Number(text)]);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["9007199254740992", 2 ** 53],
  ["-9007199254740994", -(2 ** 53) - 2],
  ["18446744073709551616", 2 ** 64],
  ["+0009007199254740992", 2 ** 53],
  ["9007199254740993.0", 2 ** 53],
  ["9007199254740993", null],
  ["-9007199254740993", null],
  ["18446744073709551615", null],
  ["12345678901234567", null],
  ["1e400", null],
  [`${"0".repeat(100_000)}9007199254740993`, null],
])("the integer %s is %s: it is held, or refused", (text, expected) => {
  expect(numberOf(text)).toBe(expected);
});

test.each<[string, "." | ",", ThousandsMark | null, number | null]>([
  ["1,5", ",", null, 1.5],
  ["-,5", ",", null, -0.5],
  ["1,5e3", ",", null, 1500],
  ["1.5", ",", null, null],
  ["1,5", ".", null, null],
  ["1,234", ".", ",", 1234],
  ["-1,234,567.25", ".", ",", -1234567.25],
  ["1.234,5", ",", ".", 1234.5],
  ["1 234", ".", " ", 1234],
  ["1\u202f234\u00a0567", ".", " ", 1234567],
  ["1'234’567", ".", "'", 1234567],
  ["1_000", ".", "_", 1000],
  ["12,34", ".", ",", null],
  ["1,2345", ".", ",", null],
  ["1234,567", ".", ",", null],
  ["1,234,56", ".", ",", null],
  ["1.234", ",", ".", 1234],
  ["1.23", ",", ".", null],
  ["1,234.567,8", ".", ",", null],
  [",234", ".", ",", null],
  ["9,007,199,254,740,993", ".", ",", null],
])("%s with decimal %s and thousands %s is %s", (text, decimal, thousands, expected) => {
  const bytes = Buffer.from(text);
  expect(numberIn(bytes, 0, bytes.length, new Notation(decimal, thousands))).toBe(expected);
});

test.each(["-", "+", "1", "."])("an empty cell before %s is no number", (next) => {
  expect(numberIn(Buffer.from(next), 0, 0, new Notation())).toBeNull();
});
