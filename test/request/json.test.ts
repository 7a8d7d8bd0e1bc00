import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../src/request/json.ts";
import { problemOf } from "../support/problems.ts";

describe("well-formed texts", () => {
  test.each(["1", '"x"', "null", "[]", "{}", '{"constructor": 1, "toString": [2], "hasOwnProperty": {"prototype": 3}}', " [1, -2.5e3]\n"])(
    "%s is read as JSON.parse reads it",
    (text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    },
  );

  test("bytes and a byte order mark are read too", () => {
    expect(parseJson(Buffer.from('\uFEFF{"θ": "权重"}'))).toEqual({ θ: "权重" });
    expect(parseJson(Buffer.from("..[1]..").subarray(2, 5))).toEqual([1]);
  });

  test("any JSON value comes back", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "grapheme" }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes("__proto__"));
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe("numbers that JSON has no notation for", () => {
  test.each<[string, unknown]>([
    ["NaN", "NaN"],
    ["-Infinity", "-Infinity"],
    ['{"x": NaN}', { x: "NaN" }],
    ['{"x":[1.5,Infinity,\n -Infinity ],"y":{"z":NaN}}', { x: [1.5, "Infinity", "-Infinity"], y: { z: "NaN" } }],
    // In texts and in names they are left alone.
    ['{"NaN": NaN, "a NaN, -Infinity": "NaN"}', { NaN: "NaN", "a NaN, -Infinity": "NaN" }],
    [String.raw`["\\", NaN, "\\\" NaN", Infinity, "\"NaN"]`, ["\\", "NaN", '\\" NaN', "Infinity", '"NaN']],
    ['{"a": NaN, "a": 1, "a": Infinity}', { a: "Infinity" }],
  ])("%s is read as the texts that stand for them", (text, value) => {
    expect(parseJson(text)).toEqual(value);
    expect(parseJson(Buffer.from(`\uFEFF${text}`))).toEqual(value);
  });

  test("as Python writes them, whatever stands beside them", () => {
    const token = fc.constantFrom("NaN", "Infinity", "-Infinity");
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        token.map((written) => ({ written, read: written as unknown })),
        fc.oneof(fc.integer(), fc.string({ unit: fc.constantFrom("N", "a", "I", '"', "\\", "NaN", ":", ",") })).map((read) => ({
          written: JSON.stringify(read),
          read: read as unknown,
        })),
        fc.array(tie("value") as fc.Arbitrary<{ written: string; read: unknown }>, { maxLength: 4 }).map((items) => ({
          written: `[${items.map(({ written }) => written).join(", ")}]`,
          read: items.map(({ read }) => read),
        })),
        fc
          .array(fc.tuple(fc.constantFrom("NaN", "x", "Infinity :"), tie("value") as fc.Arbitrary<{ written: string; read: unknown }>), {
            maxLength: 3,
          })
          .map((members) => ({
            written: `{${members.map(([name, { written }]) => `${JSON.stringify(name)} : ${written}`).join()}}`,
            read: Object.fromEntries(members.map(([name, { read }]) => [name, read])),
          })),
      ),
    }));
    fc.assert(
      fc.property(value as fc.Arbitrary<{ written: string; read: unknown }>, ({ written, read }) => {
        expect(parseJson(written)).toEqual(read);
      }),
    );
  });

  test("nesting and names are guarded as ever", () => {
    expect(problemOf(() => parseJson('[NaN, {"__proto__": NaN}]')).errors[0].pointer).toBe("/1/__proto__");
    expect(problemOf(() => parseJson(`${"[".repeat(101)}NaN${"]".repeat(101)}`)).code).toBe("nesting_too_deep");
  });

  test("millions of them, and a megabyte of what only looks alike", () => {
    const many = parseJson(`[${"NaN,".repeat(1e6)}-Infinity]`);
    expect(many).toHaveLength(1e6 + 1);
    expect(new Set(many as unknown[])).toEqual(new Set(["NaN", "-Infinity"]));
    for (const text of [`["${"\\\\".repeat(5e5)}", nan]`, "N".repeat(1e6), `["${"N".repeat(1e6)}`, "-".repeat(1e6), '"\\'.repeat(3e5)]) {
      expect(problemOf(() => parseJson(text)).code).toBe("invalid_json");
    }
  });
});

describe("malformed texts", () => {
  test.each([
    ["", 1, 1, "expected a value, found the end of the text"],
    ["{", 1, 2, "expected a member's name in double quotes, or }, found the end of the text"],
    ["[1, 2", 1, 6, "expected a comma or ], found the end of the text"],
    ["[1,]", 1, 4, "expected a value, found ]"],
    ['{"a": 1,}', 1, 9, "expected a member's name in double quotes, found }"],
    ["{'a': 1}", 1, 2, "expected a member's name in double quotes, or }, found '"],
    ['{"a" 1}', 1, 6, "expected a colon after a member's name, found 1"],
    ["[1 2]", 1, 4, "expected a comma or ], found 2"],
    ["[01]", 1, 3, "expected a comma or ], found 1"],
    ["[1.]", 1, 3, "expected a comma or ], found ."],
    ["[+1]", 1, 2, "expected a value, found +1"],
    ["1 2", 1, 3, "expected the end of the text, found 2"],
    ["nul", 1, 1, "expected a value, found nul"],
    ["// no\n{}", 1, 1, "expected a value, found /"],
    ["[\n1,\n  θ @]", 3, 3, "expected a value, found θ"],
    ['["😀" 1]', 1, 6, "expected a comma or ], found 1"],
    ['"abc', 1, 5, 'expected the closing " of a string, found the end of the text'],
    [String.raw`"a\x"`, 1, 3, "expected an escape"],
    ['"a\nb"', 1, 3, "found the control character U+000A"],
  ])("%j: line %i, column %i: %s", (text, line, column, reason) => {
    const problem = problemOf(() => parseJson(text));
    expect(problem.code).toBe("invalid_json");
    expect(problem.detail).toMatch(new RegExp(`^Line ${line}, column ${column}: `));
    expect(problem.detail).toContain(reason);
  });

  test.each([
    ["[1, nan]", "Line 1, column 5: nan is not JSON: write NaN"],
    ["[-NaN]", "Line 1, column 2: -NaN is not JSON: write NaN"],
    ["[\n  inf]", "Line 2, column 3: inf is not JSON: write Infinity"],
    ["[Inf]", "write Infinity"],
    ["[+Infinity]", "write Infinity"],
    ["[-Inf]", "write -Infinity"],
    ["[INFINITY]", "write Infinity"],
    ["[-nan(ind)]", "write NaN"],
    ['{"W": NA}', "write NaN for a number that is missing, null for anything else"],
    ['{"W": None}', "write null, or NaN"],
    ['{"W": undefined}', "write null, or NaN"],
    ["[True]", "write true"],
    ["[FALSE]", "write false"],
    // What was read as a number is not what is wrong.
    ["[NaN, 1 2]", "Line 1, column 9: expected a comma or ], found 2"],
    ["[NaN, -Infinity, nope]", "Line 1, column 18: expected a value, found nope"],
    ["[NaN 1]", "Line 1, column 6: expected a comma or ], found 1"],
    ["[NaNx]", "Line 1, column 5: expected a comma or ], found x"],
    ["[1NaN]", "Line 1, column 3: expected a comma or ], found NaN"],
    ["{NaN: 1}", "Line 1, column 2: expected a member's name in double quotes, or }, found NaN"],
    ['{"a": NaN: 1}', "Line 1, column 10: expected a comma or }, found :"],
    ["[NaN", "Line 1, column 5: expected a comma or ], found the end of the text"],
  ])("%s gets a sentence of its own", (text, sentence) => {
    const { code, detail } = problemOf(() => parseJson(text));
    expect(code).toBe("invalid_json");
    expect(detail).toContain(sentence);
  });

  test("whatever JSON.parse refuses, the scanner finds a place for", () => {
    const pieces = fc.constantFrom("[", "]", "{", "}", ",", ":", '"', "\\", "a", "1", "-", ".", "e5", "null", " ", "\n", '"k"', "\u0001");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        fc.pre(!isJson);
        const { code, detail } = problemOf(() => parseJson(text));
        expect(code).toBe("invalid_json");
        const [, line, column] = /^Line (\d+), column (\d+): /.exec(detail) ?? [];
        const lines = text.split("\n");
        expect(Number(column) - 1).toBeLessThanOrEqual(lines[Number(line) - 1].length);
      }),
      { numRuns: 2000 },
    );
  });

  test("a megabyte of opening brackets, and of garbage", () => {
    expect(problemOf(() => parseJson("[".repeat(1e6))).code).toBe("nesting_too_deep");
    expect(problemOf(() => parseJson("[".repeat(1e5))).detail).toContain("Line 1, column 100001");
    expect(problemOf(() => parseJson(`${"[1,".repeat(3e4)}@`)).code).toBe("invalid_json");
  });
});

describe("texts that are JSON and yet refused", () => {
  test("nesting beyond the limit", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    expect(parseJson(nested(100))).toBeDefined();
    expect(problemOf(() => parseJson(nested(101))).code).toBe("nesting_too_deep");
    expect(problemOf(() => parseJson(nested(1e6))).code).toBe("nesting_too_deep");
    expect(problemOf(() => parseJson(`[1, 2, ${'{"a":'.repeat(100)}1${"}".repeat(100)}]`)).code).toBe("nesting_too_deep");
    expect(problemOf(() => parseJson("[[1]]", { nesting: 1 })).code).toBe("nesting_too_deep");
  });

  test.each([
    ['{"__proto__": 1}', "/__proto__"],
    [String.raw`{"a": [1, {"\u005f_proto__": {}}]}`, "/a/1/__proto__"],
    ['{"a/b": {"__proto__": null}}', "/a~1b/__proto__"],
  ])("a member named __proto__ in %s", (text, pointer) => {
    const problem = problemOf(() => parseJson(text));
    expect(problem.code).toBe("invalid_request");
    expect(problem.errors[0].pointer).toBe(pointer);
  });

  test("__proto__ as a text is only a text", () => {
    expect(parseJson('["__proto__"]')).toEqual(["__proto__"]);
  });
});
