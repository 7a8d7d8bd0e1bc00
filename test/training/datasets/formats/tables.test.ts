import { describe, expect, test } from "vitest";
import { problemOf } from "../../../support/problems.ts";
import type { ReadOptions } from "../../../../src/training/datasets/formats/define.ts";
import { read } from "./files.ts";

/** The numbers of every tensor, and how the file was read but for what is usual. */
function table(content: string | Uint8Array, options: ReadOptions = {}): { tensors: unknown; reading: unknown } {
  const { tensors, parsed } = read(content, { ...options, format: "csv" });
  const { encoding, delimiter, decimal, header, guessed: _, ...reading } = parsed.reading ?? {};
  const unusual = {
    ...(encoding !== "utf-8" && { encoding }),
    ...(delimiter !== "," && { delimiter }),
    ...(decimal !== "." && { decimal }),
    ...(header !== true && { header }),
  };
  const told = Object.fromEntries(
    Array.from(tensors, ([name, { data, shape }]) => [name, shape.length === 1 ? [...data] : rowsOf([...data], shape[1])]),
  );
  return { tensors: Object.keys(told).length === 1 ? Object.values(told)[0] : told, reading: { ...reading, ...unusual } };
}

const rowsOf = (data: readonly number[], width: number): number[][] =>
  Array.from({ length: data.length / width }, (_, row) => data.slice(row * width, (row + 1) * width));

const refusal = (content: string | Uint8Array, options: ReadOptions = {}): string =>
  problemOf(() => read(content, { ...options, format: "csv" })).detail;

const two = [
  [1, 2],
  [3, 4],
];

describe("tables as people have them", () => {
  test.each<[what: string, content: string | Uint8Array, reading: object, options?: ReadOptions]>([
    ["plain", "a,b\n1,2\n3,4\n", {}],
    ["pandas' to_csv()", ",a,b\n0,1,2\n1,3,4\n", { index_column: "" }],
    ["pandas' to_csv() with texts for the index", ",a,b\nann,1,2\nbob,3,4\n", { index_column: "" }],
    ["pandas' to_csv() of columns without names", ",0,1\n0,1,2\n1,3,4\n", { index_column: "" }],
    ["pandas' to_csv() of what it has read", "Unnamed: 0,a,b\n0,1,2\n1,3,4\n", { index_column: "Unnamed: 0" }],
    ["R's write.csv", '"","a","b"\n"1",1,2\n"2",3,4\n', { index_column: "" }],
    ["R's write.table", '"a" "b"\n"1" 1 2\n"2" 3 4\n', { index_column: "", delimiter: "whitespace" }, { indexColumn: true }],
    ["a named index that is told", "id,a,b\nu7,1,2\nu8,3,4\n", { index_column: "id" }, { indexColumn: true }],
    ["rows with names and no header", "u7,1,2\nu8,3,4\n", { index_column: "", header: false }, { indexColumn: true, header: false }],
    ["blank lines everywhere", "\n\r\n  \na,b\n\n1,2\n \t\n3,4\n\n\n", {}],
    ["comments", "# made by hand\n#x,y\na,b\n1,2\n  # it's \"odd\n3,4\n# end", { comment_lines: 4 }],
    ["comments of another kind", "% made by hand\na,b\n1,2\n%3,3\n3,4\n", { comment_lines: 2 }, { comment: "%" }],
    [
      "NumPy's savetxt",
      "# a b\n1.000000000000000000e+00 2.000000000000000000e+00\n3e0 4e0\n",
      { comment_lines: 1, delimiter: "whitespace", header: false },
    ],
    ["Excel's sep", "sep=;\na;b\n1;2\n3;4\n", { delimiter: ";" }],
    ["Excel's sep in quotes, with a mark", '\uFEFF"sep=|"\r\na|b\r\n1|2\r\n3|4\r\n', { delimiter: "|" }],
    ["tabs", "a\tb\n1\t2\n3\t4\n", { delimiter: "\t" }],
    ["runs of blanks", "   a    b\n 1.0  2\n 3\t 4.00  \n", { delimiter: "whitespace" }],
    ["runs of blanks with quotes", '"the a" b\n1 "2"\n"3" 4\n', { delimiter: "whitespace" }],
    ["decimal commas", "a;b\n1,0;2,00\n3;4,\n", { delimiter: ";", decimal: "," }, { decimal: "," }],
    [
      "decimal commas and points of thousands",
      "a;b\n1,0;2\n3;4\n",
      { delimiter: ";", decimal: ",", thousands: "." },
      { decimal: ",", thousands: "." },
    ],
    ["decimal commas between commas, in quotes", 'a,b\n"1,0",2\n3,"4,0"\n', { decimal: "," }, { decimal: ",", delimiter: "," }],
    ["UTF-8 with a mark", "\uFEFFa,b\n1,2\n3,4\n", {}],
    ["UTF-16 with a mark", Buffer.from("\uFEFFа,b\r\n1,2\r\n3,4\r\n", "utf16le"), { encoding: "utf-16le" }],
    [
      "UTF-16, big-endian, with a mark",
      Buffer.from("\uFEFFa\tb\n1\t2\n3\t4", "utf16le").swap16(),
      { encoding: "utf-16be", delimiter: "\t" },
    ],
    ["UTF-16 that is told", Buffer.from("a,b\n1,2\n3,4", "utf16le"), { encoding: "utf-16" }, { encoding: "utf-16" }],
    ["Latin-1 that is told", Buffer.from("größe,b\n1,2\n3,4\n", "latin1"), { encoding: "latin-1" }, { encoding: "latin-1" }],
    ["line ends of old", "a,b\r1,2\r3,4\r", {}],
    ["mixed line ends", "a,b\r\n1,2\r3,4\n", {}],
    ["names over lines, in quotes", '"a\nof two lines","b ""quoted"""\n1,2\n3,4', {}],
    ["names of which two are the same", "a,a\n1,2\n3,4\n", {}],
    ["delimiters at the ends of lines", "a,b,\n1,2,\n3,4,\n", { empty_columns: 1 }],
    ["names that are missing values elsewhere", "Na,Mg\n1,2\n3,4\n", {}],
    ["an index beside a text", ",x,a,b\n0,u,1,2\n1,v,3,4\n", { index_column: "" }, { columns: { x: "1:3" } }],
    ["columns in quotes", '"a","b"\n"1","2"\n"3","4"\n', {}],
    ["lines before the table", "Measured in 2020,\nby hand\n\na,b\n1,2\n3,4\n", {}, { skipLines: 2 }],
    ["one line", "1,2\n3,4", { header: false }],
  ])("%s", (_what, content, reading, options) => {
    const { tensors, reading: found } = table(content, options);
    expect(tensors).toEqual(two);
    expect(found).toEqual(reading);
  });

  test("columns keep their places beside the names of the rows, which can be had as well", () => {
    const text = ",h,w,class\n0,1,2,a\n1,3,4,b\n";
    const columns = { x: "0:2", y: { columns: -1, as: "class" as const } };
    expect(table(text, { columns }).tensors).toEqual({ x: two, y: [0, 1] });
    expect(table(text, { columns: { x: [0, "h"] }, indexColumn: false }).tensors).toEqual([
      [0, 1],
      [1, 3],
    ]);
    expect(read(text, { columns }).parsed.columns).toEqual({ x: ["h", "w"], y: ["class"] });
  });

  test("names that two columns have only matter where one is meant", () => {
    const text = "id,x,x,note\n1,2,3,\n4,5,6,z\n";
    expect(table(text, { columns: { x: [1, 2] } }).tensors).toEqual([
      [2, 3],
      [5, 6],
    ]);
    expect(problemOf(() => read(text, { columns: { x: ["id", "x"] } }))).toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: "/columns/x/1", detail: expect.stringContaining('Columns 1, 2 are all called "x"') as unknown }],
    });
  });

  test("classes have the letters of their encoding", () => {
    const options = { columns: { y: { columns: 1, as: "class" as const } }, header: true };
    const names = (bytes: Buffer, encoding?: ReadOptions["encoding"]): unknown =>
      read(bytes, { ...options, encoding, format: "csv" }).parsed.categories?.y;
    const text = "a,b\n1,Zürich\n2,Genève\n";
    expect(names(Buffer.from(text, "latin1"), "windows-1252")).toEqual(["Genève", "Zürich"]);
    expect(names(Buffer.from(`\uFEFF${text}`, "utf16le"))).toEqual(["Genève", "Zürich"]);
    expect(names(Buffer.from([...Buffer.from("a,b\n1,"), 0x80, 0x0a]), "windows-1252")).toEqual(["€"]);
    expect(names(Buffer.from([...Buffer.from("a,b\n1,"), 0xcc, 0xee, 0x0a]), "windows-1251")).toEqual(["Мо"]);
    const long = `a,b\n${"1,Zürich 東京 😀\n".repeat(200_000)}`;
    expect(names(Buffer.from(`\uFEFF${long}`, "utf16le"))).toEqual(["Zürich 東京 😀"]);
  });
});

describe("missing values", () => {
  const text = "a,b,c\n1,,x\nNA,2,y\n3,?,\n4,5,z\n";

  test("are NaN in numbers, and counted", () => {
    const { tensors, reading } = table(text, { columns: { x: "0:2" } });
    expect(tensors).toEqual([
      [1, Number.NaN],
      [Number.NaN, 2],
      [3, Number.NaN],
      [4, 5],
    ]);
    expect(reading).toEqual({ missing: { cells: 3, rows: 3 } });
  });

  test("of the chosen columns have their rows left out", () => {
    const columns = { x: 0, y: { columns: 2, as: "class" as const } };
    expect(table(text, { columns, missing: "drop" })).toEqual({ tensors: { x: [1, 4], y: [0, 1] }, reading: { dropped_rows: 2 } });
    expect(refusal("a\nNA\n-\n", { missing: "drop" })).toContain("all of its 2 rows have missing values");
  });

  test("are refused where that is asked for, and in classes", () => {
    expect(refusal(text, { columns: { x: 1 }, missing: "refuse" })).toMatch(
      /^Line 2, column 2 \(b\): the cell is empty; missing=keep reads it as NaN/,
    );
    expect(refusal(text, { columns: { x: 0 }, missing: "refuse" })).toContain('Line 3, column 1 (a): "NA" is a missing value');
    expect(refusal(text, { columns: { y: { columns: "c", as: "class" } } })).toMatch(
      /^Line 4, column 3 \(c\): the cell is empty, and should name a class; missing=drop/,
    );
    expect(refusal("a\nNone\nsome\n", { columns: { y: { columns: 0, as: "class" } } })).toContain(
      "missing_values says which texts mean none",
    );
  });

  test("are those that are told", () => {
    expect(table("a,b\n-999,1\n2,unknown\n-999.0,3\n", { missingValues: ["-999", "unknown"] }).tensors).toEqual([
      [Number.NaN, 1],
      [2, Number.NaN],
      [Number.NaN, 3],
    ]);
    const columns = { y: { columns: 0, as: "class" as const } };
    expect(read("a\nNone\nsome\n", { columns, missingValues: [], format: "csv" }).parsed.categories).toEqual({ y: ["None", "some"] });
    expect(table("a,b\n9,1\n2,9\n3,4\n", { missingValues: ["9"], missing: "drop" })).toEqual({
      tensors: [[3, 4]],
      reading: { dropped_rows: 2 },
    });
    expect(refusal("a,b\n9,1\n", { columns: { y: { columns: 0, as: "class" } }, missingValues: ["9"] })).toContain("should name a class");
    expect(refusal("a\nNA\n", { missingValues: [] })).toContain('found "NA"');
  });

  test("of spreadsheets begin as comments do, and are none", () => {
    expect(table("#N/A,1\n2,#NA\n#n/a,3\n").tensors).toEqual([
      [Number.NaN, 1],
      [2, Number.NaN],
      [Number.NaN, 3],
    ]);
  });

  test.each(["", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "-", "?", ".", "#N/A", "<NA>", "-nan"])("%j is one", (word) => {
    expect(table(`a,b\n1,${word}\n`, {}).tensors).toEqual([[1, Number.NaN]]);
  });
});

describe("true and false", () => {
  test("are 1 and 0 in columns that have nothing else", () => {
    const { tensors, reading } = table("a,is_b,c\n1,,TRUE\n2,True,false\n3,False,\n");
    expect(tensors).toEqual([
      [1, Number.NaN, 1],
      [2, 1, 0],
      [3, 0, Number.NaN],
    ]);
    expect(reading).toEqual({ missing: { cells: 2, rows: 2 }, true_false: ["c", "is_b"] });
    expect(table("True,1\nFalse,2\n", { columns: { x: 0, y: [0] }, header: false }).tensors).toEqual({ x: [1, 0], y: [[1], [0]] });
  });

  test("are values, and no names", () => {
    expect(table("False\nTrue\n").tensors).toEqual([[0], [1]]);
    expect(table("12 kg,False\n3 kg,True\n", { columns: { x: 1 } }).tensors).toEqual([0, 1]);
  });

  test("do not mix with numbers", () => {
    expect(refusal("a\n1\ntrue\n")).toContain('expected a number as in the rows before, found "true"');
    expect(refusal("a\ntrue\n1\n")).toContain('expected true or false as in the rows before, found "1"');
  });
});

describe("what may be meant otherwise is refused, or told", () => {
  test.each<[what: string, content: string, sentence: string, options?: ReadOptions]>([
    [
      "a thousand, or a decimal",
      'a,b\n"1,234",2\n',
      'found "1,234"; it is a thousand and more with thousands=, and a decimal with decimal=,',
    ],
    ["thousands of millions", 'a,b\n"1,234,567.5",2\n', "marks of thousands are told by thousands=,"],
    ["thousands with points", "a;b\n1.234.567,8;2\n", "thousands=. and decimal commas by decimal=,"],
    ["a decimal comma", "a;b\n1,5;2\n", "decimals are written with a point, or with a comma that is told by decimal=,"],
    ["a point where commas are told", "a;b\n1.5;2\n", "the comma that is told by decimal=,", { decimal: "," }],
    ["a percentage", "a,b\n12%,2\n", "a percentage is written without its sign"],
    ["money", "a,b\n$12.50,2\n", "an amount of money"],
    ["a date", "a,b\n2024-01-31,2\n", "a date or a time is written as a number"],
    ["a date and time", "a,b\n2024-01-31T10:00:00Z,2\n", "a date or a time"],
    ["a time", "a,b\n10:30,2\n", "a date or a time"],
    [
      "a text",
      "a,b\nsetosa,2\nvirginica,3\n",
      'Line 2, column 1 (a): expected a number, found "setosa"; a column of texts becomes class numbers with {"columns": …, "as": "class"}',
    ],
    ["a class that has digits", "a,b\n<=50K,2\n", "becomes class numbers"],
    ["a time of twelve hours", "a,b\n3:30 PM,2\n", "a date or a time"],
    ["a minus of typographers", "a,b\n\u22121,2\n", "a minus is written -"],
    ["an exponent of Fortran's", "a,b\n1.0D+00,2\n", "exponents are written with e, as in 1e5"],
    ["an error of a spreadsheet", "a,b\n1,#DIV/0!\n", "missing_values=%23DIV%2F0! reads it as missing"],
    ["a number with its unit, which is no class", "a,b\n12 kg,2\n", 'found "12 kg" (guessed: '],
    ["a title", "My table\na;b\n1;2\n", 'if line 1 is a title or a comment, say skip_lines=1 (guessed: delimiter ";"'],
    ["MATLAB's comment", "% c\n1;2\n3;4\n", 'if line 1 is a title or a comment, say skip_lines=1 (guessed: delimiter ";"'],
    ["single quotes", "a,b\n'1',2\n", "quotes are double ones"],
    ["an identifier", "id,b\n12345678901234567,2\n", '"12345678901234567" is an integer beyond 2^53'],
    [
      "a row that begins as a comment",
      "a,b\n1,2\n#3,4\n",
      "the line begins with # and may be a row: say comment=# to skip it, or comment=none to read it",
    ],
    ["nothing but comments", "#1,2\n#3,4\n", "lines that begin with # are read with comment=none"],
    ["numbers for names", "0,1,2\n5,3,4\n", "as its numbers count up: say header=true if it does, else header=false"],
    ["years for names", "country,2019,2020\nFR,7,5\n", "as its numbers count up"],
    ["names that begin as numbers alone", "-124.3599u1\n7\n", "as it has no number"],
    ["pandas' index over years", ",2019,2020\n0,7,5\n", "its first cell is empty, as pandas writes it"],
    ["a comment that may be the first row", "#1,2\n3,4\n", "may be a row"],
    ["a comment that may name the columns", "#a,b\n1,2\n3,4\n", "may name the columns", { header: true }],
    ["a comment that may name columns of texts", "#a,b\nu,v\nw,x\n", "may name the columns"],
    ["a comment with quotes that may be a row", 'a b\n"x y" 2\n#3 "4 5"\n', "may be a row", { columns: { x: 1 } }],
    ["a comment in a single column", "a\n1\n# 2\n3\n", "may be a row"],
    ["a comment among blanks", "a b\n1 2\n#3 4\n", "may be a row"],
    ["a missing value in the first row", "a b,n/a\nc,0.5\n", "one of its cells may be a missing value"],
    ["missing values in the first rows", "N/A,a b\nNA,c\nTrue,d\n", "one of its cells may be a missing value"],
    ["no value in the first row", "a b,\nc,0.5\n", "one of its cells may be a missing value"],
    ["a name over numbers", "0,1,target\n5,3,4\n", '"target" stands over a number: say header=true'],
    [
      "names for the rows that are not told",
      "a b\nr1 1 2\nr2 3 4\n",
      "if the first cell of each row is its name, say index_column=true",
      { delimiter: "whitespace" },
    ],
    ["a delimiter at the end of a line", "a,b\n1,2,\n", "the last one is empty, as after a delimiter at the end of the line"],
    ["something under no name", "a,b,\n1,2,3\n", "the header has no name for this column, which is not empty"],
    ["no column but the index", "a\n1\n", "there is no column beside the one with the names of the rows", { indexColumn: true }],
    ["names that may be missing values", "Na,None\n1,2\n", "it has no number"],
    ["a letter of Latin-1", "a,b\n1,2\n", "the text is not UTF-8; if a spreadsheet wrote it, say encoding=windows-1252"],
  ])("%s", (what, content, sentence, options) => {
    const bytes = what === "a letter of Latin-1" ? Buffer.from("größe,b\n1,2\n", "latin1") : content;
    expect(refusal(bytes, options)).toContain(sentence);
  });

  test("what was guessed is told with it", () => {
    expect(refusal("a;b\n1;x\n")).toMatch(/ \(guessed: delimiter ";", header true\)$/);
    expect(refusal(",a\n0,x\n")).toMatch(/ \(guessed: delimiter ",", header true, index_column ""\)$/);
    expect(refusal(Buffer.from("\uFEFF1\tx\n", "utf16le"), { header: false })).toMatch(
      / \(guessed: encoding "utf-16le", delimiter "\\t"\)$/,
    );
    expect(refusal("a;b\n1;x\n", { header: true, delimiter: ";" })).not.toContain("guessed");
    const { detail, errors } = problemOf(() => read("a;b\n1;2\n", { columns: { x: "c" } }));
    expect([detail, errors[0].pointer]).toEqual([expect.stringContaining('(guessed: delimiter ";", header true)'), "/columns/x"]);
    expect(read("1;2\n", {}).parsed.reading?.guessed).toEqual(["delimiter", "header"]);
  });

  test("a text that is not of its encoding", () => {
    expect(refusal(Buffer.from("\uFEFF1,2\n3".concat("\ud800"), "utf16le"))).toContain("the text is not utf-16le");
    expect(refusal(Buffer.from("1,2\n"), { encoding: "utf-16" })).toBeTruthy();
  });
});

describe("the delimiter is told from the lines", () => {
  test.each([
    ["1,5;2,5\n3,5;4,5\n", ";"],
    ["a;b\n1;2\n", ";"],
    ["1,a|b\n2,c|d\n", ","],
    ["id,text\n1,one; two\n2,three; four\n", ","],
    ['a,"b;c;d",e\n1,2,3\n', ","],
    ["2024-01-01 10:00:00,5\n2024-01-02 10:00:00,6\n", ","],
    ["1, 2\n3, 4\n", ","],
    ["1 2\n3 4\n", "whitespace"],
    ["1,5 2,5\n3,5 4,5\n", "whitespace"],
    ["New York\nLos Angeles\n", ","],
    ["1\n2\n", ","],
    ["a\tb c\n1\t2\n", "\t"],
    ["a,b,c\n1,2\n3,4,5\n", ","],
    ["x|y\n1|2\n", "|"],
    ["1,234,567.5;2\n1,234,567.5;2\n", ";"],
    ['"a" "b"\n"1,5" "2"\n', "whitespace"],
    ["1\t2\n3\t4\t\n5\t6", "\t"],
    ["1.234,5;2\n1.234,5;2\n", ";"],
    ["a;b;y\n12,50 €;1;x\n2,00 €;2;z\n", ";"],
    ["Preis €;y\n12,50 €;1\n2,00 €;2\n", ";"],
    ["a;b;y\n12 kg;1;x\n5 kg;2;z\n", ";"],
    ["text\nhi; there\n", ","],
  ])("%j: %j", (text, delimiter) => {
    const columns = { y: { columns: 0, as: "class" as const } };
    const reading = (): unknown => read(text, { columns, header: true, missing: "drop", format: "csv" }).parsed.reading?.delimiter;
    const told = /^a,b,c|^1\t2\n/.test(text) ? JSON.parse((/guessed: delimiter ("[^"]*")/.exec(refusal(text)) ?? [])[1]) : reading();
    expect(told).toBe(delimiter);
  });
});

test("long cells are looked at once", () => {
  const long = 400_000;
  for (const cell of [
    `1${" ".repeat(long)}x`,
    `${"1".repeat(long)}x`,
    "1,".repeat(long),
    `'${"1".repeat(long)}`,
    `"1,${"1".repeat(long)}`,
  ]) {
    expect(refusal(`a\tb\n${cell}\t2\n`)).toMatch(/^Line 2/);
  }
});
