import fc from "fast-check";
import { expect, test } from "vitest";
import { read } from "./formats/files.ts";

test("numbers written as JavaScript or Python write them come back exactly", () => {
  const finite = fc.double({ noDefaultInfinity: true, noNaN: true });
  const decimal = fc
    .tuple(fc.integer({ min: -(10 ** 15), max: 10 ** 15 }), fc.integer({ min: 0, max: 25 }))
    .map(([m, e]) => Number((m / 10 ** e).toFixed(Math.min(e, 20))));
  fc.assert(
    fc.property(fc.array(fc.tuple(finite, decimal, fc.integer()), { minLength: 1 }), fc.constantFrom("\n", "\r\n"), (rows, end) => {
      const text = rows.map((row) => row.map((value) => (Object.is(value, -0) ? "-0" : String(value))).join(",")).join(end);
      const { data } = read(text, { format: "csv", header: false }).tensors.get("data") ?? { data: [] };
      expect([...data]).toEqual(rows.flat());
    }),
  );
});

test("decimal texts of any length are read as JavaScript reads them", () => {
  const digits = fc.string({ unit: fc.integer({ min: 0, max: 9 }).map(String), minLength: 1, maxLength: 25 });
  const number = fc.tuple(fc.constantFrom("", "-", "+"), digits, fc.option(digits), fc.option(fc.integer({ min: -320, max: 280 })));
  fc.assert(
    fc.property(number, ([sign, whole, fraction, exponent]) => {
      const text = `${sign}${whole}${fraction === null ? "" : `.${fraction}`}${exponent === null ? "" : `e${exponent}`}`;
      const { data } = read(text, { format: "csv", header: false }).tensors.get("data") ?? { data: [] };
      expect([...data]).toEqual([Number(text)]);
    }),
    { numRuns: 500 },
  );
});
