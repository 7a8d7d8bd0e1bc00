import { expect, test } from "vitest";
import { Wanted } from "../../src/tasks/answer.ts";
import { input } from "../../src/ir/graph.ts";
import { tensorOf } from "../../src/tensor/tensor.ts";
import { defaultLimits } from "../../src/request/limits.ts";

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

test("a template writes what JSON would, whatever the names and the numbers are", () => {
  const [x, y, z] = [[], [2, 2], [0]].map((shape) => input({ dtype: "float64", shape }));
  const names = ['"quoted\\"', "\\u00001", "0", "θ\u2028"];
  const template = new Wanted([x, y, z, x]).template((write) => ({
    first: names,
    x: write(x),
    list: [write(null), write(y), write(z), write(x)],
  }));
  for (const number of [-0, 1e21, 5e-324, 0.1, Number.NaN, Number.NEGATIVE_INFINITY, -7]) {
    const results = [tensorOf("float64", [], [number]), tensorOf("float64", [2, 2], [1, number, 3, 4]), tensorOf("float64", [0], [])];
    const asJson = Number.isFinite(number) ? number : String(number);
    const list = [
      null,
      [
        [1, asJson],
        [3, 4],
      ],
      [],
      asJson,
    ];
    expect(template.write(results, "list", {})).toBe(JSON.stringify({ first: names, x: asJson, list }));
    expect(template.write(results, "list", { nonfinite: { node: "n" } })).toBe(
      JSON.stringify({ first: names, x: asJson, list, nonfinite: { node: "n" } }),
    );
  }
  expect(new Wanted([]).template(() => ({})).write([], "list", { nonfinite: 1 })).toBe('{"nonfinite":1}');
});
