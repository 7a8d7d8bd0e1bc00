import { expect, test } from "vitest";
import { writeJson } from "../../../src/doors/json/write.ts";
import { input } from "../../../src/ir/graph.ts";
import { account } from "../../../src/memory/account.ts";
import { encodeTensor } from "../../../src/request/encode.ts";
import { defaultLimits } from "../../../src/request/limits.ts";
import { type Encoding, encodings } from "../../../src/request/values.ts";
import { Outline } from "../../../src/tasks/outline.ts";
import type { Findings } from "../../../src/tasks/result.ts";
import { sizeOf } from "../../../src/tensor/shape.ts";
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

const tensor = (...shape: number[]): Tensor =>
  tensorOf(
    "float64",
    shape,
    Array.from({ length: sizeOf(shape) }, (_, at) => at / 3),
  );

test("a long answer is bytes, in which what stands twice is the same", () => {
  const [x, y] = [[3000, 2], [20]].map((shape) => input({ dtype: "float64", shape }));
  const outline = new Outline((put) => ({ θ: put(x), list: [put(y), put(x), put(y), put(null)], last: "é" }));
  const tensors = [tensor(3000, 2), tensor(20)];
  const body = (encoding: Encoding): unknown =>
    JSON.parse(
      Buffer.from(
        writeJson({ kind: "findings", findings: { outline, tensors, further: { nonfinite: 1 } }, encoding }, defaultLimits)
          .body as Uint8Array,
      ).toString(),
    );
  for (const encoding of encodings) {
    const [first, second] = tensors.map((each) => encodeTensor(each, encoding));
    expect(body(encoding)).toEqual({ θ: first, list: [second, first, second, null], last: "é", nonfinite: 1 });
  }
});

test("an answer is written until it is too long, and no further", () => {
  const value = input({ dtype: "float64", shape: [100] });
  const outline = new Outline((put) => ({ x: put(value) }));
  let points = 0;
  function* endless(): Generator<Findings> {
    for (; ; points++) yield { outline, tensors: [tensor(100)], further: {} };
  }
  const limits = { ...defaultLimits, answerBytes: 500_000 };
  expect(() => writeJson({ kind: "points", points: endless(), encoding: "list" }, limits)).toThrow("answer_too_large");
  expect(points).toBeLessThan(600);
  expect(() => writeJson({ kind: "text", text: "x".repeat(500_001), mediaType: "text/plain" }, limits)).toThrow("answer_too_large");
});

test("what a long answer takes is charged before it is taken", () => {
  const value = input({ dtype: "float64", shape: [400_000] });
  const outline = new Outline((put) => ({ x: put(value) }));
  const findings = { outline, tensors: [tensor(400_000)], further: {} };
  const { body } = account().within(() => {
    const written = writeJson({ kind: "findings", findings, encoding: "list" }, defaultLimits);
    expect(account().charged).toBeGreaterThanOrEqual(written.body.length);
    return written;
  });
  // Its memory can be given away as a whole.
  expect(body).toHaveProperty("buffer.byteLength", body.length);
});

test("tensors in a document are written as in findings", () => {
  const written = writeJson(
    { kind: "document", compose: (write) => ({ a: 1, inputs: { x: write(tensor(2, 2)), y: write(tensor(9000)) } }), encoding: "list" },
    defaultLimits,
  );
  const { a, inputs } = JSON.parse(Buffer.from(written.body).toString()) as { a: number; inputs: Record<string, unknown> };
  expect({ a, ...inputs }).toEqual({ a: 1, x: encodeTensor(tensor(2, 2), "list"), y: encodeTensor(tensor(9000), "list") });
});
