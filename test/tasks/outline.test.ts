import { expect, test } from "vitest";
import { input, type Value } from "../../src/ir/graph.ts";
import { defaultLimits } from "../../src/request/limits.ts";
import { Outline } from "../../src/tasks/outline.ts";

const outlineOf = (...values: readonly (Value | null)[]): Outline => new Outline((put) => values.map(put));

test("an answer that cannot be short enough is refused before anything runs", () => {
  const limits = { ...defaultLimits, answerBytes: 2100 };
  const value = input({ dtype: "float64", shape: [10, 50] });
  const bits = input({ dtype: "bool", shape: [10, 50] });
  const hollow = input({ dtype: "float64", shape: [700, 0] });
  const tooLong = expect.objectContaining({ code: "answer_too_large" });
  expect(() => outlineOf(value, value).requireShort("list", 1, limits)).not.toThrow();
  expect(() => outlineOf(value, value, value).requireShort("list", 1, limits)).toThrow(tooLong);
  expect(() => outlineOf(bits, bits).requireShort("base64", 1, limits)).not.toThrow();
  expect(() => outlineOf(value, null).requireShort("flat", 3, limits)).toThrow(tooLong);
  expect(() => outlineOf(bits).requireShort("list", 1, limits)).toThrow(tooLong);
  expect(() => outlineOf(hollow).requireShort("list", 1, limits)).toThrow(tooLong);
});
