import { exchanges } from "../../compute/examples.ts";

/** Requests to /v1/grade and the answers that the service gives to them, for the contract. A test asks the service. */
export const gradeExamples = exchanges({
  fanout: {
    summary: "A path that was forgotten",
    request: { expression: "e = (a+b)*(b+1)", inputs: { a: 2, b: 1 }, submission: { gradients: { a: 2, b: 3 } } },
    answer: {
      passed: false,
      score: 0.5,
      points: 1,
      max_points: 2,
      items: [
        { kind: "gradient", name: "a", passed: true, verdict: "correct", points: 1, max_points: 1, residual: 0 },
        {
          kind: "gradient",
          name: "b",
          passed: false,
          verdict: "wrong",
          points: 0,
          max_points: 1,
          residual: 0.25,
          expected: 5,
          submitted: 3,
          wrong_elements: 1,
          worst: [{ index: [], expected: 5, submitted: 3, absolute_error: 2, relative_error: 0.4 }],
        },
      ],
      first_wrong: { kind: "gradient", name: "b" },
      diagnosis: [
        {
          mistake: "missing_fanout_sum",
          name: "b",
          edges: [{ from: "b", to: "add_1", input: 1 }],
          residual: 0,
          explains: [{ kind: "gradient", name: "b" }],
          also: [],
          message:
            "b feeds two nodes; its gradient is the sum over all of its edges, and what comes back along b → a+b is missing. Add every path (+=) instead of keeping only some.",
        },
      ],
    },
  },
  many: {
    summary: "Two submissions, with points per item",
    request: {
      expression: "y = tanh(w*x)",
      inputs: { w: 0.5, x: [1, -2] },
      of: "y",
      cotangent: [1, 1],
      submissions: [
        { id: "ada", gradients: { w: -0.0535 }, nodes: { mul_1: [0.5, -1] } },
        { id: "bob", gradients: { w: -1 }, nodes: { mul_1: [0.5, -1] } },
      ],
      worth: { nodes: { mul_1: 1 }, gradients: { w: 2 } },
      rtol: 0.001,
    },
    answer: {
      submissions: [
        {
          id: "ada",
          passed: true,
          score: 1,
          points: 3,
          max_points: 3,
          items: [
            { kind: "node", name: "mul_1", passed: true, verdict: "correct", points: 1, max_points: 1, residual: 0 },
            { kind: "gradient", name: "w", passed: true, verdict: "correct", points: 2, max_points: 2, residual: 0.000008880875565310792 },
          ],
          first_wrong: null,
          diagnosis: [],
        },
        {
          id: "bob",
          passed: false,
          score: 0.3333333333333333,
          points: 1,
          max_points: 3,
          items: [
            { kind: "node", name: "mul_1", passed: true, verdict: "correct", points: 1, max_points: 1, residual: 0 },
            {
              kind: "gradient",
              name: "w",
              passed: false,
              verdict: "wrong",
              points: 0,
              max_points: 2,
              residual: 0.8984320797265292,
              expected: -0.05350095026212465,
              submitted: -1,
              wrong_elements: 1,
              worst: [
                {
                  index: [],
                  expected: -0.05350095026212465,
                  submitted: -1,
                  absolute_error: 0.9464990497378754,
                  relative_error: 0.9464990497378754,
                },
              ],
            },
          ],
          first_wrong: { kind: "gradient", name: "w" },
          diagnosis: [
            {
              mistake: "missing_activation_derivative",
              name: "y",
              edges: [{ from: "mul_1", to: "y", input: 0 }],
              residual: 0,
              explains: [{ kind: "gradient", name: "w" }],
              also: [],
              message:
                "The local derivative of y is left out: the gradient goes through it unchanged. Multiply by the derivative of the function at its input.",
            },
          ],
        },
      ],
    },
  },
  tests: {
    summary: "A verdict for Gradescope",
    request: { expression: "e = (a+b)*(b+1)", inputs: { a: 2, b: 1 }, submission: { gradients: { a: 2, b: 5 } }, format: "gradescope" },
    answer: {
      score: 2,
      output: "passed: 2 of 2 points",
      output_format: "text",
      visibility: "visible",
      stdout_visibility: "hidden",
      tests: [
        {
          score: 1,
          max_score: 1,
          status: "passed",
          name: "gradient a",
          number: "1",
          output: "correct",
          output_format: "text",
          visibility: "visible",
        },
        {
          score: 1,
          max_score: 1,
          status: "passed",
          name: "gradient b",
          number: "2",
          output: "correct",
          output_format: "text",
          visibility: "visible",
        },
      ],
    },
  },
});
