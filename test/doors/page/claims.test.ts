import { describe, expect, test } from "vitest";
import { gradients } from "../../../src/compute/gradients.ts";
import { claimsIn, tensorsIn } from "../../../src/doors/page/client/check/claims.ts";
import { claimedIn, stepOf } from "../../../src/doors/page/client/check/findings.ts";
import { namesIn } from "../../../src/doors/page/client/formula/names.ts";
import { explain } from "../../../src/render/explain/task.ts";
import { performed } from "../../support/tasks.ts";

const names = new Set(namesIn("c = a + b\nd = b + 1\ne = c * d"));
const read = (text: string) => claimsIn(text, (name) => names.has(name));

describe("gradients are read as people write them", () => {
  test.each<[text: string, gradients: object]>([
    ["a = 2\nb = 3", { a: 2, b: 3 }],
    ["a: 2, \n\n b : -3.5e-2  # by hand", { a: 2, b: -0.035 }],
    ["a = 2; b = 1/4", { a: 2, b: 0.25 }],
    ["∂e/∂a = 2\nde/db = 3", { a: 2, b: 3 }],
    ["a = 2, b = 3 # and c = 4, d = 5", { a: 2, b: 3 }],
    ["de/da = 2, b = [1, 2], c = 3", { a: 2, b: [1, 2], c: 3 }],
    ["a：2，b＝[1，2]；c = −3", { a: 2, b: [1, 2], c: -3 }],
    ["a.grad = 2\ngrad_b = 3\ngrad(c) = 4\ngradient c = 5", { a: 2, b: 3, c: 5 }],
    ["da = 2\nd = 3\ndc = −1", { a: 2, d: 3, c: -1 }],
    [
      "a = [1, 2,\n  3]\nb = [[1. 2.]\n [3. .5]]",
      {
        a: [1, 2, 3],
        b: [
          [1, 2],
          [3, 0.5],
        ],
      },
    ],
    [
      "a = array([[1., 2.],\n       [3., 4.]], dtype=float32)",
      {
        a: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    ["a = tensor([0.1966, -0.5898])", { a: [0.1966, -0.5898] }],
    ["a = nan\nb = -inf", { a: "NaN", b: "-Infinity" }],
    ["a = two\nb", { a: "two", b: "" }],
    ['{"a": 2, "db": [1, 2]}', { a: 2, b: [1, 2] }],
    ["{'a': 2., 'b': np.float64(3.0)}", { a: 2, b: 3 }],
    [
      "{'W': array([[1., 2.], [3., 4.]]), 'b': [1, 2,],}",
      {
        W: [
          [1, 2],
          [3, 4],
        ],
        b: [1, 2],
      },
    ],
    ["x 1 = 2\n<script> = 3", { "x 1": 2, "<script>": 3 }],
  ])("%j", (text, expected) => {
    expect(read(text)).toEqual({ gradients: expected });
  });

  test("with values of the steps in between below a heading", () => {
    expect(read("b = 5\nvalues:\nc = 3\nd = 2\nOutputs\ne = 6")).toEqual({ gradients: { b: 5 }, nodes: { c: 3, d: 2 }, outputs: { e: 6 } });
  });

  test("or as the whole submission that the service takes", () => {
    const submission = { gradients: { b: 3 }, edges: [{ from: "b", to: "c", gradient: 2 }] };
    expect(read(JSON.stringify(submission))).toEqual(submission);
  });

  test("and nothing is nothing", () => {
    expect([read(""), read("  \n# only a remark\n")]).toEqual([{}, {}]);
  });
});

test("inputs are read in the same way, and what is no tensor is left out", () => {
  expect([...tensorsIn("a = 2\nW = [[1, 2], [3, 4]]\nda = 1")]).toEqual([
    ["a", 2],
    [
      "W",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["da", 1],
  ]);
  expect([...tensorsIn('{"x": 1, "y": {"shape": [1]}}')]).toEqual([["x", 1]]);
});

describe("an item leads to the step at which it comes about", () => {
  const program = { expression: "c = a + b\nd = b + 1\ne = c * d", inputs: { a: 2, b: 1 } };
  const way = JSON.parse(String(performed(explain)(program, { language: "en", format: "json" }).body)) as Parameters<typeof stepOf>[1];

  test.each([
    [{ kind: "gradient", name: "b" }, "sum/b"],
    [{ kind: "gradient", name: "a" }, "backward/c"],
    [{ kind: "gradient", name: "c" }, "backward/e"],
    [{ kind: "gradient", name: "e" }, "seed/e"],
    [{ kind: "node", name: "d" }, "forward/d"],
    [{ kind: "output", name: "e" }, "forward/e"],
    [{ kind: "edge", to: "d" }, "backward/d"],
    [{ kind: "gradient", name: "q" }, null],
  ] as const)("%j", (item, step) => {
    expect(stepOf(item, way)).toBe(step);
  });

  test("and is shown with what was claimed of it", () => {
    expect([...claimedIn({ gradients: { b: 3 }, nodes: { c: 1 }, edges: [] })]).toEqual([
      ["gradient b", 3],
      ["node c", 1],
    ]);
  });
});

test("the page's gradients are the service's", () => {
  const found = JSON.parse(
    String(performed(gradients)({ expression: "a * b", inputs: Object.fromEntries(tensorsIn("a = 2\nb = 3")) }, {}).body),
  );
  expect(found).toMatchObject({ gradients: { a: 3, b: 2 } });
});
