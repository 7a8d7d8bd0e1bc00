import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { tensorOf } from "../../../../src/tensor/tensor.ts";
import "../../../support/close.ts";
import { problemOf } from "../../../support/problems.ts";
import { golden, read, withoutGuesses } from "./files.ts";

const matrix = (rows: number[][]) => tensorOf("float64", [rows.length, rows[0].length], rows.flat());

test("the digits are read: 1797 rows of 64 pixels and a class", () => {
  const text = gunzipSync(golden("digits.csv.gz"));
  const { tensors, rows } = read(text, { columns: { input: "0:64", target: { columns: [64], as: "class" } } });
  const expected = text
    .toString()
    .trim()
    .split("\n")
    .map((line) => line.split(",").map(Number));
  expect(rows).toBe(1797);
  expect(tensors.get("input")).toBeNear(matrix(expected.map((row) => row.slice(0, 64))));
  expect(tensors.get("target")).toEqual(
    tensorOf(
      "int64",
      [1797],
      expected.map((row) => row[64]),
    ),
  );
});

test.each([
  [
    "1,2\r\n3,4\r\n",
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    "1,2\r3,4",
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    "\uFEFF1,2\n\n3,4\n\n",
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    ' 1 ,\t"2" \n"3", 4\n',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    "1\t2\n3\t4\n",
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    "1|2\n3|4",
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    "NaN,inf\n-Infinity,-0\n",
    [
      [Number.NaN, Number.POSITIVE_INFINITY],
      [Number.NEGATIVE_INFINITY, -0],
    ],
  ],
  [
    "+1.5,.5\n5.,1e-3\n",
    [
      [1.5, 0.5],
      [5, 0.001],
    ],
  ],
  [
    "0.1,1.23456789012345678901e20\n1.7976931348623157e308,0\n",
    [
      [0.1, 123456789012345680000],
      [Number.MAX_VALUE, 0],
    ],
  ],
])("%j is read", (text, expected) => {
  expect(read(text).tensors.get("data")).toBeNear(matrix(expected));
});

describe("what cannot be read is refused, with line and column", () => {
  test.each<[what: string, text: string | Uint8Array, sentence: string]>([
    [
      "a text among numbers",
      "1,2\n3,x\n",
      'Line 2, column 2: expected a number, found "x"; a column of texts becomes class numbers with {"columns": …, "as": "class"}',
    ],
    [
      "the same under a header",
      "a,b\n1,2\n3,x\n",
      'Line 3, column 2 (b): expected a number, found "x"; a column of texts becomes class numbers with {"columns": …, "as": "class"}',
    ],
    [
      "a header that may be one",
      "a,2\n1,2\n",
      'Line 1: the first line may name the columns, as "a" stands over a number: say header=true if it does, else header=false',
    ],
    ["a hexadecimal number", "1\n0x10\n", 'Line 2, column 1: expected a number, found "0x10"'],
    ["a number of thousands", "1\n1_000\n", 'Line 2, column 1: expected a number, found "1_000"; marks of thousands are told by thousands'],
    [
      "a decimal comma",
      "1;2\n3;4,5\n",
      'Line 2, column 2: expected a number, found "4,5"; decimals are written with a point, or with a comma that is told by decimal=,',
    ],
    ["a number beyond float64", "1\n-1e309\n", 'Line 2, column 1: "-1e309" is too large for a float64'],
    ["two signs", "1\n--1\n", 'Line 2, column 1: expected a number, found "--1"'],
    [
      "a sign alone",
      "1\n+\n",
      'Line 2, column 1: expected a number, found "+"; a column of texts becomes class numbers with {"columns": …, "as": "class"}',
    ],
    [
      "two points",
      "1\n1.2.3\n",
      'Line 2, column 1: expected a number, found "1.2.3"; a date or a time is written as a number, such as days or seconds from some day, or its column is left out',
    ],
    [
      "a long text",
      `1\n${"x".repeat(100)}\n`,
      `Line 2, column 1: expected a number, found "${"x".repeat(40)}…"; a column of texts becomes class numbers with {"columns": …, "as": "class"}`,
    ],
    ["a short row", "1,2,4\n4,5\n", "Line 2: the line has 2 cells, and line 1 has 3"],
    ["a long row", "1,2\n3,4\n\n5,6,7\n", "Line 4, column 3: the line has 3 cells, and line 1 has 2"],
    ["a short row of one", "1,2\n3\n", "Line 2: the line has 1 cell, and line 1 has 2"],
    ["a quote that does not close", '1,2\n3,"4\n5,6\n', "Line 2, column 2: the quote that opens this cell does not close"],
    ["the same on the last line", '1,2\n3,"4', "Line 2, column 2: the quote that opens this cell does not close"],
    ["a quote alone at the end", '1\n"', "Line 2, column 1: the quote that opens this cell does not close"],
    ["text behind a quote", '1,2\n"3"4,5\n', "Line 2, column 1: expected the end of the cell after its closing quote"],
    [
      "a quote inside a cell",
      '1,2\n3"4,5\n',
      'Line 2, column 1: a quote inside a cell; cells with quotes are written in quotes, with "" for each inside',
    ],
    [
      "no UTF-8",
      Buffer.from([0x31, 0x2c, 0x32, 0x0a, 0x33, 0x2c, 0xe9, 0x0a]),
      "Line 2, column 2: the text is not UTF-8; if a spreadsheet wrote it, say encoding=windows-1252",
    ],
    ["a header alone", "a,b\n", "Line 2: there are no rows after the header"],
    ["lines of nothing", "\n\n\n", "Line 1: the file is empty"],
    ["one JSON list", "[[1,2],[3,4]]", "Byte 0: this is JSON, which is not read here: write JSON lines, one object a line, or CSV"],
  ])("%s", (_what, text, sentence) => {
    const { code, detail, errors } = problemOf(() => read(text));
    expect([code, withoutGuesses(detail)]).toEqual(["invalid_dataset", sentence]);
    expect(errors).toEqual([{ pointer: "", detail }]);
  });

  test("classes that are fractions, or empty", () => {
    const columns = { y: { columns: 1, as: "class" as const } };
    const options = { columns, header: false, delimiter: "," };
    expect(problemOf(() => read("1,0\n1,1.5\n", options)).detail).toBe(
      "Line 2, column 2: a class is a whole number or a text, and not 1.5",
    );
    expect(problemOf(() => read("1,a\n1,\n", options)).detail).toBe(
      "Line 2, column 2: the cell is empty, and should name a class; missing=drop leaves out the rows without one",
    );
    expect(problemOf(() => read("1,a\n1,9007199254740993\n", options)).detail).toContain("exact only up to 2^53");
  });

  test("more numbers than a dataset may hold", () => {
    expect(problemOf(() => read("1\n".repeat(10_000), { maxBytes: 50_000 }))).toMatchObject({ code: "body_too_large" });
    expect(read("1\n".repeat(10_000), { maxBytes: 200_000 }).rows).toBe(10_000);
  });

  test("more cells, bytes or classes than there may be", () => {
    expect(withoutGuesses(problemOf(() => read("1,".repeat(2 ** 20))).detail)).toBe(
      "Line 1, column 1048577: a line has at most 1048576 cells",
    );
    expect(withoutGuesses(problemOf(() => read(`1\n${"1".repeat(2 ** 26 + 2 ** 21)}\n`)).detail)).toBe(
      "Line 2: the line has more than 67108864 bytes",
    );
    const texts = Array.from({ length: 2 ** 16 + 1 }, (_, at) => `t${at}`).join("\n");
    const columns = { y: { columns: 0, as: "class" as const } };
    expect(problemOf(() => read(texts, { header: false, delimiter: ",", columns })).detail).toBe(
      "Line 65537, column 1: there are more than 65536 different classes",
    );
  });

  test("columns without a role may hold anything but must be there", () => {
    const columns = { x: [1] };
    expect(problemOf(() => read('id,x\n"u\n17",!\n', { columns })).detail).toContain('Line 3, column 2 (x): expected a number, found "!"');
    expect(read("id,x\nu17,1\n,2\n", { columns }).tensors.get("x")).toBeNear(matrix([[1], [2]]));
    expect(problemOf(() => read("id,x\nu17\n", { columns })).detail).toContain("the line has 1 cell");
  });
});
