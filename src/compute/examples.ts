/** Requests and the answers that the service gives to them, for the contract. A test asks the service. */

interface Exchange {
  readonly summary: string;
  readonly request: object;
  readonly answer: object;
}

/** Named pairs of a request and its answer. */
export const exchanges = <Name extends string>(named: Readonly<Record<Name, Exchange>>): Readonly<Record<Name, Exchange>> =>
  Object.freeze(named);

export const evaluateExamples = exchanges({
  expression: {
    summary: "A formula, with the value of every node",
    request: { expression: "1/(1+exp(-x))", inputs: { x: 0 }, return: ["outputs", "nodes"] },
    answer: {
      outputs: { div_1: 0.5 },
      nodes: [
        { name: "x", value: 0 },
        { name: "neg_1", op: "Neg", value: 0 },
        { name: "exp_1", op: "Exp", value: 1 },
        { name: "add_1", op: "Add", value: 2 },
        { name: "div_1", op: "Div", value: 0.5 },
      ],
    },
  },
  graph: {
    summary: "A graph on matrices",
    request: {
      graph: {
        nodes: [
          { name: "h", op: "MatMul", inputs: ["x", "w"] },
          { name: "y", op: "Relu", inputs: ["h"] },
        ],
      },
      inputs: {
        x: [[1, -2]],
        w: [
          [1, 2],
          [3, -4],
        ],
      },
    },
    answer: { outputs: { y: [[0, 10]] } },
  },
});

export const gradientsExamples = exchanges({
  expression: {
    summary: "A formula, with every node and edge",
    request: { expression: "z = (x + y)^2", inputs: { x: 1, y: 2 } },
    answer: {
      outputs: { z: 9 },
      gradients: { x: 6, y: 6 },
      nodes: [
        { name: "x", value: 1, gradient: 6 },
        { name: "y", value: 2, gradient: 6 },
        { name: "add_1", op: "Add", value: 3, gradient: 6 },
        { name: "z", op: "Pow", value: 9, gradient: 1 },
      ],
      edges: [
        { from: "x", to: "add_1", input: 0, value: 1, local: 1, gradient: 6 },
        { from: "y", to: "add_1", input: 1, value: 2, local: 1, gradient: 6 },
        { from: "add_1", to: "z", input: 0, value: 3, local: 6, gradient: 6 },
        { from: null, to: "z", input: 1, value: 2, gradient: null },
      ],
    },
  },
  points: {
    summary: "One formula at many points",
    request: { expression: "x^3", points: [{ x: -1 }, { x: 0 }, { x: 2 }], return: ["outputs", "gradients"] },
    answer: {
      points: [
        { outputs: { pow_1: -1 }, gradients: { x: 3 } },
        { outputs: { pow_1: 0 }, gradients: { x: 0 } },
        { outputs: { pow_1: 8 }, gradients: { x: 12 } },
      ],
    },
  },
  graph: {
    summary: "A graph whose output is no scalar, with a cotangent",
    request: {
      graph: {
        inputs: { x: { shape: [2], dtype: "float64" } },
        constants: { k: [2, 3] },
        nodes: [
          { name: "square", op: "Mul", inputs: ["x", "x"] },
          { name: "y", op: "Mul", inputs: ["square", "k"] },
        ],
        outputs: ["y"],
      },
      inputs: { x: [1, 2] },
      cotangent: [1, 1],
      return: ["outputs", "gradients"],
    },
    answer: { outputs: { y: [2, 12] }, gradients: { x: [4, 12] } },
  },
  network: {
    summary: "A network with its loss",
    request: {
      network: {
        layers: [{ type: "Linear", in_features: 2, out_features: 1 }, { type: "ReLU" }],
        loss: { type: "MSELoss" },
      },
      parameters: { "0.weight": [[0.5, -0.25]], "0.bias": [1] },
      inputs: {
        input: [
          [1, 2],
          [3, 4],
        ],
        target: [[0], [1]],
      },
      wrt: ["0.weight", "0.bias"],
      return: ["outputs", "gradients"],
    },
    answer: {
      outputs: { output: [[1], [1.5]], loss: 0.625 },
      gradients: { "0.weight": [[2.5, 4]], "0.bias": [1.5] },
    },
  },
  nonfinite: {
    summary: "An infinity that appears on the way",
    request: { expression: "log(x)", inputs: { x: 0 }, return: ["outputs", "gradients"] },
    answer: { outputs: { log_1: "-Infinity" }, gradients: { x: "Infinity" }, nonfinite: { node: "log_1", pass: "forward" } },
  },
});

export const inspectExamples = exchanges({
  open: {
    summary: "A formula, of whose inputs one is known yet",
    request: { expression: "y = W @ x + b", inputs: { x: [1, 2] } },
    answer: {
      inputs: [
        { name: "W", shape: null, dtype: null },
        { name: "x", shape: null, dtype: null },
        { name: "b", shape: null, dtype: null },
      ],
      outputs: [{ name: "y", shape: null, dtype: null }],
      missing: ["W", "b"],
      problem: null,
    },
  },
  typed: {
    summary: "The same with all of its inputs",
    request: {
      expression: "y = W @ x + b",
      inputs: {
        W: [
          [1, 0],
          [0, 1],
          [1, 1],
        ],
        x: [1, 2],
        b: 0.5,
      },
    },
    answer: {
      inputs: [
        { name: "W", shape: [3, 2], dtype: "float64" },
        { name: "x", shape: [2], dtype: "float64" },
        { name: "b", shape: [], dtype: "float64" },
      ],
      outputs: [{ name: "y", shape: [3], dtype: "float64" }],
      missing: [],
      problem: null,
    },
  },
  wrong: {
    summary: "A slip of the pen",
    request: { expression: "z = sofmax(x)" },
    answer: {
      inputs: [],
      outputs: [],
      missing: [],
      problem: {
        type: "/problems/unknown_function",
        title: "The function is unknown",
        status: 422,
        detail: "Line 1, column 5: there is no function sofmax; did you mean softmax?",
        code: "unknown_function",
        errors: [
          {
            pointer: "/expression",
            detail: "Line 1, column 5: there is no function sofmax; did you mean softmax?",
            suggestion: "softmax",
          },
        ],
      },
    },
  },
});

export const graphsExamples = exchanges({
  expression: {
    summary: "A formula to be used by its id",
    request: { expression: "z = (x + y)^2" },
    answer: {
      id: "sha256:01ec72352a1ab67c293f477ae24ea486f45b8d574f3da78d1ebc0e0acd62eb43",
      inputs: [
        { name: "x", shape: null, dtype: null },
        { name: "y", shape: null, dtype: null },
      ],
      outputs: ["z"],
      parameters: [],
      graph: {
        inputs: { x: {}, y: {} },
        nodes: [
          { name: "add_1", op: "Add", inputs: ["x", "y"] },
          { name: "z", op: "Pow", inputs: ["add_1", 2] },
        ],
        outputs: ["z"],
      },
    },
  },
});
