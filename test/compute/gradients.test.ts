import { describe, expect, test } from "vitest";
import { gradients } from "../../src/compute/gradients.ts";
import { problemOf } from "../support/problems.ts";
import { performed } from "../support/tasks.ts";
import { grade } from "../grading/answers.ts";

interface Found {
  readonly gradients: Readonly<Record<string, unknown>>;
  readonly independent?: readonly string[];
}

const perform = performed(gradients);
const answerOf = (request: object): Found => JSON.parse(String(perform({ return: ["gradients"], ...request }, {}).body)) as Found;

describe("what the objective does not depend on is named", () => {
  test.each([
    ["x^2 + 0*y", { x: 3, y: 4 }, undefined],
    ["t = y; x^2", { x: 3, y: 4 }, ["y"]],
    ["x * stop_gradient(y)", { x: 3, y: 4 }, ["y"]],
    ["x * floor(y)", { x: 3, y: 4 }, undefined],
    ["where(y > 0, x, 2*x)", { x: 3, y: 4 }, ["y"]],
    ["sum(batch_normalization(x, s, b, m, v, training_mode=1))", { x: [[1], [2]], s: [1], b: [0], m: [0], v: [1] }, ["m", "v"]],
    ["clip(x, lo, hi)", { x: -3, lo: -2, hi: 2 }, undefined],
  ])("%s", (expression, inputs, independent) => {
    const found = answerOf({ expression, inputs });
    expect(found.independent).toEqual(independent);
    for (const name of independent ?? []) expect([found.gradients[name]].flat(2).every((zero) => zero === 0)).toBe(true);
  });
});

describe("the bounds of Clip take what the result is", () => {
  test.each([
    [
      { x: -3, lo: -2, hi: 2 },
      { x: 0, lo: 1, hi: 0 },
    ],
    [
      { x: 3, lo: -2, hi: 2 },
      { x: 0, lo: 0, hi: 1 },
    ],
    [
      { x: 0, lo: 2, hi: -2 },
      { x: 0, lo: 0, hi: 1 },
    ],
    [
      { x: 2, lo: -2, hi: 2 },
      { x: 1, lo: 0, hi: 0 },
    ],
    [
      { x: [-3, -5, 0], lo: -2, hi: 2 },
      { x: [0, 0, 1], lo: 2, hi: 0 },
    ],
  ])("%j", (inputs, expected) => {
    const expression = "sum(clip(x, lo, hi))";
    expect(answerOf({ expression, inputs }).gradients).toEqual(expected);
    const verdict = grade({ expression, inputs, submission: { gradients: expected } });
    expect(verdict.items.every(({ passed }) => passed)).toBe(true);
  });
});

describe("a gradient that is not known is refused by name, and left out unless asked for", () => {
  const expression = "sum(polygamma(x, n=100)) + y";

  test("by an operator without a derivative", () => {
    const { code, errors } = problemOf(() => answerOf({ expression, inputs: { x: 2, y: 1 }, wrt: ["y", "x"] }));
    expect({ code, pointer: errors[0].pointer }).toEqual({ code: "not_differentiable", pointer: "/wrt/1" });
    expect(errors[0].detail).toContain("node polygamma_1 (Polygamma) has no derivative with respect to its input");
    expect(answerOf({ expression, inputs: { x: 2, y: 1 } }).gradients).toEqual({ y: 1 });
    const graded = problemOf(() => grade({ expression, inputs: { x: 2, y: 1 }, submission: { gradients: { x: 0 } } }));
    expect(graded.code).toBe("not_differentiable");
  });

  test.each([
    ["sum(range(x, 5, 2) * y)", "start", "Range"],
    ["sum(dropout(y, x))", "ratio", "Dropout"],
  ])("by what decides shapes: %s", (decided, input, op) => {
    const { code, errors } = problemOf(() => answerOf({ expression: decided, inputs: { x: 0.5, y: [1, 2, 3] }, wrt: ["x"] }));
    expect({ code, pointer: errors[0].pointer }).toEqual({ code: "not_differentiable", pointer: "/wrt/0" });
    expect(errors[0].detail).toContain(`the ${input} of node ${op.toLowerCase()}_1 (${op})`);
  });
});

describe("faults that a derivative meets are told of the node that the client wrote", () => {
  test.each([
    ["sum(gather(x, [0, 2]))", { x: [1, 2] }, "Node gather_1 (Gather): index 2 is outside axis 0 of [2]: expected -2 to 1"],
    ["sum(gather(x, [0, 5], axis=1))", { x: [[1, 2, 3]] }, "Node gather_1 (Gather): index 5 is outside axis 1 of [1, 3]: expected -3 to 2"],
    [
      "sum(gather(x, i, axis=1))",
      { x: [[1, 2, 3]], i: [5] },
      "Node gather_1 (Gather): index 5 is outside axis 1 of [1, 3]: expected -3 to 2",
    ],
    [
      "sum(gather_elements(x, i))",
      { x: [1, 2], i: [7] },
      "Node gather_elements_1 (GatherElements): index 7 is outside axis 0 of [2]: expected -2 to 1",
    ],
    ["sum(gather_nd(x, [[4]]))", { x: [1, 2] }, "Node gather_nd_1 (GatherND): index 4 is outside axis 0 of [2]: expected -2 to 1"],
    [
      "sum(scatter_elements(x, [4], y))",
      { x: [1, 2], y: [3] },
      "Node scatter_elements_1 (ScatterElements): index 4 is outside axis 0 of [2]: expected -2 to 1",
    ],
  ])("%s", (expression, inputs, told) => {
    const { code, detail } = problemOf(() => answerOf({ expression, inputs }));
    expect(code).toBe("index_out_of_range");
    expect(detail).toContain(told);
  });
});

describe("what a point lacks is told at the point", () => {
  test.each([
    [{ expression: "x * y", points: [{ x: 1, y: 2 }, { x: 1 }] }, "/points/1/y", undefined],
    [{ expression: "x * y", inputs: { y: 1 }, points: [{ x: 1 }, {}] }, "/points/1/x", undefined],
    [{ expression: "x * width", points: [{ x: 1, widht: 2 }] }, "/points/0/width", "widht"],
    [
      { network: { layers: [{ type: "Linear", out_features: 1 }] }, cotangent: [[1]], points: [{ inptu: [[1]] }] },
      "/points/0/input",
      "inptu",
    ],
  ])("%j", (request, pointer, suggestion) => {
    const { code, detail, errors } = problemOf(() => answerOf(request));
    expect({ code, pointer: errors[0].pointer, suggestion: errors[0].suggestion }).toEqual({ code: "missing_input", pointer, suggestion });
    expect(detail).toMatch(new RegExp(`^At ${pointer}: `));
  });

  test("of a grading, too, and without points among the inputs", () => {
    const task = { expression: "x * y", submission: { points: [{ gradients: { x: 2 } }, { gradients: { x: 2 } }] } };
    expect(problemOf(() => grade({ ...task, points: [{ x: 1, y: 2 }, { x: 1 }] })).errors[0].pointer).toBe("/points/1/y");
    expect(problemOf(() => answerOf({ expression: "x * y", inputs: { x: 1 } })).errors[0].pointer).toBe("/inputs/y");
  });
});

describe("an operator that combines each of n numbers with each of n is warned of", () => {
  const column = [[1], [2], [3]];
  const warningsOf = (expression: string, inputs: object) =>
    (answerOf({ expression, inputs }) as { warnings?: { code: string; node: string; message: string }[] }).warnings;

  test("where [n] and [n, 1] are broadcast", () => {
    const [found] = warningsOf("d = y - t; mean(d^2)", { y: column, t: [1, 2, 3] }) ?? [];
    expect(found).toMatchObject({ code: "broadcast_crosses_rows", node: "d" });
    expect(found.message).toContain("[3] and [3, 1] broadcast to [3, 3]");
  });

  test.each<[expression: string, inputs: object]>([
    ["mean((y - t)^2)", { y: column, t: column }],
    ["mean((y - t)^2)", { y: [1, 2, 3], t: [1, 2, 3] }],
    ["mean(y - t)", { y: column, t: [1, 2] }],
    ["mean(y - [1, 2, 3])", { y: column }],
    ["mean(y - t)", { y: [[1, 2, 3]], t: [1, 2, 3] }],
    ["mean(y - t)", { y: [[1]], t: [1] }],
    ["mean(matmul(y, t))", { y: [[1, 2, 3]], t: [1, 2, 3] }],
  ])("and nowhere else: %s of %j", (expression, inputs) => {
    expect(warningsOf(expression, inputs)).toBeUndefined();
  });
});
