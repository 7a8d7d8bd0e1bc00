import { describe, expect, test } from "vitest";
import { problemOf } from "../../support/problems.ts";
import type { Verdict } from "../../../src/grading/grade/response.ts";
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
    expect(grade({ ...chain, submission }).first_wrong).toEqual({ kind: "node", name: "h", step: "forward/h" });
    const { h: _, ...backward } = { ...submission.gradients };
    expect(grade({ ...chain, submission: { gradients: { ...backward, h: [1, 2, 3] } } }).first_wrong).toMatchObject({
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

  test("costs it once where items are required, too", () => {
    const worth = { gradients: { w: 1, x: 1 }, nodes: { h: 1 } };
    expect(grade({ ...chain, submission, worth })).toMatchObject({ points: 2, max_points: 3 });
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
    expect(first_wrong).toEqual({ kind: "node", name: "h", step: "forward/h" });
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

/** What a verdict says of each item that did not pass. */
const faultsOf = ({ items }: Verdict) =>
  items
    .filter(({ passed }) => !passed)
    .map(({ kind, name, to, verdict, message, suggestion }) => [kind, name ?? to, verdict, message ?? suggestion]);

describe("a student's mistake is a verdict, which says what is wrong", () => {
  test.each<[string, unknown, (readonly unknown[])[]]>([
    ["null", null, [["submission", undefined, "missing", "Nothing was submitted: null stands in its place"]]],
    ["a number", 3, [["submission", undefined, "unreadable", "Expected an object with outputs, nodes, gradients or edges, found 3"]]],
    ["a list", [1], [["submission", undefined, "unreadable", "Expected an object with outputs, nodes, gradients or edges, found a list"]]],
    [
      "a boolean",
      false,
      [["submission", undefined, "unreadable", "Expected an object with outputs, nodes, gradients or edges, found false"]],
    ],
    ["nothing", {}, [["submission", undefined, "missing", expect.stringContaining("claims nothing")]]],
    ["empty objects", { gradients: {}, edges: [] }, [["submission", undefined, "missing", expect.stringContaining("claims nothing")]]],
    [
      "a text that is not JSON",
      "dW = np.dot(X.T, dz)",
      [["submission", undefined, "unreadable", expect.stringContaining("Line 1, column 1: ")]],
    ],
    ["an empty text", "", [["submission", undefined, "unreadable", expect.stringContaining("the end of the text")]]],
    ["null for a gradient", { gradients: { a: null } }, [["gradient", "a", "missing", "Nothing was submitted: null stands in its place"]]],
    ["a text", { gradients: { a: "abc" } }, [["gradient", "a", "unreadable", expect.stringContaining('found the text "abc"')]]],
    ["a number as text", { gradients: { a: "2.0" } }, [["gradient", "a", "unreadable", expect.stringContaining('found the text "2.0"')]]],
    ["a complex number as text", { gradients: { a: "(2+0j)" } }, [["gradient", "a", "unreadable", expect.stringContaining("(2+0j)")]]],
    ["a boolean for a number", { gradients: { a: true } }, [["gradient", "a", "unreadable", "Expected numbers, found booleans"]]],
    ["a ragged list", { gradients: { a: [[1], [1, 2]] } }, [["gradient", "a", "unreadable", expect.stringMatching(/^At \[1\]: .*ragged/)]]],
    ["null in a list", { gradients: { a: [1, null] } }, [["gradient", "a", "unreadable", expect.stringMatching(/^At \[1\]: /)]]],
    [
      "an object of another kind",
      { gradients: { a: { value: 2 } } },
      [["gradient", "a", "unreadable", expect.stringContaining('no member "value"')]],
    ],
    [
      "a dtype that there is not",
      { gradients: { a: { dtype: "complex64", data: 2 } } },
      [["gradient", "a", "unreadable", expect.stringContaining("dtype")]],
    ],
    [
      "bytes that do not fit",
      { gradients: { a: { dtype: "float64", shape: [2], base64: "AAAA" } } },
      [["gradient", "a", "unreadable", expect.any(String)]],
    ],
    [
      "the name of no value",
      { gradients: { A: 2 } },
      [["gradient", "A", "unknown_name", "The program has no value named A; did you mean a?"]],
    ],
    ...["da", "∂a", "grad_a", "a_grad", "a.grad"].map((name): [string, unknown, (readonly unknown[])[]] => [
      `a gradient that is called ${name}`,
      { gradients: { [name]: 2 } },
      [["gradient", name, "unknown_name", `The program has no value named ${name}; the gradient of a stands under the name a`]],
    ]),
    ["the name of no output", { outputs: { a: 2 } }, [["output", "a", "unknown_name", "The program has no output named a"]]],
    [
      "an edge to nowhere",
      { edges: [{ to: "add_9", input: 0, gradient: 1 }] },
      [["edge", "add_9", "unknown_name", expect.stringContaining("no node named add_9")]],
    ],
    [
      "an edge that is not there",
      { edges: [{ from: "a", to: "add_2", gradient: 1 }] },
      [["edge", "add_2", "unknown_name", expect.stringContaining("does not use a")]],
    ],
    [
      "an input that is not there",
      { edges: [{ to: "add_1", input: 2, gradient: 1 }] },
      [["edge", "add_1", "unknown_name", expect.stringContaining("no input 2")]],
    ],
    [
      "an edge without an end",
      { edges: [{ from: "a" }] },
      [["edge", undefined, "unreadable", expect.stringContaining("an edge with from, to")]],
    ],
    [
      "an edge of numbers",
      { edges: [{ from: 1, to: "add_1" }] },
      [["edge", undefined, "unreadable", "Expected a name under from, found 1"]],
    ],
    ["an edge without a gradient", { edges: [{ from: "a", to: "add_1" }] }, [["edge", "add_1", "missing", expect.any(String)]]],
    [
      "an item twice",
      { edges: [1, 2].map(() => ({ from: "a", to: "add_1", gradient: 2 })) },
      [["edge", "add_1", "unreadable", expect.stringContaining("twice")]],
    ],
    [
      "a misspelt member",
      { gradient: { a: 1 } },
      [["submission", "gradient", "unknown_name", expect.stringContaining("there are id, outputs, nodes, gradients, edges")]],
    ],
    [
      "gradients as a list",
      { gradients: [2, 5] },
      [["submission", "gradients", "unreadable", "Expected an object of tensors by name, found a list"]],
    ],
    ["gradients as null", { gradients: null }, [["submission", "gradients", "missing", expect.any(String)]]],
    ["edges as an object", { edges: { a: 1 } }, [["submission", "edges", "unreadable", "Expected a list of edges, found an object"]]],
    [
      "claims per point without points",
      { points: [{ outputs: { e: 6 } }] },
      [["submission", "points", "unreadable", expect.stringContaining("has no points")]],
    ],
    ["an id that is none", { id: [1], gradients: { a: 2 } }, [["submission", "id", "unreadable", "Expected a text, found a list"]]],
  ])("%s", (_, submission, faults) => {
    const verdict = grade({ ...twoPaths, submission });
    expect(faultsOf(verdict)).toEqual(faults);
    expect(verdict).toMatchObject({ passed: false, diagnosis: [] });
    expect(verdict.first_wrong).not.toBeNull();
  });

  test("and what else was submitted is judged all the same", () => {
    const verdict = grade({ ...twoPaths, submission: { gradients: { a: 2, b: 3, q: 1, c: null }, outputs: { e: [[]] } } });
    expect(verdict.items.map(({ verdict: each }) => each)).toEqual(["shape_mismatch", "correct", "wrong", "unknown_name", "unknown_name"]);
    expect(verdict).toMatchObject({ points: 1, max_points: 5, first_wrong: { kind: "output" } });
    expect(verdict.diagnosis.map(({ mistake }) => mistake)).toContain("missing_fanout_sum");
  });

  test("points are for what the task asks, whatever else stands there", () => {
    const worth = { gradients: { a: 1, b: 3 } };
    const graded = (submission: unknown) => grade({ ...twoPaths, worth, submission });
    expect(graded(null)).toMatchObject({ points: 0, max_points: 4, score: 0 });
    expect(graded({ gradients: { a: 2, b: "5" } })).toMatchObject({ points: 1, max_points: 4 });
    expect(graded({ gradients: { a: 2, B: 5 } })).toMatchObject({ points: 1, max_points: 4, passed: false });
    expect(faultsOf(graded({ gradients: { b: null } }))).toEqual([
      ["gradient", "b", "missing", expect.any(String)],
      ["gradient", "a", "missing", "Nothing was submitted for a"],
    ]);
  });

  test("a text that is JSON is read, Python's NaN included", () => {
    expect(grade({ ...twoPaths, submission: '{"gradients": {"a": 2, "b": 5}}' }).passed).toBe(true);
    expect(grade({ ...twoPaths, submission: { gradients: '{"a": 2, "b": NaN}' } }).items[1]).toMatchObject({ verdict: "not_finite" });
  });

  test("a token for what is no number is read in the whole request", () => {
    const text = '{"expression": "e = (a+b)*(b+1)", "inputs": {"a": 2, "b": 1}, "submission": {"gradients": {"a": -Infinity, "b": NaN}}}';
    expect(grade(text).items.map(({ verdict, submitted }) => [verdict, submitted])).toEqual([
      ["not_finite", "-Infinity"],
      ["not_finite", "NaN"],
    ]);
  });

  test("names that objects inherit, nesting without end and numbers beyond all bounds", () => {
    const text = (submission: string): string =>
      `{"expression": "e = (a+b)*(b+1)", "inputs": {"a": 2, "b": 1}, "submission": ${submission}}`;
    const verdictsOf = (submission: string) => grade(text(submission)).items.map(({ verdict }) => verdict);
    expect(verdictsOf('{"__proto__": {"gradients": {"a": 2}}, "gradients": {"a": 2}}')).toEqual(["unknown_name", "correct"]);
    expect(verdictsOf('{"gradients": {"__proto__": 1, "constructor": 2, "toString": 3}}')).toEqual(Array(3).fill("unknown_name"));
    expect(verdictsOf('{"gradients": {"a": {"__proto__": 1}}}')).toEqual(["unreadable"]);
    const deep = 100_000;
    expect(verdictsOf(`{"gradients": {"a": ${"[".repeat(deep)}${"]".repeat(deep)}}}`)).toEqual(["unreadable"]);
    expect(verdictsOf('{"a":'.repeat(deep) + "1" + "}".repeat(deep))).toEqual(["unknown_name"]);
    expect(verdictsOf('{"gradients": {"a": 1e999, "b": 123456789012345678901234567890}}')).toEqual(["not_finite", "wrong"]);
    expect(problemOf(() => grade(text("{}").replace('"a": 2', '"__proto__": 2')))).toMatchObject({ code: "invalid_request" });
  });

  test("ten megabytes of anything are answered in few words", () => {
    const names = Object.fromEntries(Array.from({ length: 2e5 }, (_, at) => [`grad_${at}`, null]));
    const junk = [
      `\u0000${"x".repeat(1e7)}`,
      { ["n".repeat(1e7)]: 1 },
      { gradients: { ["g".repeat(1e7)]: 1 } },
      { gradients: { a: "y".repeat(1e7) } },
    ];
    for (const submission of [...junk, { gradients: names }, names, { edges: Array(2e5).fill(0) }]) {
      const { body } = gradeAnswer({ ...twoPaths, submission });
      expect(String(body).length).toBeLessThan(12_000);
    }
    expect(faultsOf(grade({ ...twoPaths, submission: { gradients: names } })).at(-1)).toEqual([
      "submission",
      undefined,
      "unreadable",
      "199980 further claims cannot be judged either",
    ]);
  });

  test("at the points of the request", () => {
    const { expression, inputs } = twoPaths;
    const graded = (submission: unknown, members: object = {}) =>
      faultsOf(grade({ expression, points: [inputs, inputs], submission, ...members }));
    const right = { gradients: { a: 2 } };
    expect(graded({ points: [right, right] })).toEqual([]);
    expect(graded({ points: [right] })).toEqual([["submission", "points", "missing", "The task has 2 points, and the submission has 1"]]);
    expect(graded({ points: [right, right, right] })).toEqual([["submission", "points", "unreadable", expect.any(String)]]);
    expect(graded(right)).toEqual([
      ["submission", "gradients", "unreadable", expect.stringContaining("stand in points")],
      ["submission", "points", "missing", expect.any(String)],
    ]);
    expect(graded({ points: [right, null] })).toEqual([["submission", undefined, "missing", expect.any(String)]]);
    expect(graded({ points: "none" }, { worth: { gradients: { b: 1 } } })).toEqual([
      ["submission", "points", "unreadable", expect.any(String)],
      ["gradient", "b", "missing", "Nothing was submitted for b"],
      ["gradient", "b", "missing", "Nothing was submitted for b"],
    ]);
  });

  test("a gradient of whole numbers", () => {
    const request = { expression: "y = sum(gather(w, i))", inputs: { w: [1, 2], i: { shape: [1], dtype: "int64", data: [1] } } };
    expect(faultsOf(grade({ ...request, submission: { gradients: { i: [0] } } }))).toEqual([
      ["gradient", "i", "unknown_name", expect.stringContaining("int64")],
    ]);
  });

  test("a name that the program does not have is told in Chinese, too", () => {
    const submission = { gradients: { A: 2, q: 1 }, outputs: { a: 2 } };
    expect(grade({ ...twoPaths, submission }, "zh").items.map(({ name, message }) => [name, message])).toEqual(
      expect.arrayContaining([
        ["A", "程序中没有名为 A 的值；是不是想写 a？"],
        ["q", "程序中没有名为 q 的值"],
        ["a", "程序中没有名为 a 的输出"],
      ]),
    );
  });

  test("in Chinese, too", () => {
    const { items } = grade({ ...twoPaths, submission: null, language: "zh" });
    expect(items[0].message).toBe("没有提交任何内容：此处为 null");
  });
});

describe("a sigmoid that is written out is known as one", () => {
  const x = [0.3, -1.2, 2];
  const written = { expression: "a = 1/(1+exp(-x)); y = sum(a^2)", inputs: { x } };
  const sigma = (z: number): number => 1 / (1 + Math.exp(-z));
  test.each<[string, (a: number, z: number) => number]>([
    ["missing_activation_derivative", () => 1],
    ["activation_used_as_derivative", (a) => a],
    ["derivative_formula_at_input", (_, z) => z * (1 - z)],
    ["derivative_of_activated_value", (a) => sigma(a) * (1 - sigma(a))],
    ["incomplete_activation_derivative", (a) => 1 - a],
    ["other_activation_derivative", (a) => 1 - a * a],
    ["extra_activation_derivative", (a) => (a * (1 - a)) ** 2],
  ])("%s", (mistake, derivative) => {
    const gradients = { x: x.map((z) => 2 * sigma(z) * derivative(sigma(z), z)) };
    expect(grade({ ...written, submission: { gradients } }).diagnosis).toContainEqual(expect.objectContaining({ mistake, name: "a" }));
  });
});

describe("what is said of wrong values speaks of no gradient", () => {
  const mean = { expression: "z = w * x; y = mean(z^2)", inputs: { w: [1, 2, 3], x: [0.5, -1, 2] } };
  test.each<[string, object, RegExp]>([
    ["of the opposite sign", { nodes: { z: [-0.5, 2, -6] } }, /^z has the wrong sign\. /],
    ["of twice the size", { nodes: { z: [1, -4, 12] } }, /^z is 2 times what it should be\. /],
    ["of a sum for a mean", { outputs: { y: 40.25 } }, /^y is a mean: a sum, /],
  ])("%s", (_, submission, message) => {
    const [cause] = grade({ ...mean, submission }).diagnosis;
    expect(cause.message).toMatch(message);
    expect(cause.message).not.toMatch(/gradient/i);
  });

  test("of zeros nothing is said", () => {
    expect(grade({ ...mean, submission: { nodes: { z: [0, 0, 0] } } }).diagnosis).toEqual([]);
  });
});

describe("many submissions", () => {
  const answerTo = (submissions: unknown, members: object = {}) =>
    JSON.parse(Buffer.from(gradeAnswer({ ...twoPaths, submissions, ...members }).body).toString()) as { submissions: Verdict[] };

  test("one that is nonsense leaves the others alone", () => {
    const right = { gradients: { a: 2, b: 5 } };
    const verdicts = answerTo([right, null, "abc", { gradients: { a: [[1], [1, 2]] } }, { gradients: { aa: 2 } }, right]).submissions;
    expect(verdicts.map(({ passed, score }) => [passed, score])).toEqual([
      [true, 1],
      [false, 0],
      [false, 0],
      [false, 0],
      [false, 0],
      [true, 1],
    ]);
  });

  test("that claim different items are each explained as if they were alone", () => {
    const kinds = { outputs: { y: 0 }, nodes: { h: [1, -4, 12] }, gradients: { h: [1, -8, 12], w: [0.5, 8, 72], x: [-1, 16, -108] } };
    const claims = Object.entries(kinds).flatMap(([kind, all]) => Object.entries(all).map(([name, value]) => ({ kind, name, value })));
    const edges = [
      { from: "w", to: "h", gradient: [1, 1, 1] },
      { from: "w", to: "mul_1", gradient: [1, 1, 1] },
    ];
    const submissions = Array.from({ length: 127 }, (_, bits) => {
      const submission: Record<string, unknown> = { edges: edges.filter((__, at) => ((bits + 1) >> at) % 2 === 1) };
      claims.forEach(({ kind, name, value }, at) => {
        if (((bits + 1) >> (at + 2)) % 2 === 1) submission[kind] = { ...(submission[kind] as object), [name]: value };
      });
      return submission;
    });
    const verdicts = answerTo(submissions, chain).submissions;
    expect(verdicts.filter(({ diagnosis, unexplained = [] }) => diagnosis.length + unexplained.length === 0)).toEqual([]);
    for (const at of [0, 30, 60, 100, 126]) expect(verdicts[at]).toEqual(grade({ ...chain, submission: submissions[at] }));
  });

  test("stand under their ids, if one likes, and may be none", () => {
    const right = { gradients: { a: 2 } };
    expect(answerTo({ ada: right, bob: null, 7: right }).submissions.map(({ id, passed }) => [id, passed])).toEqual([
      ["7", true],
      ["ada", true],
      ["bob", false],
    ]);
    expect(answerTo([{ id: 17, ...right }]).submissions[0].id).toBe("17");
    expect(answerTo([])).toEqual({ submissions: [] });
    expect(answerTo({})).toEqual({ submissions: [] });
    const named = `{"expression": "e = (a+b)*(b+1)", "inputs": {"a": 2, "b": 1}, "submissions": {"__proto__": null}}`;
    expect(JSON.parse(String(gradeAnswer(named).body))).toMatchObject({ submissions: [{ passed: false }] });
  });
});

describe("shapes", () => {
  const inputs = { w: [1, 2, 3], s: 2 };
  const request = { expression: "y = s * sum(w^2)", inputs };
  const itemFor = (gradients: object, members: object = {}) => grade({ ...request, submission: { gradients }, ...members }).items[0];

  test("that are strict say that they need not be", () => {
    expect(itemFor({ w: [[4, 8, 12]] })).toMatchObject({
      verdict: "shape_mismatch",
      message: 'The shape is [1, 3] and should be [3]; "shapes": "lenient" in the request takes one for the other',
    });
    expect(itemFor({ w: [[[4, 8, 12]]] }).message).toBe("The shape is [1, 1, 3] and should be [3]");
  });

  test.each<[string, object, boolean]>([
    ["a row", { w: [[4, 8, 12]] }, true],
    ["a column", { w: [[4], [8], [12]] }, true],
    ["a scalar in brackets", { s: [14] }, true],
    ["a scalar in two", { s: [[14]] }, true],
    ["a row that is wrong", { w: [[4, 8, 13]] }, false],
    ["too few numbers", { w: [[4, 8]] }, false],
    ["one number for several", { w: 4 }, false],
    ["three axes", { w: [[[4, 8, 12]]] }, false],
  ])("that are lenient take %s", (_, gradients, passed) => {
    expect(itemFor(gradients, { shapes: "lenient" }).passed).toBe(passed);
  });

  test("that were taken for others are said to have been, and go on as those", () => {
    expect(itemFor({ w: [[4], [8], [12]] }, { shapes: "lenient" })).toMatchObject({
      verdict: "correct",
      message: "The shape [3, 1] was taken for [3]",
      submitted_shape: [3, 1],
      expected_shape: [3],
    });
    const wrong = { nodes: { h: [[0.5], [-2], [5]] }, gradients: { w: [[0.75], [12], [85]] } };
    const followed = grade({ ...chain, submission: wrong, shapes: "lenient" });
    expect(followed.items.map(({ verdict }) => verdict)).toEqual(["wrong", "follows"]);
    const { items } = grade({ ...chain, submission: { ...wrong, gradients: { h: [[1], [-8], [30]] } }, shapes: "lenient" });
    expect(items.map(({ verdict }) => verdict)).toEqual(["wrong", "follows"]);
  });
});

test("where the right numbers are not finite, it is said what counts", () => {
  const log = { expression: "y = sum(log(x))", inputs: { x: [0, 1] } };
  const itemFor = (x: unknown[]) => grade({ ...log, submission: { gradients: { x } } }).items[0];
  expect(itemFor(["Infinity", 1])).toMatchObject({ verdict: "correct" });
  expect(itemFor(["NaN", 1])).toMatchObject({ verdict: "wrong", message: expect.stringContaining("not all finite") as unknown });
  expect(itemFor([1e300, 1]).verdict).toBe("wrong");
});

describe("a mistake in the task is refused with its place, whatever was submitted", () => {
  test.each<[string, object, code: string, pointer: string]>([
    ["no submission", {}, "invalid_request", ""],
    ["both kinds of submissions", { submission: { outputs: { e: 6 } }, submissions: [{ outputs: { e: 6 } }] }, "invalid_request", ""],
    ["submissions that are none", { submissions: "all" }, "invalid_request", "/submissions"],
    ["a formula that is none", { expression: "e = (a", submission: null }, "invalid_expression", "/expression"],
    ["an input that is missing", { inputs: { a: 2 }, submission: null }, "missing_input", "/inputs/b"],
    ["negative points", { submission: { outputs: { e: 6 } }, worth: { outputs: { e: -1 } } }, "invalid_request", "/worth/outputs/e"],
    ["points for nothing", { submission: { outputs: { e: 6 } }, worth: {} }, "invalid_request", "/worth"],
    ["points for no value", { submission: null, worth: { gradients: { q: 1 } } }, "undefined_name", "/worth/gradients/q"],
    ["a preset of no tool", { submission: { outputs: { e: 6 } }, preset: "cs231" }, "invalid_request", "/preset"],
    ["a tolerance that is none", { submission: null, rtol: "NaN" }, "invalid_request", "/rtol"],
    ["no task for no submissions", { submissions: [], inputs: { a: 2 } }, "missing_input", "/inputs/b"],
  ])("%s", (_, members, code, pointer) => {
    expect(problemOf(() => gradeAnswer({ ...twoPaths, ...members }))).toMatchObject({ code, errors: [{ pointer }] });
  });
});

test("ten million numbers that do not fit are a wrong shape, or too many", () => {
  const bytes = Buffer.alloc(8 * 1e7).toString("base64");
  const request = { ...twoPaths, submission: { gradients: { a: { shape: [1e7], dtype: "float64", base64: bytes } } } };
  expect(grade(request).items[0]).toMatchObject({ verdict: "shape_mismatch", submitted_shape: [1e7], expected_shape: [] });
  const { body } = gradeAnswer(request, "en", { elements: 1e6 });
  expect(JSON.parse(String(body))).toMatchObject({
    items: [{ verdict: "unreadable", message: expect.stringContaining("more than") as unknown }],
  });
});
