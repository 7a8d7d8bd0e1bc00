import { describe, expect, test } from "vitest";
import { checkMethods } from "../../../src/grading/check/request.ts";
import { withBytes } from "../../support/account.ts";
import { faultOf, problemOf } from "../../support/problems.ts";
import { check, entriesOf } from "../answers.ts";

const methods = [...checkMethods];
const classifier = {
  network: {
    layers: [
      { type: "Linear", in_features: 3, out_features: 4 },
      { type: "BatchNorm1d", num_features: 4 },
      { type: "Tanh" },
      { type: "Linear", in_features: 4, out_features: 3 },
    ],
    loss: { type: "CrossEntropyLoss" },
  },
  generate: { input: { shape: [6, 3] }, target: { shape: [6], dtype: "int64", between: [0, 2] } },
};
const convolution = {
  expression: "mean(maxpool(relu(conv(x, w, b)), kernel_shape=[2, 2], strides=[2, 2])^2)".replace("maxpool", "max_pool"),
  generate: { x: { shape: [2, 1, 6, 6] }, w: { shape: [3, 1, 3, 3] }, b: { shape: [3] } },
};

describe("right gradients", () => {
  test.each([
    ["a formula", { expression: "z = (x + y)^2 / exp(x*y)", inputs: { x: 1, y: 2 } }],
    ["an output of many numbers", { expression: "softmax(x @ w, axis=1)", generate: { x: { shape: [3, 2] }, w: { shape: [2, 4] } } }],
    ["a network", classifier],
    ["a convolution with kinks", convolution],
    ["powers of negative numbers", { expression: "sum(x^3 + x^-2)", inputs: { x: [-1.5, -0.5, 2] } }],
    [
      "all trigonometry",
      { expression: "sum(atan(x) + asin(x/2) * acos(x/3) + asinh(x) - atanh(x/2) + tan(x))", inputs: { x: [0.5, -0.7] } },
    ],
  ])("of %s pass by every method", (_, request) => {
    const answer = check({ ...request, methods, samples: 20 });
    expect(answer).toMatchObject({
      passed: true,
      central_difference: { passed: true },
      complex_step: { passed: true },
      dot_product: { passed: true },
      taylor_remainder: { passed: true },
    });
    for (const { order, verdict } of answer.taylor_remainder?.directions ?? [])
      if (verdict === "passed") expect(order).toBeGreaterThan(1.9);
    // Free of cancellation, the numbers agree to the last digits.
    for (const { worst } of Object.values(answer.complex_step?.gradients ?? {})) expect(Number(worst?.absolute_error)).toBeLessThan(1e-12);
  });

  test("of values that the program computes count what flows through them", () => {
    const answer = check({ expression: "h = x^2; y = sum(h*x + exp(h))", generate: { x: { shape: [3] } }, wrt: ["x", "h", "y"], methods });
    expect(answer.passed).toBe(true);
    expect(Object.keys(answer.central_difference?.gradients ?? {})).toEqual(["x", "h", "y"]);
    expect(entriesOf(answer, "y", "complex_step").worst).toMatchObject({ analytic: 1, numerical: 1 });
  });
});

describe("wrong gradients fail", () => {
  const right = { x: [2, -4, 1] };
  const wrong = { x: [2, -4.02, 1] };
  const request = { expression: "y = sum(x^2)", inputs: { x: [1, -2, 0.5] }, methods };

  test("by every method, at the entry that is wrong", () => {
    const answer = check({ ...request, gradients: wrong });
    expect(answer.passed).toBe(false);
    for (const method of checkMethods) expect(answer[method]?.passed, method).toBe(false);
    for (const method of ["central_difference", "complex_step"] as const) {
      const { passed, failed, worst, entries } = entriesOf(answer, "x", method);
      expect({ passed, failed }).toEqual({ passed: false, failed: 1 });
      expect(worst).toMatchObject({ index: [1], analytic: -4.02, verdict: "failed" });
      expect(entries.map(({ verdict }) => verdict)).toEqual(["passed", "failed", "passed"]);
    }
    for (const { order } of answer.taylor_remainder?.directions ?? []) expect(order).toBeCloseTo(1, 2);
    expect(check({ ...request, gradients: right }).passed).toBe(true);
  });

  test("by the tolerances that the request gives", () => {
    const near = { ...request, gradients: wrong, methods: ["complex_step"] };
    expect(check({ ...near, atol: 0.021 }).passed).toBe(true);
    expect(check({ ...near, atol: 0.019 }).passed).toBe(false);
    expect(check({ ...near, rtol: 0.0051 }).passed).toBe(true);
    expect(check({ ...near, rtol: 0.0049 }).passed).toBe(false);
    expect(check({ ...near, rtol: 0, gradients: right }).passed).toBe(true);
  });

  test("when they are NaN, and when the numbers are", () => {
    const claimed = check({ ...request, gradients: { x: [2, "NaN", 1] } });
    for (const method of checkMethods) expect(claimed[method]?.passed, method).toBe(false);
    expect(entriesOf(claimed, "x").worst).toMatchObject({
      index: [1],
      analytic: "NaN",
      numerical: expect.closeTo(-4, 6),
      absolute_error: "NaN",
    });
    const answer = check({ expression: "y = sum(log(x))", inputs: { x: [1, -1] }, methods: ["central_difference"] });
    expect(answer).toMatchObject({ passed: false, nonfinite: { node: "log_1", pass: "forward" } });
    expect(entriesOf(answer, "x").entries[1]).toMatchObject({ analytic: -1, numerical: "NaN", verdict: "failed" });
  });
});

describe("what differences cannot know is not called wrong", () => {
  test.each<[expression: string, x: number, verdict: string]>([
    // A sine whose periods are smaller than any step that follows the size of x, and one whose periods the numbers cannot tell apart.
    ["sin(x)", 1e12, "passed"],
    ["cos(x)", 1e13, "passed"],
    ["sin(x)", 1e16, "unproven"],
    ["sin(1e10*x)", 1, "unproven"],
    // Infinity less infinity.
    ["x^2", 1e200, "unproven"],
    // The half of the points lies outside of the domain.
    ["sqrt(x)", 0, "unproven"],
    ["acos(x)", 1, "unproven"],
    ["log(x)", 0, "unproven"],
  ])("%s at %d", (expression, x, verdict) => {
    const { entries } = entriesOf(check({ expression: `y = ${expression}`, inputs: { x } }), "x");
    expect(entries[0].verdict).toBe(verdict);
  });

  test.each(["hypot(x, 2)", "norm([x, 3])", "std([x, 1, 4])"])(
    "a remainder of %s of which one alone is no rounding has an order",
    (expression) => {
      const request = { expression: `y = ${expression}`, inputs: { x: 300 }, methods: ["taylor_remainder"], directions: 1 };
      const answer = check(request);
      expect(answer.passed).toBe(true);
      expect(answer.taylor_remainder?.directions[0].order).toBeCloseTo(2, 1);
      // Wrong by so little that the next remainder is below the floor.
      const wrong = check({ ...request, expression: "y = 3*x", inputs: { x: 1 }, gradients: { x: 3 + 3e-11 } });
      expect(wrong.passed).toBe(false);
      expect(wrong.taylor_remainder?.directions[0].order).toBeCloseTo(1, 1);
    },
  );

  test("remainders over many periods of a sine, and of what overflows, are not a wrong gradient's", () => {
    const request = { expression: "y = sin(x)", inputs: { x: 1e10 }, methods: ["taylor_remainder"] };
    expect(check(request).passed).toBe(true);
    expect(check({ ...request, gradients: { x: 0.5 } }).passed).toBe(false);
    const { passed, taylor_remainder } = check({ ...request, expression: "y = exp(x)" });
    expect(passed).toBe(true);
    expect(taylor_remainder?.directions[0].verdict).toBe("unproven");
  });

  test("a step off the real axis that overflows proves nothing", () => {
    const answer = check({ expression: "y = sech(x)", inputs: { x: 800 }, methods: ["complex_step"] });
    expect(answer).toMatchObject({ passed: true, complex_step: { gradients: { x: { unproven: 1, checked: 0 } } } });
  });

  test.each([
    ["1 + (x - 1)^2", 1],
    ["(x - 1)^2", 1],
    ["sin(x)", 1],
    ["sin(x)", 1e11],
    ["(1e6 + x) - 1e6", 1],
    ["x^3", 0],
    ["3*x", 1e12],
  ])("a wrong gradient of %s at %d is", (expression, x) => {
    const answer = check({ expression: `y = ${expression}`, inputs: { x }, gradients: { x: 5 } });
    expect(entriesOf(answer, "x").entries[0].verdict).toBe("failed");
  });
});

describe("kinks are no errors", () => {
  test.each([
    ["relu at 0", { expression: "y = sum(relu(x))", inputs: { x: [0, 1, -1] } }, ["kink", "passed", "passed"], "relu_1"],
    [
      "relu within the step",
      { expression: "y = sum(relu(x))", inputs: { x: [9e-7, -9e-7, 1.1e-6] }, step: 1e-6 },
      ["kink", "kink", "passed"],
      "relu_1",
    ],
    ["an absolute value", { expression: "y = sum(abs(x - 1))", inputs: { x: [1, 2] } }, ["kink", "passed"], "abs_1"],
    ["a tie of operands", { expression: "y = sum(max(x, [1, 2]))", inputs: { x: [1, 1] } }, ["kink", "passed"], "max_1"],
    ["a tie of elements", { expression: "y = max(x)", inputs: { x: [3, 3, 1] } }, ["kink", "kink", "passed"], "y"],
    ["a jump", { expression: "y = sum(floor(x) * x)", inputs: { x: [2, 1.5] } }, ["kink", "passed"], "floor_1"],
    ["a bound", { expression: "y = sum(clip(x, 0, 1))", inputs: { x: [1, 0.5] } }, ["kink", "passed"], "clip_1"],
    [
      "a condition of the program's own",
      { expression: "y = sum(where(x > 1, x, 2*x))", inputs: { x: [1, 3] } },
      ["kink", "passed"],
      "greater_1",
    ],
    [
      "one inside an operator",
      { expression: "y = sum(thresholded_relu(x))", inputs: { x: [1, 3] } },
      ["kink", "passed"],
      "thresholded_relu_1",
    ],
  ])("%s", (_, request, verdicts, node) => {
    const answer = check(request);
    expect(answer.passed).toBe(true);
    const { entries, kinks, checked } = entriesOf(answer, "x");
    expect(entries.map(({ verdict }) => verdict)).toEqual(verdicts);
    expect(entries.filter(({ verdict }) => verdict === "kink").map(({ kink }) => kink)).toEqual(new Array(kinks).fill(node));
    expect(kinks + checked).toBe(entries.length);
  });

  test("in a layer, by the layer's name", () => {
    const layers = [{ type: "ReLU", name: "act" }, { type: "Tanh" }];
    const answer = check({ network: { layers }, inputs: { input: [[0]] } });
    expect(entriesOf(answer, "input").entries[0]).toMatchObject({ verdict: "kink", kink: "act" });
  });

  test("along a direction, and where a step off the real axis has taken a side", () => {
    const answer = check({ expression: "y = sum(abs(x))", inputs: { x: [0, 1] }, methods, along: "directions" });
    expect(answer.passed).toBe(true);
    expect(answer.central_difference?.directions?.every(({ verdict, kink }) => verdict === "kink" && kink === "abs_1")).toBe(true);
    expect(answer.taylor_remainder?.directions.every(({ verdict }) => verdict === "kink")).toBe(true);
    expect(entriesOf(answer, "x", "complex_step").entries.map(({ verdict }) => verdict)).toEqual(["kink", "passed"]);
  });

  test("a wrong gradient beside a kink is an error all the same", () => {
    const answer = check({ expression: "y = sum(relu(x))", inputs: { x: [0, 1] }, gradients: { x: [5, 2] } });
    expect(entriesOf(answer, "x").entries.map(({ verdict }) => verdict)).toEqual(["kink", "failed"]);
    expect(answer.passed).toBe(false);
  });
});

describe("sampling", () => {
  const request = { expression: "y = sum(x^2)", generate: { x: { shape: [50, 40] } }, samples: 7 };
  const indices = (seed: number): string[] => entriesOf(check({ ...request, seed }), "x").entries.map(({ index }) => index.join());

  test("takes as many entries as asked, none twice, the same for a seed", () => {
    const found = indices(1);
    expect(new Set(found).size).toBe(7);
    expect(indices(1)).toEqual(found);
    expect(indices(2)).not.toEqual(found);
    expect(entriesOf(check(request), "x")).toMatchObject({ entries_total: 2000, checked: 7 });
  });

  test("reaches every entry", () => {
    const seen = new Set(
      Array.from({ length: 60 }, (_, seed) =>
        entriesOf(check({ ...request, generate: { x: { shape: [10] } }, samples: 3, seed }), "x").entries.map(({ index }) => index[0]),
      ).flat(),
    );
    expect(seen.size).toBe(10);
  });

  test("the same request has the same answer", () => {
    expect(check({ ...classifier, methods, seed: 5 })).toEqual(check({ ...classifier, methods, seed: 5 }));
  });
});

describe("what is drawn", () => {
  test("is told, and leads to the same numbers when it is given", () => {
    const request = { expression: "y = tanh(x * w)", generate: { x: { shape: [3] }, w: { between: [2, 3] } } };
    const answer = check(request);
    const { inputs, cotangent } = answer;
    expect(Number(inputs?.w)).toBeGreaterThanOrEqual(2);
    expect(Number(inputs?.w)).toBeLessThan(3);
    const { inputs: _, cotangent: __, ...rest } = answer;
    expect(check({ expression: request.expression, inputs, cotangent })).toEqual(rest);
  });

  test("are inputs that a graph declares", () => {
    const graph = {
      inputs: { x: { shape: [2, 2] }, n: { shape: [], dtype: "float64" } },
      nodes: [{ name: "y", op: "Mul", inputs: ["x", "n"] }],
    };
    expect(check({ graph, inputs: { n: 2 } }).inputs).toEqual({ x: expect.any(Array) });
    expect(check({ graph, inputs: { n: 2 }, encoding: "flat" }).inputs).toMatchObject({ x: { shape: [2, 2], dtype: "float64" } });
  });

  test("are whole numbers where the element type is", () => {
    const { inputs } = check({
      ...classifier,
      generate: { ...classifier.generate, target: { shape: [40], dtype: "int64", between: [0, 2] }, input: { shape: [40, 3] } },
    });
    expect(new Set(inputs?.target as number[])).toEqual(new Set([0, 1, 2]));
  });

  test("are whole numbers also where only their use says so", () => {
    const network = { layers: [{ type: "Embedding", num_embeddings: 3, embedding_dim: 2 }] };
    const answer = check({ network, generate: { input: { shape: [9], between: [0, 2] } } });
    expect(answer.passed).toBe(true);
    expect(new Set(answer.inputs?.input as number[])).toEqual(new Set([0, 1, 2]));
  });

  test("weights keep away from 0, so that every output counts", () => {
    const { cotangent } = check({ expression: "y = 2 * x", generate: { x: { shape: [1000] } }, samples: 1 });
    const sizes = (cotangent as number[]).map(Math.abs);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(0.5);
    expect(Math.max(...sizes)).toBeLessThan(1.5);
  });
});

describe("warnings", () => {
  const codes = (request: object): string[] => check(request).warnings.map(({ code, name }) => `${code} ${name}`);

  test("of a cotangent of ones that proves nothing", () => {
    const request = { expression: "y = softmax(x)", inputs: { x: [0.1, 0.2, 0.7] } };
    expect(codes({ ...request, cotangent: [1, 1, 1] })).toEqual(["cotangent_proves_nothing x"]);
    expect(codes(request)).toEqual([]);
    expect(codes({ ...request, expression: "y = layer_normalization(x, [1, 1, 1])", cotangent: [2, 2, 2] })).toEqual([
      "cotangent_proves_nothing x",
    ]);
    // Of a function that adds up to something else they prove as much as others.
    expect(codes({ ...request, expression: "y = tanh(x)", cotangent: [1, 1, 1] })).toEqual([]);
  });

  test("of a gradient that is zero everywhere", () => {
    expect(codes({ expression: "y = sum(softmax(x)) + z", inputs: { x: [0.1, 0.2, 0.7], z: 1 } })).toEqual(["gradient_vanishes x"]);
    expect(codes({ expression: "y = sum(softmax(x))", inputs: { x: [0.1, 0.2, 0.7] }, methods: ["dot_product"] })).toEqual([
      "gradient_vanishes x",
    ]);
    const [warning] = check({ expression: "y = tanh(x)", inputs: { x: 20 } }).warnings;
    expect(warning.message).toContain("The gradient of x is next to zero beside the objective, so that");
    // Beside an infinite objective, nothing is.
    expect(codes({ expression: "y = 1/x", inputs: { x: 0 } })).toEqual([]);
    // What is claimed to be zero and is not has failed, and that is all.
    expect(codes({ expression: "y = sum(x^2)", inputs: { x: [1, 2] }, gradients: { x: [0, 0] } })).toEqual([]);
  });

  test("of points where nothing can be compared", () => {
    expect(codes({ expression: "y = sum(relu(x))", inputs: { x: [0, 0] } })).toEqual(["nothing_compared x"]);
  });

  test("of differences that are lost in rounding", () => {
    const request = { expression: "y = 1e6 + sum(x^2)", inputs: { x: [1, 2] }, rtol: 1e-9 };
    const fixed = { ...request, step: 1e-6 };
    expect(codes(fixed)).toEqual(["nothing_compared x"]);
    expect(entriesOf(check(fixed), "x")).toMatchObject({ passed: true, checked: 0, failed: 0, unproven: 2, worst: null });
    expect(check({ ...request, methods: ["complex_step"] })).toMatchObject({ passed: true, warnings: [] });
  });

  test("of float32", () => {
    const x = { shape: [2], dtype: "float32", data: [0.3, 0.4] };
    expect(codes({ expression: "y = sum(exp(x))", inputs: { x }, preset: "jax" })).toEqual(["single_precision x"]);
    // Where nothing is subtracted, it is no worse than its digits.
    expect(check({ expression: "y = sum(exp(x))", inputs: { x }, methods: ["complex_step", "dot_product"], rtol: 1e-5 })).toMatchObject({
      passed: true,
      warnings: [],
    });
  });

  test("of nodes that hide a dependence", () => {
    const request = { expression: "y = x * stop_gradient(x)", inputs: { x: 3 } };
    expect(codes(request)).toEqual(["gradient_stopped stop_gradient_1"]);
    expect(check({ ...request, methods: ["complex_step", "dot_product"] })).toMatchObject({ passed: true, warnings: [] });
  });
});

describe("steps follow the size of the numbers", () => {
  const sizes = [1e12, 1e-12, 1e300, 1e-300, 5e-324, -1e15, 0];
  const entryOf = (request: object) => entriesOf(check({ methods: ["central_difference"], ...request }), "x").entries[0];

  test.each(sizes)("3 x at %d", (x) => {
    const answer = check({
      expression: "y = 3*x",
      inputs: { x },
      methods: ["central_difference", "taylor_remainder", "dot_product", "complex_step"],
    });
    expect(answer).toMatchObject({ passed: true, warnings: [] });
    expect(entriesOf(answer, "x").entries[0].verdict).toBe("passed");
    expect(entryOf({ expression: "y = 3*x", inputs: { x }, gradients: { x: 3.1 } }).verdict).toBe("failed");
  });

  test.each([
    ["x^2", 1e100],
    ["x^2", 1e-100],
    ["sqrt(x)", 1e-12],
    ["sqrt(x)", 1e200],
    ["log(x)", 1e-30],
    ["1/x", 1e-9],
    ["1/x", 1e20],
    ["(x+1)^2", 1e-12],
    ["sin(x)", 1e8],
    ["x^3", 1e-12],
  ])("%s at %d", (f, x) => {
    const request = { expression: `y = ${f}`, inputs: { x }, methods: ["central_difference", "complex_step"] };
    expect(check(request)).toMatchObject({ passed: true, central_difference: { passed: true }, complex_step: { passed: true } });
    expect(entryOf(request).verdict).toBe("passed");
  });

  test("of each entry by itself", () => {
    const answer = check({ expression: "y = sum(x * x)", inputs: { x: [1e12, 1, 1e-12] } });
    expect(answer).toMatchObject({ passed: true });
    expect(entriesOf(answer, "x").entries.map(({ step }) => step)).toEqual([1e6, undefined, expect.closeTo(1e-18, 30)]);
  });

  test.each([
    ["below the spacing of the numbers", { expression: "y = 3*x", inputs: { x: 1e12 } }],
    ["far too large for them", { expression: "y = x^3", inputs: { x: 1e-12 } }],
    ["out of the domain", { expression: "y = log(x)", inputs: { x: 1e-12 } }],
    ["lost in rounding", { expression: "y = x + 1e20", inputs: { x: 1 } }],
  ])("and a convention's own step says when it proves nothing: %s", (_, request) => {
    const answer = check({ ...request, preset: "cs231n" });
    expect(answer).toMatchObject({ passed: true, central_difference: { step: 1e-5 } });
    expect(entriesOf(answer, "x").entries[0].verdict).toBe("unproven");
    expect(answer.warnings.map(({ code }) => code)).toContain("nothing_compared");
  });

  test("so does a check of nothing", () => {
    expect(check({ expression: "y = sum(x) + z", inputs: { x: { shape: [0], data: [] }, z: 1 } }).warnings).toMatchObject([
      { code: "nothing_compared", name: "x" },
    ]);
  });

  test("what is wrong still fails, with any step", () => {
    for (const preset of ["torch", "cs231n", "cs224n", "deeplearning.ai"]) {
      const wrong = { expression: "y = x^2", inputs: { x: 1e3 }, gradients: { x: 2100 }, preset };
      expect(check(wrong), preset).toMatchObject({ passed: false });
    }
  });
});

describe("presets", () => {
  test("jax takes random directions, the others entries, unless told", () => {
    const request = { expression: "y = sum(sin(x))", generate: { x: { shape: [4] } } };
    const { central_difference } = check({ ...request, preset: "jax", directions: 2 });
    expect(central_difference).toMatchObject({ step: 1e-4, directions: [{}, {}] });
    expect(central_difference?.gradients).toBeUndefined();
    expect(check({ ...request, preset: "jax", along: "entries" }).central_difference?.gradients).toBeDefined();
    expect(check({ ...request, along: "directions" }).central_difference).toMatchObject({ step: 1e-6, directions: [{}, {}, {}] });
  });
});

describe("refusals", () => {
  const request = { expression: "y = x^2", inputs: { x: [1, 2] }, cotangent: [1, 1] };

  test("a node without a complex form is named, with its place and what to use", () => {
    const { code, errors } = problemOf(() =>
      check({
        graph: { nodes: [{ name: "g", op: "CumProd", inputs: ["x"] }] },
        inputs: { x: [1, 2] },
        methods: ["dot_product", "complex_step"],
      }),
    );
    const detail =
      "Node g (CumProd) has no complex form, because LinearRecurrence has none, so no step off the real axis can be taken through it";
    expect({ code, errors }).toEqual({
      code: "not_analytic",
      errors: [
        { pointer: "/graph/nodes/0", detail },
        { pointer: "/methods/1", detail, suggestion: "central_difference" },
      ],
    });
  });

  test.each([
    [{ step: -1e-6 }, "invalid_request", "/step"],
    [{ step: 0 }, "invalid_request", "/step"],
    [{ samples: 0 }, "invalid_request", "/samples"],
    [{ directions: 0 }, "invalid_request", "/directions"],
    [{ rtol: -1 }, "invalid_request", "/rtol"],
    [{ methods: [] }, "invalid_request", "/methods"],
    [{ preset: "pytorch" }, "invalid_request", "/preset"],
    [{ generate: { x: { shape: [2] } } }, "invalid_request", "/generate/x"],
    [{ generate: { z: { shape: [2] } } }, "unexpected_input", "/generate/z"],
    [{ generate: { z: { between: [2, 1] } } }, "invalid_request", "/generate/z/between"],
    [{ generate: { z: { shape: [1e5, 1e5] } } }, "tensor_too_large", "/generate/z"],
    [{ wrt: ["w"] }, "unknown_output", "/wrt/0"],
    [{ of: "z" }, "unknown_output", "/of"],
    [{ gradients: {} }, "invalid_request", "/gradients"],
    [{ gradients: { w: [1, 1] } }, "unknown_output", "/gradients/w"],
    [{ gradients: { x: [[2, 4]] } }, "shape_mismatch", "/gradients/x"],
    [{ gradients: { x: 2 } }, "shape_mismatch", "/gradients/x"],
    [{ gradients: { x: [true, false] } }, "type_mismatch", "/gradients/x"],
    [{ gradients: { x: [2, "four"] } }, "invalid_tensor", "/gradients/x/1"],
    [{ gradients: { x: [2, 4] }, wrt: ["y"] }, "invalid_request", "/wrt/0"],
    [{ gradients: { x: [2, 4] }, cotangent: undefined }, "objective_not_scalar", "/cotangent"],
    [{ cotangent: [1, 1, 1] }, "shape_mismatch", "/cotangent"],
    [{ inputs: {} }, "missing_input", "/inputs/x"],
  ])("%j", (change, code, pointer) => {
    expect(faultOf(() => check({ ...request, ...change }))).toMatchObject({ code, pointer });
  });

  test("ten million claimed numbers are of the wrong shape, and not looked at one by one", () => {
    const many = `[${"0,".repeat(1e7 - 1)}0]`;
    const body = `{"expression": "y = sum(x^2)", "inputs": {"x": [1, 2]}, "gradients": {"x": ${many}}}`;
    expect(faultOf(() => check(body))).toMatchObject({ code: "shape_mismatch", pointer: "/gradients/x" });
  });

  test("what would take too long is refused before it begins", () => {
    const large = { expression: "y = sum((x @ x)^2)", generate: { x: { shape: [100, 100] } }, samples: 10_000 };
    expect(faultOf(() => check(large, { operations: 1e9 }))).toMatchObject({ code: "operations_limit", pointer: "/samples" });
    expect(faultOf(() => check({ ...large, expression: "y = sum(x^2)" }, { answerBytes: 1e5 }))).toMatchObject({
      code: "answer_too_large",
    });
  });

  test("what is refused for its shapes has drawn nothing, and drawing what there is no room for is refused", () => {
    const large = { generate: { x: { shape: [300, 300] }, w: { shape: [3, 3] } }, samples: 1 };
    withBytes(1e5, () => {
      expect(faultOf(() => check({ ...large, expression: "y = sum(x @ w)" })).code).toBe("shape_mismatch");
      expect(faultOf(() => check({ ...large, expression: "y = sum(x) + sum(w)" }, { operations: 1e5 })).code).toBe("operations_limit");
      expect(problemOf(() => check({ ...large, expression: "y = sum(x) + sum(w)" })).code).toBe("memory_limit");
    });
  });
});
