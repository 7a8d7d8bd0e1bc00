import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensorOf } from "../../../../src/tensor/tensor.ts";
import "../../../support/close.ts";
import { problemOf } from "../../../support/problems.ts";
import { read } from "./files.ts";

test("members become tensors", () => {
  const text =
    '\uFEFF{"input": [[1, 2], [3, "NaN"]], "target": 1, "mask": true}\r\n\n  {"mask": false, "target": -2.5, "input": [[5, 6], [7, 8]]}';
  const { format, rows, tensors } = read(text);
  expect([format, rows, [...tensors.keys()]]).toEqual(["jsonl", 2, ["input", "target", "mask"]]);
  expect(tensors.get("input")).toBeNear(tensorOf("float64", [2, 2, 2], [1, 2, 3, Number.NaN, 5, 6, 7, 8]));
  expect(tensors.get("target")).toEqual(tensorOf("float64", [2], [1, -2.5]));
  expect(tensors.get("mask")).toEqual(tensorOf("bool", [2], [1, 0]));
});

test("rows of numbers come back, however many", () => {
  // JavaScript writes numbers between as integers that they are not.
  const isWrittenAsItIs = (value: number): boolean => !Number.isInteger(value) || Number.isSafeInteger(value) || Math.abs(value) >= 1e21;
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter(isWrittenAsItIs);
  const row = fc.tuple(fc.array(number, { minLength: 3, maxLength: 3 }), fc.integer());
  fc.assert(
    fc.property(fc.array(row, { minLength: 1 }), (rows) => {
      const text = rows.map(([x, y]) => JSON.stringify({ x, y })).join("\n");
      // JSON has no -0.
      const expected = rows.flatMap(([x]) => x).map((value) => value + 0);
      expect([...(read(text).tensors.get("x")?.data ?? [])]).toEqual(expected);
    }),
  );
  const many = Array.from({ length: 150_000 }, (_, at) => `{"x":[${at},${at + 0.5}]}`).join("\n");
  const { tensors, rows } = read(many);
  expect(rows).toBe(150_000);
  expect(tensors.get("x")?.data.every((value, at) => value === at / 2)).toBe(true);
});

test("numbers that are none are read as Python writes them", () => {
  const { tensors } = read('{"x": [1, NaN]}\n{"x": ["-Infinity", Infinity]}');
  expect([...(tensors.get("x")?.data ?? [])]).toEqual([1, NaN, -Infinity, Infinity]);
});

describe("what cannot be read is refused, with line and member", () => {
  const first = '{"x": [1, 2], "y": 3}\n';
  test.each<[what: string, text: string | Uint8Array, sentence: string]>([
    ["no JSON", `${first}{"x": [1, 2], "y": }`, "Line 2, column 20: expected a value, found }"],
    ["nan as a word", `${first}{"x": [1, nan], "y": 1}`, "Line 2, column 11: nan is not JSON: write NaN"],
    ["a list", `${first}[1, 2]`, 'Line 2: each line is an object, such as {"input": [1, 2], "target": 3}'],
    ["a missing member", `${first}\n{"x": [1, 2]}`, 'Line 3: the member "y" is missing, which the first line has'],
    ["a further member", `${first}{"x": [1, 2], "y": 3, "z": 4}`, 'Line 2: the first line has no member "z"'],
    ["another shape", `${first}{"x": [1, 2, 3], "y": 3}`, 'Line 2, "x": the shape is [3], and in the first line it is [2]'],
    [
      "a ragged list",
      '{"x": [[1, 2], [3]]}',
      'Line 1, "x", at /1: this list is ragged: expected a list of 2 as before it, found a list of 1',
    ],
    [
      "a text",
      `${first}{"x": [1, "2"], "y": 3}`,
      'Line 2, "x", at /1: expected a number, "NaN", "Infinity" or "-Infinity", found the text "2"',
    ],
    [
      "an integer that is not held",
      `${first}{"x": [1, 9007199254740993], "y": 1}`,
      'Line 2, "x", at /1: "9007199254740993" is an integer beyond 2^53 that float64 does not hold: leave it out, or write a decimal such as 1.5e18',
    ],
    ["a number beyond float64", `${first}{"x": [1, 2], "y": -1e400}`, 'Line 2, "y": "-1e400" is too large for a float64'],
    ["an object", '{"x": {"data": [1]}}', 'Line 1, "x": expected a number or lists of them, found an object'],
    ["booleans for numbers", `${first}{"x": [1, 2], "y": true}`, 'Line 2, "y": expected numbers as in the first line, found booleans'],
    ["a name that objects inherit", `${first}{"x": [1, 2], "y": 3, "__proto__": 1}`, "Line 2: A member may not be named __proto__"],
    ["no UTF-8", Buffer.concat([Buffer.from(first), Buffer.from([0x7b, 0xff, 0x7d])]), "Line 2: the text is not UTF-8"],
    ["empty lists", '{"x": []}', 'Tensor "x": its shape is [1, 0]: it holds no numbers'],
  ])("%s", (_what, text, sentence) => {
    expect(problemOf(() => read(text))).toMatchObject({ code: "invalid_dataset", detail: sentence });
  });

  test("more members than a dataset may have tensors", () => {
    const line = JSON.stringify(Object.fromEntries(Array.from({ length: 10_001 }, (_, at) => [`x${at}`, at])));
    expect(problemOf(() => read(line)).detail).toBe("The file: it holds 10001 tensors, and a dataset has at most 10000");
  });

  test("an empty object, and nothing", () => {
    expect(problemOf(() => read("{}\n{}")).detail).toBe("The file: it holds no tensors");
    expect(problemOf(() => read("  \n", { format: "jsonl" })).detail).toContain("does not begin as JSON lines");
  });
});

describe("what is missing", () => {
  const text = '{"x": [1, null], "y": 1}\n{"x": [3, 4], "y": "NaN"}\n{"x": [5, 6], "y": 2}\n';

  test("is NaN, and told", () => {
    const { tensors, parsed } = read(text);
    expect(tensors.get("x")).toBeNear(tensorOf("float64", [3, 2], [1, Number.NaN, 3, 4, 5, 6]));
    expect(parsed.reading).toEqual({ missing: { cells: 2, rows: 2 } });
  });

  test("has its rows left out, or is refused, where that is asked for", () => {
    const { tensors, parsed } = read(text, { missing: "drop" });
    expect([[...(tensors.get("x")?.data ?? [])], parsed.rows, parsed.reading]).toEqual([[5, 6], 1, { dropped_rows: 2 }]);
    expect(problemOf(() => read(text, { missing: "refuse" })).detail).toContain('Line 1, "x": "null" is a missing value');
    expect(problemOf(() => read('{"x": null}', { missing: "drop" })).detail).toContain("all of its 1 rows");
  });
});

test("of members that are not chosen anything is left alone", () => {
  const text = '{"id": 12345678901234567, "x": [1, 2], "name": "a"}\n{"x": [3, 4], "other": null}\n';
  const { tensors } = read(text, { arrays: { input: "x" } });
  expect(tensors).toEqual(new Map([["input", tensorOf("float64", [2, 2], [1, 2, 3, 4])]]));
  expect(problemOf(() => read(text, { arrays: { input: "xs" } })).errors[0]).toMatchObject({ pointer: "/arrays/input" });
});
