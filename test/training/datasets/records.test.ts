import { parse as csvParse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Records } from "../../../src/training/datasets/records.ts";
import { problemOf } from "../../support/problems.ts";
import { fileOf } from "./formats/files.ts";

describe("the cells are those that another reader finds", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "1", " ", ",", '"', "\n", "θ", "😀", ";"), maxLength: 6 }).map((text) => text.trim());
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }));
  const written = (text: string): string => (/[",\n]/.test(text) || text === "" ? `"${text.replaceAll('"', '""')}"` : text);

  const cellsOf = (text: string): string[][] => {
    using records = new Records(fileOf(text), { delimiter: "," });
    const rows: string[][] = [];
    while (records.advance()) rows.push(Array.from({ length: records.count }, (_, at) => records.text(at)));
    return rows;
  };

  test("in tables of any texts", () => {
    fc.assert(
      fc.property(table, fc.constantFrom("\n", "\r\n"), fc.boolean(), (rows, end, isEnded) => {
        const text = rows.map((row) => row.map(written).join(",")).join(end) + (isEnded ? end : "");
        expect(cellsOf(text)).toEqual(csvParse(text, { relaxColumnCount: true }));
        expect(cellsOf(text)).toEqual(rows);
      }),
    );
  });

  test("and where records lie across the pieces in which a file is read", () => {
    const long = "x".repeat(700_000);
    const rows = Array.from({ length: 9 }, (_, at) => [`${at}`, `${long}"${at}\n,`, "", long.slice(at)]);
    const text = rows.map((row) => row.map(written).join(",")).join("\r\n");
    expect(cellsOf(text)).toEqual(rows);
    const many = Array.from({ length: 200_000 }, (_, at) => [`${at}`, "θ", `${at * 7}`]);
    expect(cellsOf(many.map((row) => row.join(",")).join("\r\n"))).toEqual(many);
  });

  test("a quote that never closes is found at once, however long the file is", () => {
    const text = `1,2\n3,"${"4,5\n".repeat(1_000_000)}`;
    expect(problemOf(() => cellsOf(text)).detail).toBe("Line 2, column 2: the quote that opens this cell does not close");
  });
});
