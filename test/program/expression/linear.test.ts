import { describe, expect, test } from "vitest";
import { draftOfExpression } from "../../../src/program/expression/parse.ts";
import { tokenize } from "../../../src/program/expression/tokens.ts";
import { Problem } from "../../../src/problems/problems.ts";
import { defaultLimits } from "../../../src/request/limits.ts";

/** A million of each, which anything but a linear time would take longer over than a test may. */
const families: Readonly<Record<string, (count: number) => string>> = {
  "texts on one line": (count) => `f(${'"",'.repeat(count)}"")`,
  "texts of the other quotes": (count) => `f(${`"'",'"',`.repeat(count / 2)}1)`,
  "texts before one that is not closed": (count) => `f(${'"a",'.repeat(count)}"`,
  "closed and open texts on many lines": (count) => `f(${`"",\n`.repeat(count)}')`,
  blanks: (count) => `x${" ".repeat(9 * count)}+1`,
  "blanks alone": (count) => " \t".repeat(5 * count),
  "empty comments": (count) => `${"#\n".repeat(count)}x`,
  "lines that go on": (count) => `x+${"\\\n".repeat(count)}1`,
  "empty statements": (count) => ";\n".repeat(count),
  digits: (count) => `${"1".repeat(9 * count)}+x`,
  "a long name": (count) => "a".repeat(9 * count),
  "a long name of pairs": (count) => "\u{20000}".repeat(9 * count),
  primes: (count) => `x${"'".repeat(count)}`,
  "targets without a sign": (count) => "a,".repeat(count),
  "opening parentheses": (count) => "(".repeat(count),
  signs: (count) => `${"-".repeat(count)}x`,
  "a fault on the last of many lines": (count) => `f(${"\n".repeat(3 * count)}$`,
};

describe("a formula is read in a time that grows with its length", () => {
  test.each(Object.entries(families))("%s", (_, make) => {
    let thrown: unknown;
    try {
      draftOfExpression(make(1_000_000), new Map(), defaultLimits);
    } catch (error) {
      thrown = error;
    }
    // Whatever is wrong with it is the client's to know.
    if (thrown !== undefined) expect(thrown).toBeInstanceOf(Problem);
  });
});

test("a token is told by its place in the text, and behind the last one stands the end", () => {
  const tokens = tokenize(`y = f("a b", x1)'`, defaultLimits);
  const told = Array.from({ length: tokens.length + 1 }, (_, at) => tokens.at(at));
  expect(told.map(({ kind, text, at }) => `${kind} ${text} ${at}`)).toEqual([
    "name y 0",
    "symbol = 2",
    "name f 4",
    "symbol ( 5",
    "text a b 6",
    "symbol , 11",
    "name x1 13",
    "symbol ) 15",
    "symbol ' 16",
    "end  17",
    "end  17",
  ]);
});

test("lines that hold nothing are one break, however many they are", () => {
  expect(tokenize("\n\n;\n\nx\n\n;;\n", defaultLimits)).toHaveLength(4);
});
