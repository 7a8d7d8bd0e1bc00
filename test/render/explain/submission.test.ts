import { expect, test } from "vitest";
import { grade } from "../../grading/answers.ts";
import { explained } from "./explained.ts";

const requests = [
  {
    expression: "e = (a+b)*(b+1)",
    inputs: { a: 2, b: 1 },
    submission: {
      outputs: { e: 6 },
      nodes: { add_1: 4 },
      gradients: { a: 2, b: 3, add_1: 2, e: 1 },
      edges: [{ from: "b", to: "add_2", gradient: 3 }],
    },
  },
  {
    network: {
      layers: [{ type: "Linear", in_features: 2, out_features: 2 }, { type: "Tanh" }, { type: "Linear", out_features: 1 }],
      loss: { type: "MSELoss" },
    },
    inputs: { input: [[1, 2]], target: [[1]] },
    submission: {
      outputs: { loss: 0, output: [[0]] },
      nodes: { "0": [[0, 0]] },
      gradients: {
        "0.weight": [
          [0, 0],
          [0, 0],
        ],
        input: [[0, 0]],
        "1": [[0, 0]],
      },
    },
  },
  {
    expression: "k = 3*2; t = x*k; y = t*t + t",
    inputs: { x: 2 },
    submission: { gradients: { t: 1, x: 1, y: 1 }, nodes: { t: 12 }, edges: [{ to: "mul_1", input: 0, gradient: 1 }] },
  },
];

test("every step that a verdict names is told", () => {
  for (const request of requests) {
    const { submission: _, ...program } = request;
    const { forward, backward } = explained(program);
    const ids = new Set([...forward, ...backward].map(({ id }) => id));
    const { items, first_wrong } = grade(request);
    const named = [...items, first_wrong].flatMap((each) => (each?.step === undefined ? [] : [each.step]));
    expect(named.length).toBeGreaterThan(items.length / 2);
    for (const step of named) expect(ids).toContain(step);
  }
});

test("a submission is told beside the right chain, at the first that is wrong", () => {
  const { submission } = explained({ expression: "e = (a+b)*(b+1)", inputs: { a: 2, b: 1 }, submission: { gradients: { a: 2, b: 3 } } });
  expect(submission).toMatchObject({ passed: false, first_wrong: "sum/b" });
  expect(submission?.items.map(({ passed, step }) => [passed, step])).toEqual([
    [true, "backward/add_1"],
    [false, "sum/b"],
  ]);
  expect(submission?.items[1].sentence).toContain("3 was submitted, and it should be 5");
  expect(submission?.items[1].sentence).toContain("∂e/∂b = 2 + 3 = 5");
  expect(submission?.sentence).toContain("b feeds two nodes");
});

test("whatever is submitted is told of", () => {
  for (const submission of ["rubbish", null, 7, { gradients: { q: 1 } }, { gradients: { a: [1, 2] } }]) {
    const told = explained({ expression: "e = (a+b)*(b+1)", inputs: { a: 2, b: 1 }, submission }).submission;
    expect(told?.passed).toBe(false);
    for (const { sentence } of told?.items ?? []) expect(sentence).not.toBe("");
  }
});
