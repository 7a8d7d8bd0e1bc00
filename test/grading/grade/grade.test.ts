import { describe, expect, test } from "vitest";
import { problemOf } from "../../support/problems.ts";
import { grade, gradeAnswer } from "../answers.ts";

const twoPaths = { expression: "e = (a+b)*(b+1)", inputs: { a: 2, b: 1 } };

/** x → h → y, three numbers at a time, with a weight that both steps use. */
const chain = { expression: "h = w * x; y = sum(w * h^2)", inputs: { w: [1, 2, 3], x: [0.5, -1, 2] } };
const right = {
  outputs: { y: 116.25 },
  nodes: { h: [0.5, -2, 6] },
  gradients: { h: [1, -8, 36], x: [1, -16, 108], w: [0.75, 12, 108] },
};

const itemsOf = (request: object): string[] => grade(request).items.map(({ kind, name, verdict }) => `${kind} ${name}: ${verdict}`);

describe("a verdict", () => {
  test("names the path that was forgotten, as the contract's example says", () => {
    expect(grade({ ...twoPaths, submission: { gradients: { a: 2, b: 3 } } })).toMatchObject({
      passed: false,
      score: 0.5,
      items: [
        { kind: "gradient", name: "a", passed: true },
        { kind: "gradient", name: "b", passed: false, expected: 5, submitted: 3 },
      ],
      first_wrong: { kind: "gradient", name: "b" },
      diagnosis: [
        {
          mistake: "missing_fanout_sum",
          name: "b",
          edges: [{ from: "b", to: "add_1", input: 1 }],
          residual: 0,
          message: expect.stringMatching(/^b feeds two nodes; /) as unknown,
        },
      ],
    });
  });

  test("passes what is right: outputs, values, gradients and edges, as lists or as base64", () => {
    const base64 = Buffer.from(Float64Array.of(0.5, -2, 6).buffer).toString("base64");
    const submission = {
      ...right,
      nodes: { h: { shape: [3], dtype: "float64", base64 } },
      edges: [
        { from: "x", to: "h", gradient: [1, -16, 108] },
        { to: "h", input: 0, gradient: [0.5, 8, 72] },
      ],
    };
    const verdict = grade({ ...chain, submission });
    expect(verdict).toMatchObject({ passed: true, score: 1, points: 7, max_points: 7, first_wrong: null, diagnosis: [] });
    expect(verdict.items.at(-1)).toMatchObject({ kind: "edge", from: "w", to: "h", input: 0, verdict: "correct" });
  });

  test("shows the worst elements, the greatest error first", () => {
    const submission = { gradients: { w: [0.75, 12.5, 107] } };
    const [item] = grade({ ...chain, submission, atol: 0.25 }).items;
    expect(item).toMatchObject({ verdict: "wrong", wrong_elements: 2, expected: [0.75, 12, 108], submitted: [0.75, 12.5, 107] });
    expect(item.residual).toBeCloseTo(Math.hypot(0.5, 1) / (Math.hypot(0.75, 12, 108) + Math.hypot(0.75, 12.5, 107)), 14);
    expect(item.worst).toEqual([
      { index: [2], expected: 108, submitted: 107, absolute_error: 1, relative_error: 1 / 108 },
      { index: [1], expected: 12, submitted: 12.5, absolute_error: 0.5, relative_error: 0.04 },
    ]);
  });

  test("tells a wrong shape, a NaN and what is missing from what is wrong", () => {
    const submission = { nodes: { h: [[0.5, -2, 6]] }, gradients: { w: [0.75, "NaN", 108] } };
    const request = { ...chain, submission, worth: { nodes: { h: 1 }, gradients: { w: 1, x: 2 } } };
    expect(itemsOf(request)).toEqual(["node h: shape_mismatch", "gradient w: not_finite", "gradient x: missing"]);
    const { items, diagnosis, points, max_points } = grade(request);
    expect(items[0]).toMatchObject({ expected_shape: [3], submitted_shape: [1, 3] });
    expect(items[1].worst).toMatchObject([{ index: [1], submitted: "NaN", absolute_error: "Infinity", relative_error: "Infinity" }]);
    expect(diagnosis.map(({ mistake, name }) => [mistake, name])).toEqual([
      ["shape_mismatch", "h"],
      ["nan_from_overflow", "w"],
    ]);
    expect({ points, max_points }).toEqual({ points: 0, max_points: 4 });
  });

  test("NaN is right where NaN is expected, and nowhere else", () => {
    const log = { expression: "log(x)", inputs: { x: [-1, 1] }, cotangent: [1, 1] };
    expect(grade({ ...log, submission: { outputs: { log_1: ["NaN", 0] } } }).passed).toBe(true);
    expect(grade({ ...log, submission: { outputs: { log_1: [0, 0] } } }).passed).toBe(false);
    expect(grade({ ...log, submission: { outputs: { log_1: ["NaN", "NaN"] } } }).passed).toBe(false);
  });

  test("the first wrong item is the first in the order of computation, not of the request", () => {
    const submission = { gradients: { x: [0, 0, 0], h: [1, 2, 3] }, nodes: { h: [1, 1, 1] } };
    expect(grade({ ...chain, submission }).first_wrong).toEqual({ kind: "node", name: "h" });
    const { h: _, ...backward } = { ...submission.gradients };
    expect(grade({ ...chain, submission: { gradients: { ...backward, h: [1, 2, 3] } } }).first_wrong).toEqual({
      kind: "gradient",
      name: "h",
    });
  });
});

describe("following through", () => {
  // h is wrong, and everything after it is right for that h.
  const h = [0.5, -2, 5];
  const submission = {
    outputs: { y: 0.25 + 8 + 75 },
    nodes: { h },
    gradients: { h: [1, -8, 30], x: [1, -16, 90], w: [0.75, 12, 85] },
  };

  test("costs one error once", () => {
    expect(itemsOf({ ...chain, submission })).toEqual([
      "output y: follows",
      "node h: wrong",
      "gradient h: follows",
      "gradient x: follows",
      "gradient w: follows",
    ]);
    expect(grade({ ...chain, submission }).score).toBe(0.8);
  });

  test("goes through gradients too", () => {
    const wrong = { ...right, gradients: { h: [2, -8, 36], x: [2, -16, 108], w: [1.25, 12, 108] } };
    expect(itemsOf({ ...chain, submission: wrong })).toEqual([
      "output y: correct",
      "node h: correct",
      "gradient h: wrong",
      "gradient x: follows",
      "gradient w: follows",
    ]);
  });

  test("and through edges, which are summed as they were submitted", () => {
    const wrong = { edges: [{ from: "b", to: "add_1", gradient: 7 }], gradients: { a: 2, b: 10 } };
    expect(grade({ ...twoPaths, submission: wrong }).items.map(({ verdict }) => verdict)).toEqual(["correct", "follows", "wrong"]);
  });

  test("does not excuse a second error", () => {
    const twice = { ...submission, gradients: { ...submission.gradients, w: [0.75, 12, 84] } };
    expect(itemsOf({ ...chain, submission: twice }).at(-1)).toBe("gradient w: wrong");
  });

  test("can be turned off", () => {
    expect(grade({ ...chain, submission, follow_through: false }).score).toBe(0);
  });

  test("names the first error as the cause of all", () => {
    const halved = { outputs: { y: 116.25 / 4 }, nodes: { h: [0.25, -1, 3] }, gradients: { h: [0.5, -4, 18] } };
    const { first_wrong, items } = grade({ ...chain, submission: halved });
    expect(first_wrong).toEqual({ kind: "node", name: "h" });
    expect(items.map(({ verdict }) => verdict)).toEqual(["follows", "wrong", "follows"]);
  });
});

describe("points", () => {
  const half = { gradients: { w: [0.75, 12, 0], x: [1, -16, 108] } };

  test("go to whole items, to the share of elements that is right, or to nobody who is not right in all", () => {
    const scores = ["items", "elements", "none"].map((partial_credit) => grade({ ...chain, submission: half, partial_credit }).points);
    expect(scores).toEqual([1, 1 + (1 - 1 / 3), 0]);
  });

  test("are as many as the request says, and none for what it does not name", () => {
    const { points, max_points, score } = grade({
      ...chain,
      submission: { ...half, outputs: { y: 116.25 } },
      worth: { gradients: { x: 3, w: 1 } },
    });
    expect({ points, max_points, score }).toEqual({ points: 3, max_points: 4, score: 0.75 });
  });

  test("count at every point of the request", () => {
    const { inputs, expression } = twoPaths;
    const request = { expression, points: [inputs, { a: 3, b: -2 }], worth: { gradients: { a: 1, b: 2 } } };
    const verdict = grade({ ...request, submission: { points: [{ gradients: { a: 2, b: 5 } }, { gradients: { a: 1, b: 0 } }] } });
    expect(verdict).toMatchObject({ points: 5, max_points: 6, first_wrong: { kind: "gradient", name: "a", point: 1 } });
    expect(verdict.items.map(({ point }) => point)).toEqual([0, 0, 1, 1]);
  });
});

test("gradients that are not set back to zero between points are found", () => {
  const { inputs, expression } = twoPaths;
  const points = [inputs, { a: 3, b: -2 }, { a: 0, b: 2 }];
  // The right ones are (2, 5), (-1, 0) and (3, 5).
  const claims = [
    { a: 2, b: 5 },
    { a: 1, b: 5 },
    { a: 4, b: 10 },
  ].map((gradients) => ({ gradients }));
  const [first] = grade({ expression, points, submission: { points: claims } }).diagnosis;
  expect(first).toMatchObject({ mistake: "accumulated_gradient", name: "a, b" });
});

test("many submissions are judged each by itself, in their order", () => {
  const submissions = [
    { id: "ada", gradients: { a: 2, b: 5 } },
    { id: "bob", gradients: { a: 2 } },
    { id: "eve", outputs: { e: 5 } },
  ];
  const answer = JSON.parse(String(gradeAnswer({ ...twoPaths, submissions }).body)) as { submissions: { id: string; score: number }[] };
  expect(answer.submissions.map(({ id, score }) => [id, score])).toEqual([
    ["ada", 1],
    ["bob", 1],
    ["eve", 0],
  ]);
});

describe("tolerances", () => {
  const off = (factor: number): object => ({ ...twoPaths, submission: { gradients: { a: 2 * factor, b: 5 * factor } } });
  test.each([
    ["torch", 1 + 9e-4, 1 + 2e-3],
    ["cs231n", 1 + 1.9e-7, 1 + 2.2e-7],
    ["cs224n", 1 + 9e-6, 1 + 1.1e-5],
    ["deeplearning.ai", 1 + 3.9e-7, 1 + 4.1e-7],
    ["jax", 1 + 1e-5, 1 + 3e-5],
  ])("%s", (preset, close, far) => {
    expect(grade({ ...off(close), preset }).passed).toBe(true);
    expect(grade({ ...off(far), preset }).passed).toBe(false);
  });

  test("jax allows single precision more", () => {
    const claim = (dtype: string): object => ({ gradients: { a: { shape: [], dtype, data: 2.004 } } });
    expect(grade({ ...twoPaths, preset: "jax", submission: claim("float32") }).passed).toBe(true);
    expect(grade({ ...twoPaths, preset: "jax", submission: claim("float64") }).passed).toBe(false);
  });

  test("explicit ones stand over the preset", () => {
    expect(grade({ ...off(1.01), rtol: 0.02 }).passed).toBe(true);
    expect(grade({ ...off(1), atol: 0 }).passed).toBe(true);
    expect(grade({ ...off(1 + 1e-12), atol: 0 }).passed).toBe(false);
  });
});

describe("languages", () => {
  const request = { ...twoPaths, submission: { gradients: { b: 3 } } };
  test("the client's, unless the request names one", () => {
    expect(grade(request, "zh").diagnosis[0].message).toMatch(/^b 流向两个节点；/);
    expect(grade({ ...request, language: "en" }, "zh").diagnosis[0].message).toMatch(/^b feeds two nodes/);
  });
});

describe("what cannot be judged is refused with its place", () => {
  test.each<[string, object, code: string, pointer: string]>([
    ["a gradient of no value", { submission: { gradients: { a: 2, g: 1 } } }, "undefined_name", "/submission/gradients/g"],
    ["no output", { submission: { outputs: { a: 2 } } }, "undefined_name", "/submission/outputs/a"],
    ["an edge to nowhere", { submission: { edges: [{ to: "add_9", input: 0, gradient: 1 }] } }, "undefined_name", "/submission/edges/0/to"],
    [
      "an edge that is not there",
      { submission: { edges: [{ from: "a", to: "add_2", gradient: 1 }] } },
      "undefined_name",
      "/submission/edges/0",
    ],
    [
      "an input that is not there",
      { submission: { edges: [{ to: "add_1", input: 2, gradient: 1 }] } },
      "undefined_name",
      "/submission/edges/0/input",
    ],
    [
      "an item twice",
      { submission: { edges: [0, 1].map(() => ({ from: "a", to: "add_1", gradient: 1 })) } },
      "duplicate_name",
      "/submission/edges/1",
    ],
    ["a ragged list", { submission: { gradients: { a: [[1], [1, 2]] } } }, "invalid_tensor", "/submission/gradients/a/1"],
    ["nothing", { submission: {} }, "invalid_request", "/submission"],
    ["no submission", {}, "invalid_request", ""],
    ["both kinds of submissions", { submission: { outputs: { e: 6 } }, submissions: [{ outputs: { e: 6 } }] }, "invalid_request", ""],
    ["negative points", { submission: { outputs: { e: 6 } }, worth: { outputs: { e: -1 } } }, "invalid_request", "/worth/outputs/e"],
    ["points for nothing", { submission: { outputs: { e: 6 } }, worth: {} }, "invalid_request", "/worth"],
    ["points for no value", { submission: { outputs: { e: 6 } }, worth: { gradients: { q: 1 } } }, "undefined_name", "/worth/gradients/q"],
    ["a misspelt member", { submission: { gradient: { a: 1 } } }, "invalid_request", "/submission/gradient"],
    ["a preset of no tool", { submission: { outputs: { e: 6 } }, preset: "cs231" }, "invalid_request", "/preset"],
    ["several verdicts in a form for one", { submissions: [{ outputs: { e: 6 } }], format: "tap" }, "invalid_request", "/format"],
    ["claims per point without points", { submission: { points: [{ outputs: { e: 6 } }] } }, "invalid_request", "/submission/points"],
  ])("%s", (_, members, code, pointer) => {
    expect(problemOf(() => gradeAnswer({ ...twoPaths, ...members }))).toMatchObject({ code, errors: [{ pointer }] });
  });

  test("too few claims for the points", () => {
    const { expression, inputs } = twoPaths;
    const request = { expression, points: [inputs, inputs], submission: { points: [{ outputs: { e: 6 } }] } };
    expect(problemOf(() => gradeAnswer(request))).toMatchObject({
      code: "invalid_request",
      errors: [{ pointer: "/submission/points" }],
    });
  });

  test("a gradient of whole numbers", () => {
    const request = { expression: "y = sum(gather(w, i))", inputs: { w: [1, 2], i: { shape: [1], dtype: "int64", data: [1] } } };
    const refusal = problemOf(() => gradeAnswer({ ...request, submission: { gradients: { i: [0] } } }));
    expect(refusal).toMatchObject({ code: "not_differentiable", errors: [{ pointer: "/submission/gradients/i" }] });
  });
});

test("ten million numbers that do not fit are a wrong shape, or too many", () => {
  const bytes = Buffer.alloc(8 * 1e7).toString("base64");
  const request = { ...twoPaths, submission: { gradients: { a: { shape: [1e7], dtype: "float64", base64: bytes } } } };
  expect(grade(request).items[0]).toMatchObject({ verdict: "shape_mismatch", submitted_shape: [1e7], expected_shape: [] });
  const refusal = problemOf(() => gradeAnswer(request, "en", { elements: 1e6 }));
  expect(refusal).toMatchObject({ code: "tensor_too_large", errors: [{ pointer: "/submission/gradients/a/shape" }] });
});
