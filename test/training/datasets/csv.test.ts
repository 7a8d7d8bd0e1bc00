import { parse as csvParse } from "csv-parse/sync";
import fc from "fast-check";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { tensorOf } from "../../../src/tensor/tensor.ts";
import "../../support/close.ts";
import { problemOf } from "../../support/problems.ts";
import { Records } from "../../../src/training/datasets/records.ts";
import { fileOf, golden, read } from "./files.ts";

const matrix = (rows: number[][]) => tensorOf("float64", [rows.length, rows[0].length], rows.flat());

describe("roles of columns", () => {
  const people = "name,age,height,class\nAda,36,1.65,b\nBob,41,1.8,a\n";

  test.each<[string, object, number[][] | number[]]>([
    ["a name", { x: "age" }, [36, 41]],
    ["a place", { x: 1 }, [36, 41]],
    ["a place from the end", { x: -2 }, [1.65, 1.8]],
    ["a list of one", { x: ["age"] }, [[36], [41]]],
    [
      "a list in its own order",
      { x: ["height", 1] },
      [
        [1.65, 36],
        [1.8, 41],
      ],
    ],
    [
      "a range",
      { x: "1:3" },
      [
        [36, 1.65],
        [41, 1.8],
      ],
    ],
    [
      "a range to the end but one",
      { x: "1:-1" },
      [
        [36, 1.65],
        [41, 1.8],
      ],
    ],
    ["a range of one", { x: "1:2" }, [[36], [41]]],
    [
      "ranges in a list",
      { x: ["2:3", "1:2"] },
      [
        [1.65, 36],
        [1.8, 41],
      ],
    ],
    ["the long form", { x: { columns: "age", as: "float64" } }, [36, 41]],
  ])("%s", (_what, columns, expected) => {
    const { tensors, rows } = read(people, { columns: columns as never });
    expect(rows).toBe(2);
    const isTable = Array.isArray(expected[0]);
    expect(tensors.get("x")).toBeNear(isTable ? matrix(expected as number[][]) : tensorOf("float64", [2], expected as number[]));
  });

  test("texts are numbered in sorted order, and the header's names are kept", () => {
    const { parsed, tensors } = read(people, { columns: { input: "1:3", target: { columns: ["class"], as: "class" } } });
    expect(tensors.get("target")).toEqual(tensorOf("int64", [2], [1, 0]));
    expect(parsed.categories).toEqual({ target: ["a", "b"] });
    expect(parsed.columns).toEqual({ input: ["age", "height"], target: ["class"] });
    expect(parsed.reading).toEqual({ header: { present: true, guessed: true }, delimiter: "," });
  });

  test("texts are sorted as Python sorts them, and share their numbers among the columns of a tensor", () => {
    const { parsed, tensors } = read("b,😀\nﬁ,B\n2,1.5\n", { header: false, columns: { y: { columns: ":", as: "class" } } });
    expect(parsed.categories?.y).toEqual(["1.5", "2", "B", "b", "ﬁ", "😀"]);
    expect(tensors.get("y")).toEqual(tensorOf("int64", [3, 2], [3, 5, 4, 2, 1, 0]));
  });

  test("whole numbers stay as they are", () => {
    const { parsed, tensors } = read("7\n-2\n07\n3.0\n", { columns: { y: { columns: 0, as: "class" } } });
    expect(tensors.get("y")).toEqual(tensorOf("int64", [4], [7, -2, 7, 3]));
    expect(parsed.categories).toBeUndefined();
  });

  test("without roles all columns are the tensor data", () => {
    const { tensors, parsed } = read("a;b\n1;2\n3;4\n");
    expect(tensors.get("data")).toBeNear(
      matrix([
        [1, 2],
        [3, 4],
      ]),
    );
    expect(parsed.columns).toEqual({ data: ["a", "b"] });
    expect(parsed.reading?.delimiter).toBe(";");
    const unnamed = read("1;2\n3;4\n").parsed;
    expect([unnamed.rows, unnamed.columns, unnamed.reading?.header]).toEqual([2, undefined, { present: false, guessed: true }]);
    expect(read("1;2\n3;4\n", { header: true }).rows).toBe(1);
  });

  test.each<[object, string, string, string?]>([
    [{ x: "agee" }, "/columns/x", 'There is no column "agee"; did you mean "age"?', "age"],
    [{ x: { columns: ["name", 4], as: "class" } }, "/columns/x/columns/1", "There is no column 4: there are 4, from 0 to 3"],
    [{ "a/b": [0, -5] }, "/columns/a~1b/1", "There is no column -5: there are 4, from 0 to 3"],
    [{ x: "2:5" }, "/columns/x", "The range 2:5 has no columns, or not all of them: there are 4, from 0 to 3"],
    [{ x: "2:2" }, "/columns/x", "The range 2:2 has no columns, or not all of them: there are 4, from 0 to 3"],
  ])("%j is refused at its place", (columns, pointer, detail, suggestion) => {
    const found = problemOf(() => read(people, { columns: columns as never }));
    expect(found).toMatchObject({ code: "invalid_request", errors: [{ pointer, detail, suggestion }] });
  });

  test("a name is asked of columns that have none", () => {
    expect(problemOf(() => read("1,2\n", { columns: { x: "age" } })).detail).toContain("give places from 0 to 1, or header=true");
  });
});

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
    "0.1,123456789012345678901\n1e400,0\n".replace("1e400", "1.7976931348623157e308"),
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
    ["a text among numbers", "1,2\n3,x\n", 'Line 2, column 2: expected a number, found "x"'],
    ["the same under a header", "a,b\n1,2\n3,x\n", 'Line 3, column 2 (b): expected a number, found "x"'],
    [
      "a header that may be one",
      "a,2\n1,2\n",
      'Line 1, column 1 (if this line names the columns, say header=true): expected a number, found "a"',
    ],
    ["an empty cell", "1,2\n3,\n", 'Line 2, column 2: the cell is empty; a missing number is written "NaN"'],
    ["an empty cell in quotes", '1,2\n"",4\n', 'Line 2, column 1: the cell is empty; a missing number is written "NaN"'],
    ["a hexadecimal number", "1\n0x10\n", 'Line 2, column 1: expected a number, found "0x10"'],
    ["a number of thousands", "1\n1_000\n", 'Line 2, column 1: expected a number, found "1_000"'],
    ["a decimal comma", "1;2\n3;4,5\n", 'Line 2, column 2: expected a number, found "4,5"; decimals are written with a point'],
    ["a number beyond float64", "1\n-1e309\n", 'Line 2, column 1: "-1e309" is too large for a float64'],
    ["two signs", "1\n--1\n", 'Line 2, column 1: expected a number, found "--1"'],
    ["a sign alone", "1\n-\n", 'Line 2, column 1: expected a number, found "-"'],
    ["two points", "1\n1.2.3\n", 'Line 2, column 1: expected a number, found "1.2.3"'],
    ["a long text", `1\n${"x".repeat(100)}\n`, `Line 2, column 1: expected a number, found "${"x".repeat(40)}…"`],
    ["a short row", "1,2,3\n4,5\n", "Line 2: the line has 2 cells, and line 1 has 3"],
    ["a long row", "1,2\n3,4\n\n5,6,7\n", "Line 4, column 3: the line has 3 cells, and line 1 has 2"],
    ["a short row of one", "1,2\n3\n", "Line 2: the line has 1 cell, and line 1 has 2"],
    ["a row of nothing but delimiters", "1,2\n,\n", 'Line 2, column 1: the cell is empty; a missing number is written "NaN"'],
    ["a quote that does not close", '1,2\n3,"4\n5,6\n', "Line 2, column 2: the quote that opens this cell does not close"],
    ["the same on the last line", '1,2\n3,"4', "Line 2, column 2: the quote that opens this cell does not close"],
    ["a quote alone at the end", '1\n"', "Line 2, column 1: the quote that opens this cell does not close"],
    ["text behind a quote", '1,2\n"3"4,5\n', "Line 2, column 1: expected the end of the cell after its closing quote"],
    [
      "a quote inside a cell",
      '1,2\n3"4,5\n',
      'Line 2, column 1: a quote inside a cell; cells with quotes are written in quotes, with "" for each inside',
    ],
    ["no UTF-8", Buffer.from([0x31, 0x2c, 0x32, 0x0a, 0x33, 0x2c, 0xe9, 0x0a]), "Line 2, column 2: the text is not UTF-8"],
    ["a header that names a column twice", "a,b,a\n1,2,3\n", 'Line 1, column 3: the header names two columns "a"'],
    ["a header alone", "a,b\n", "Line 2: there are no rows after the header"],
    ["lines of nothing", "\n\n\n", "Line 1: the file is empty"],
    ["one JSON list", "[[1,2],[3,4]]", "Line 1: this is one JSON list; write JSON lines, one object a line, or CSV"],
  ])("%s", (_what, text, sentence) => {
    expect(problemOf(() => read(text))).toMatchObject({
      code: "invalid_dataset",
      detail: sentence,
      errors: [{ pointer: "", detail: sentence }],
    });
  });

  test("classes that are fractions, or empty", () => {
    const columns = { y: { columns: 1, as: "class" as const } };
    expect(problemOf(() => read("1,0\n1,1.5\n", { columns })).detail).toBe(
      "Line 2, column 2: a class is a whole number or a text, and not 1.5",
    );
    expect(problemOf(() => read("1,a\n1,\n", { columns })).detail).toBe("Line 2, column 2: the cell is empty, and should name a class");
  });

  test("more numbers than a dataset may hold", () => {
    expect(problemOf(() => read("1\n".repeat(10_000), { maxBytes: 50_000 }))).toMatchObject({ code: "body_too_large" });
    expect(read("1\n".repeat(10_000), { maxBytes: 200_000 }).rows).toBe(10_000);
  });

  test("more cells, bytes or classes than there may be", () => {
    expect(problemOf(() => read("1,".repeat(2 ** 20))).detail).toBe("Line 1, column 1048577: a line has at most 1048576 cells");
    expect(problemOf(() => read(`1\n${"1".repeat(2 ** 26 + 2 ** 21)}\n`)).detail).toBe("Line 2: the line has more than 67108864 bytes");
    const texts = Array.from({ length: 2 ** 16 + 1 }, (_, at) => `t${at}`).join("\n");
    const columns = { y: { columns: 0, as: "class" as const } };
    expect(problemOf(() => read(texts, { header: false, columns })).detail).toBe(
      "Line 65537, column 1: there are more than 65536 different classes",
    );
  });

  test("columns without a role may hold anything but must be there", () => {
    const columns = { x: [1] };
    expect(problemOf(() => read('id,x\n"u\n17",?\n', { columns })).detail).toBe('Line 3, column 2 (x): expected a number, found "?"');
    expect(read("id,x\nu17,1\n,2\n", { columns }).tensors.get("x")).toBeNear(matrix([[1], [2]]));
    expect(problemOf(() => read("id,x\nu17\n", { columns })).detail).toContain("the line has 1 cell");
  });
});

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

describe("the cells are those that another reader finds", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "1", " ", ",", '"', "\n", "θ", "😀", ";"), maxLength: 6 }).map((text) => text.trim());
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }));
  const written = (text: string): string => (/[",\n]/.test(text) || text === "" ? `"${text.replaceAll('"', '""')}"` : text);

  const cellsOf = (text: string): string[][] => {
    using records = new Records(fileOf(text), ",");
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
