import { expect, test } from "vitest";
import { writeJson } from "../../../src/doors/json/write.ts";
import { input } from "../../../src/ir/graph.ts";
import { defaultLimits } from "../../../src/request/limits.ts";
import { Outline } from "../../../src/tasks/outline.ts";
import { type Tensor, tensorOf } from "../../../src/tensor/tensor.ts";

test("findings are written as JSON would, whatever the names and the numbers are", () => {
  const [x, y, z] = [[], [2, 2], [0]].map((shape) => input({ dtype: "float64", shape }));
  const names = ['"quoted\\"', "\\u00001", "0", "θ\u2028"];
  const outline = new Outline((put) => ({ first: names, x: put(x), list: [put(null), put(y), put(z), put(x)] }));
  expect(outline.values).toEqual([x, y, z]);
  const written = (of: Outline, tensors: readonly Tensor[], further: Record<string, unknown>): unknown =>
    writeJson({ kind: "findings", findings: { outline: of, tensors, further }, encoding: "list" }, defaultLimits).body;
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
    expect(written(outline, results, {})).toBe(JSON.stringify({ first: names, x: asJson, list }));
    expect(written(outline, results, { nonfinite: { node: "n" } })).toBe(
      JSON.stringify({ first: names, x: asJson, list, nonfinite: { node: "n" } }),
    );
  }
  expect(written(new Outline(() => ({})), [], { nonfinite: 1 })).toBe('{"nonfinite":1}');
});
