import { expect, test } from "vitest";
import { Wanted } from "../../src/engine/answer.ts";
import { input } from "../../src/ir/graph.ts";
import { defaultLimits } from "../../src/wire/limits.ts";

test("an answer that cannot be short enough is refused before anything runs", () => {
  const limits = { ...defaultLimits, answerBytes: 2000 };
  const value = input({ dtype: "float64", shape: [10, 50] });
  const hollow = input({ dtype: "float64", shape: [1001, 0] });
  const tooLong = expect.objectContaining({ code: "answer_too_large" });
  expect(() => new Wanted([value, value]).requireShort("list", 1, limits)).not.toThrow();
  expect(() => new Wanted([value, value, value]).requireShort("list", 1, limits)).toThrow(tooLong);
  expect(() => new Wanted([value, value, value]).requireShort("base64", 1, limits)).not.toThrow();
  expect(() => new Wanted([value, null]).requireShort("flat", 3, limits)).toThrow(tooLong);
  expect(() => new Wanted([hollow]).requireShort("list", 1, limits)).toThrow(tooLong);
});
