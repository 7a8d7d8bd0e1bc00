import { describe, expect, test } from "vitest";
import { canonicalGraph, canonicalText, fingerprint } from "../../../src/program/graph/canonical.ts";
import { draftOfGraph } from "../../../src/program/graph/json.ts";
import { defaultLimits } from "../../../src/request/limits.ts";
import { formulaDraft, graphDraft } from "../programs.ts";

const idOf = (json: unknown): string => fingerprint(canonicalGraph(graphDraft(json)));

describe("the canonical graph", () => {
  test("a formula and the same graph have one id", () => {
    const graph = {
      nodes: [
        { name: "add_1", op: "Add", inputs: ["x", "y"] },
        { name: "z", op: "Pow", inputs: ["add_1", 2] },
      ],
    };
    const canonical = canonicalGraph(formulaDraft("z = (x + y)^2"));
    expect(canonicalText(canonical)).toBe(
      '{"inputs":{"x":{},"y":{}},"nodes":[{"inputs":["x","y"],"name":"add_1","op":"Add"},{"inputs":["add_1",2],"name":"z","op":"Pow"}],"outputs":["z"]}',
    );
    expect(idOf(graph)).toBe(fingerprint(canonical));
    expect(idOf(graph)).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test("reads back as itself", () => {
    const drafts = [
      formulaDraft("k = [1, 2.5]; v, _ = topk(leaky_relu(x, alpha=0.1) * k, 1); v"),
      graphDraft({
        inputs: { x: { shape: [null, 2], dtype: "float32" }, y: {} },
        constants: {
          a: "NaN",
          b: { shape: [0, 3], data: [] },
          c: { shape: [2], dtype: "int64", base64: "AQAAAAAAAAACAAAAAAAAAA==" },
          d: [[true]],
        },
        nodes: [
          { op: "Add", inputs: ["x", -0] },
          { outputs: ["p", null], op: "TopK", inputs: ["y", null], attributes: { axis: 0 } },
        ],
      }),
    ];
    for (const draft of drafts) {
      const canonical = canonicalGraph(draft);
      const again = canonicalGraph(draftOfGraph(JSON.parse(JSON.stringify(canonical)), defaultLimits));
      expect(again).toEqual(JSON.parse(JSON.stringify(canonical)));
    }
  });

  test("the same meaning in other words has the same id", () => {
    const node = { op: "Softmax", inputs: ["x"], attributes: { axis: 1 } };
    const id = idOf({ nodes: [{ ...node, name: "y" }], outputs: ["y"] });
    expect(idOf({ inputs: { x: {} }, nodes: [{ outputs: ["y"], ...node }] })).toBe(id);
    const bytes = Buffer.from(new Float32Array([0.1]).buffer).toString("base64");
    expect(idOf({ constants: { k: { shape: [1], dtype: "float32", base64: bytes } }, nodes: [], outputs: ["k"] })).toBe(
      idOf({ constants: { k: { shape: [1], dtype: "float32", data: [0.1] } }, nodes: [], outputs: ["k"] }),
    );
  });

  test.each([
    [{ nodes: [{ name: "y", op: "Neg", inputs: ["x"] }] }, { nodes: [{ name: "z", op: "Neg", inputs: ["x"] }] }],
    [
      { constants: { k: 1 }, nodes: [], outputs: ["k"] },
      { constants: { k: true }, nodes: [], outputs: ["k"] },
    ],
    [
      { constants: { k: 0 }, nodes: [], outputs: ["k"] },
      { constants: { k: -0 }, nodes: [], outputs: ["k"] },
    ],
    [
      { constants: { k: [] }, nodes: [], outputs: ["k"] },
      { constants: { k: [[]] }, nodes: [], outputs: ["k"] },
    ],
  ])("%j and %j have two ids", (a, b) => {
    expect(idOf(a)).not.toBe(idOf(b));
  });
});

test("canonical text orders members and nothing else", () => {
  expect(canonicalText({ b: [2, { d: undefined, c: null }, -0], a: "θ\n", constructor: true })).toBe(
    String.raw`{"a":"θ\n","b":[2,{"c":null},-0],"constructor":true}`,
  );
});
