import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { account } from "../../src/memory/account.ts";
import { parseJson } from "../../src/request/json.ts";
import { jsonCost } from "../../src/request/json-cost.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const used = (): number => {
  collect();
  return getHeapStatistics().used_heap_size;
};

const count = 100_000;
const list = (one: string | ((at: number) => string)): string =>
  `[${Array.from({ length: count }, (_, at) => (typeof one === "string" ? one : one(at))).join()}]`;
const name = (at: number): string => at.toString(36);

const texts: Readonly<Record<string, string>> = {
  "whole numbers": list("1"),
  numbers: list("0.1234567890123456"),
  exponents: list("1e5"),
  "rows of numbers": list("[0.5,1.5]"),
  "lists of one": list("[1]"),
  "empty lists": list("[]"),
  "lists in lists": list("[[[[[1]]]]]"),
  "empty objects": list("{}"),
  "objects that are alike": list('{"a":1,"b":0.5}'),
  "objects in objects": list('{"a":{"a":{"a":1}}}'),
  "objects of many names": list((at) => `{"${name(at)}":1}`),
  "objects whose names are numbers": list('{"1023":1}'),
  "an object of many names": `{${Array.from({ length: count }, (_, at) => `"${name(at)}":{}`).join()}}`,
  "empty texts": list('""'),
  "short texts": list((at) => `"${name(at)}"`),
  "texts and numbers": list('"a",1.5'),
  "a long text": `["${"a".repeat(20 * count)}"]`,
  "texts of escapes": list('"\\\\\\"\\u0041"'),
  words: list("true,null"),
};

describe("what parsing takes is told from the text", () => {
  test.each(Object.entries(texts))("%s", (_, text) => {
    const bytes = Buffer.from(text);
    const before = used();
    const value: unknown = JSON.parse(text);
    const taken = used() - before;
    const told = jsonCost(bytes, 100);
    expect(value).toBeTypeOf("object");
    // Numbers alone are sometimes less than what the text before them gave back.
    expect(taken).toBeLessThan(1.3 * told);
    expect(told).toBeLessThan(40 * count + 8 * Math.max(taken, bytes.length / 4));
  });
});

test("what is inside texts is no structure, however it is escaped", () => {
  const inside = JSON.stringify(`[{,:\\"`.repeat(9));
  expect(jsonCost(Buffer.from(`[${inside}]`), 1)).toBe(jsonCost(Buffer.from(`["${"a".repeat(inside.length - 2)}"]`), 1));
  const long = JSON.stringify(`${"a".repeat(100)}[{,:\\"`.repeat(9));
  expect(jsonCost(Buffer.from(`[${long}]`), 1)).toBe(jsonCost(Buffer.from(`["${"a".repeat(long.length - 2)}"]`), 1));
});

test("what never ends is looked through to its end", () => {
  for (const text of ['["', `["${"a".repeat(100)}`, `["${"a".repeat(100)}\\"`, '["\\', "]]]]", "{{", ""]) {
    expect(jsonCost(Buffer.from(text), 100)).toBeTypeOf("number");
  }
});

test("a large body is charged before it is parsed, and nesting is refused before it is parsed", () => {
  account().within(() => {
    parseJson(Buffer.from(texts["empty lists"]));
    expect(account().charged).toBeGreaterThan(50 * count);
  });
  expect(() => parseJson(Buffer.from("[".repeat(10_000_000)))).toThrow("nesting_too_deep");
  expect(account().charged).toBe(0);
});
