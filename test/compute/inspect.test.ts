import { expect, test } from "vitest";
import { inspect, type InspectResponse } from "../../src/compute/inspect.ts";
import { problemOf } from "../support/problems.ts";
import { performed } from "../support/tasks.ts";

const answerOf = (request: object): InspectResponse => JSON.parse(String(performed(inspect)(request, {}).body)) as InspectResponse;
const open = (name: string) => ({ name, shape: null, dtype: null });
const float = (name: string, ...shape: number[]) => ({ name, shape, dtype: "float64" as const });
const linear = { type: "Linear", out_features: 3 };

test.each<[what: string, request: object, answer: Partial<InspectResponse>]>([
  ["a formula", { expression: "z = (x + y)^2" }, { inputs: [open("x"), open("y")], outputs: [open("z")], missing: ["x", "y"] }],
  [
    "a formula with some of its inputs",
    { expression: "z = x @ y", inputs: { y: [[1, 2]] } },
    { inputs: [open("x"), open("y")], missing: ["x"] },
  ],
  [
    "a formula with all of its inputs",
    { expression: "z = x @ y", inputs: { x: [[1], [2]], y: [[1, 2, 3]] } },
    { inputs: [float("x", 2, 1), float("y", 1, 3)], outputs: [float("z", 2, 3)], missing: [] },
  ],
  ["a formula without inputs", { expression: "pi * e" }, { inputs: [], outputs: [float("mul_1")], missing: [] }],
  ["a constant that is given", { expression: "e + 1", inputs: { e: [1, 2] } }, { inputs: [float("e", 2)] }],
  [
    "a graph that declares its inputs",
    { graph: { inputs: { x: { shape: [2, null], dtype: "float32" } }, nodes: [{ name: "y", op: "Neg", inputs: ["x"] }] } },
    { inputs: [{ name: "x", shape: [2, null], dtype: "float32" }], missing: ["x"] },
  ],
  ["a network", { network: { layers: [linear], loss: { type: "MSELoss" } } }, { inputs: [open("input")], missing: ["input"] }],
  [
    "a network with its data",
    { network: { layers: [linear] }, inputs: { input: [[1, 2]] } },
    { inputs: [float("input", 1, 2)], outputs: [float("output", 1, 3)], missing: [] },
  ],
])("%s is described, and nothing is wrong with it", (_, request, answer) => {
  expect(answerOf(request)).toMatchObject({ ...answer, problem: null });
});

test.each<[what: string, request: object, code: string, pointer: string, inputs: readonly string[]]>([
  ["cannot be read", { expression: "z = (x +" }, "invalid_expression", "/expression", []],
  ["has an unknown function", { expression: "z = sofmax(x)" }, "unknown_function", "/expression", []],
  ["does not fit", { expression: "z = x + y", inputs: { x: [1, 2], y: [1, 2, 3] } }, "shape_mismatch", "/expression", ["x", "y"]],
  ["is given too much", { expression: "z = x", inputs: { x: 1, "a/b": 2 } }, "unexpected_input", "/inputs/a~1b", ["x"]],
  ["is given what is no tensor", { expression: "z = x", inputs: { x: [1, [2]] } }, "invalid_tensor", "/inputs/x/1", []],
  [
    "has an unknown operator",
    { graph: { nodes: [{ name: "y", op: "Ngg", inputs: ["x"] }] } },
    "unknown_operator",
    "/graph/nodes/0/op",
    ["x"],
  ],
  ["has an unknown layer", { network: { layers: [{ type: "Liner" }] } }, "unknown_layer", "/network/layers/0/type", []],
])("a program that %s is answered with the problem, and is no refusal", (_, request, code, pointer, inputs) => {
  const answer = answerOf(request);
  expect(answer.problem).toMatchObject({ code, errors: [{ pointer }] });
  expect(answer.inputs.map(({ name }) => name)).toEqual(inputs);
});

test("what is no request is refused as everywhere", () => {
  expect(problemOf(() => answerOf({})).code).toBe("invalid_request");
  expect(problemOf(() => answerOf({ expression: "x", graph: { nodes: [] } })).code).toBe("invalid_request");
});
