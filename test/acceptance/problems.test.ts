import { globSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ProblemCode, problemCodes, problems } from "../../src/problems/catalogue.ts";
import { type Service, startService } from "../support/service.ts";

/** Every code of the catalogue, met by a client: what a request can be wrong about is asked of the whole service. */

/** Codes of the connection, the key, the load and the process, which test/http meets, and those of jobs and datasets, which test/jobs does. */
const elsewhere = [
  "forbidden",
  "quota_exceeded",
  "unknown_job",
  "unknown_checkpoint",
  "unknown_dataset",
  "job_conflict",
  "dataset_in_use",
  "idempotency_in_flight",
  "invalid_dataset",
  "invalid_training",
  "idempotency_mismatch",
  "idempotency_deleted",
  "too_many_jobs",
  "too_many_streams",
  "queue_full",
  "storage_unavailable",
  "storage_full",
  "storage_limit",
  "invalid_encoding",
  "malformed_http",
  "unauthorized",
  "not_found",
  "method_not_allowed",
  "request_timeout",
  "precondition_failed",
  "body_too_large",
  "unsupported_media_type",
  "rate_limited",
  "expectation_failed",
  "headers_too_large",
  "internal",
  "damaged_content",
  "missing_content",
  "worker_lost",
  "overloaded",
  "not_ready",
  "shutting_down",
  "deadline_exceeded",
] as const satisfies readonly ProblemCode[];

interface Wrong {
  /** POST /v1/gradients when it is left out. */
  readonly path?: string;
  readonly body: unknown;
  /** Where the faults are; none where no place in the body is. */
  readonly pointers: readonly string[];
}

const x = { x: 1 };
const x7 = { x: 7 };
const xs = { x: [1, 2] };
const node = (op: string, inputs: readonly unknown[], more: object = {}): object => ({ name: "y", op, inputs, ...more });
const graph = (...nodes: object[]): object => ({ nodes });
const linear = { type: "Linear", in_features: 1, out_features: 2 };

const wrong: Readonly<Record<Exclude<ProblemCode, (typeof elsewhere)[number]>, readonly Wrong[]>> = {
  invalid_json: [
    { body: '{"expression": "x",}', pointers: [] },
    { body: '{"expression": "x", "inputs": {"x": nan}}', pointers: [] },
    { body: '{"expression": "x", "inputs": {"x": 1', pointers: [] },
  ],
  invalid_request: [
    { body: [], pointers: [""] },
    { body: { inputs: x }, pointers: [""] },
    { body: { expression: "x", inputs: x, graph_id: `sha256:${"0".repeat(64)}` }, pointers: [""] },
    { body: { expression: 1, inputs: [], of: 5 }, pointers: ["/expression", "/inputs", "/of"] },
    { body: { graph: graph({ inputs: ["x"] }), inputs: x }, pointers: ["/graph/nodes/0/op"] },
    { body: { expression: "x", inputs: x, seeds: 1 }, pointers: ["/seeds"] },
  ],
  nesting_too_deep: [
    { body: `{"expression": "x", "inputs": {"x": ${"[".repeat(200)}${"]".repeat(200)}}}`, pointers: [] },
    { body: { expression: `${"(".repeat(200)}x${")".repeat(200)}`, inputs: x }, pointers: ["/expression"] },
  ],
  unknown_graph: [{ body: { graph_id: `sha256:${"0".repeat(64)}`, inputs: x }, pointers: ["/graph_id"] }],
  too_many_nodes: [
    {
      body: { graph: graph(...Array.from({ length: 101 }, (_, at) => node("Neg", ["x"], { name: `n${at}` }))), inputs: x },
      pointers: ["/graph/nodes"],
    },
    { body: { expression: `x${"+x".repeat(101)}`, inputs: x }, pointers: ["/expression"] },
    {
      body: { network: { layers: Array.from({ length: 101 }, () => ({ type: "Tanh" })) }, inputs: { input: 1 } },
      pointers: ["/network/layers"],
    },
  ],
  tensor_too_large: [
    { body: { graph: graph(node("Reshape", ["x", new Array(33).fill(1)])), inputs: x }, pointers: ["/graph/nodes/0"] },
    {
      body: { network: { layers: [{ type: "Unflatten", dim: 0, unflattened_size: new Array(33).fill(1) }] }, inputs: { input: [1] } },
      pointers: ["/network/layers/0"],
    },
    { body: { graph: graph(node("Expand", ["x", [1e6, 1e6]])), inputs: x }, pointers: ["/graph/nodes/0"] },
    { body: { expression: "sum(expand(x, [1e9]))", inputs: x }, pointers: ["/expression"] },
    { body: { expression: "x", inputs: { x: { shape: [1e6, 1e6], data: [] } } }, pointers: ["/inputs/x/shape"] },
    { body: { network: { layers: [{ ...linear, out_features: 1e9 }] }, inputs: { input: [[1]] } }, pointers: ["/network/layers/0"] },
  ],
  memory_limit: [{ body: { expression: "y = expand(x, [9000]); sum(exp(y) * sin(y) * cos(y))", inputs: x }, pointers: [] }],
  operations_limit: [{ body: { expression: "y = expand(x, [80, 80]); sum(y @ y)", inputs: x }, pointers: [] }],
  answer_too_large: [{ path: "/v1/evaluate", body: { expression: "expand(x, [8000])", inputs: x }, pointers: [] }],
  unknown_operator: [{ body: { graph: graph(node("Sofmax", ["x"])), inputs: x }, pointers: ["/graph/nodes/0/op"] }],
  undefined_name: [
    { body: { graph: { inputs: { x: {} }, nodes: [node("Neg", ["z"])] }, inputs: x }, pointers: ["/graph/nodes/0/inputs/0"] },
    { body: { graph: { nodes: [node("Neg", ["x"])], outputs: ["z"] }, inputs: x }, pointers: ["/graph/outputs/0"] },
  ],
  duplicate_name: [
    { body: { graph: graph(node("Neg", ["x"]), node("Exp", ["x"])), inputs: x }, pointers: ["/graph/nodes/1/name"] },
    {
      body: {
        network: {
          layers: [
            { type: "Tanh", name: "a" },
            { type: "Tanh", name: "a" },
          ],
        },
        inputs: { input: 1 },
      },
      pointers: ["/network/layers/1/name"],
    },
  ],
  not_analytic: [
    {
      path: "/v1/check",
      body: { expression: "sum(erf(x))", inputs: xs, methods: ["complex_step"] },
      pointers: ["/expression", "/methods/0"],
    },
  ],
  cycle: [{ body: { graph: graph(node("Add", ["x", "z"]), node("Neg", ["y"], { name: "z" })), inputs: x }, pointers: ["/graph/nodes/0"] }],
  shape_mismatch: [
    { body: { graph: graph(node("Add", ["x", [1, 2, 3]])), inputs: xs }, pointers: ["/graph/nodes/0/inputs/1"] },
    { body: { graph: { inputs: { x: { shape: [3] } }, nodes: [node("Neg", ["x"])] }, inputs: xs }, pointers: ["/inputs/x"] },
    { body: { expression: "2 * x", inputs: xs, cotangent: [1, 2, 3] }, pointers: ["/cotangent"] },
    { body: { network: { layers: [linear] }, inputs: { input: [[1, 2]] } }, pointers: ["/network/layers/0/in_features"] },
    {
      body: { network: { layers: [linear] }, parameters: { "0.weight": [1], "0.bias": [1, 2] }, inputs: { input: [[1]] } },
      pointers: ["/parameters/0.weight"],
    },
  ],
  type_mismatch: [
    {
      body: { graph: graph(node("Add", ["x", { dtype: "float64", data: 1 }])), inputs: { x: { dtype: "float32", data: 1 } } },
      pointers: ["/graph/nodes/0/inputs/1"],
    },
    { body: { graph: graph(node("Not", ["x"])), inputs: { x: { dtype: "float64", data: 1 } } }, pointers: ["/graph/nodes/0/inputs/0"] },
  ],
  invalid_attribute: [
    { body: { graph: graph(node("Softmax", ["x"], { attributes: { axs: 0 } })), inputs: xs }, pointers: ["/graph/nodes/0/attributes/axs"] },
    {
      body: { graph: graph(node("Softmax", ["x"], { attributes: { axis: 7 } })), inputs: xs },
      pointers: ["/graph/nodes/0/attributes/axis"],
    },
  ],
  wrong_arity: [{ body: { graph: graph(node("Add", ["x"])), inputs: x }, pointers: ["/graph/nodes/0/inputs"] }],
  missing_input: [{ body: { expression: "x + y", inputs: x }, pointers: ["/inputs/y"] }],
  unexpected_input: [{ body: { expression: "x", inputs: { ...x, "a/b~c": 1 } }, pointers: ["/inputs/a~1b~0c"] }],
  unknown_output: [
    { body: { expression: "x", inputs: x, of: "z" }, pointers: ["/of"] },
    { body: { expression: "x", inputs: x, wrt: ["x", "z"] }, pointers: ["/wrt/1"] },
  ],
  invalid_expression: [{ body: { expression: "x +", inputs: x }, pointers: ["/expression"] }],
  unknown_function: [{ body: { expression: "sofmax(x)", inputs: x }, pointers: ["/expression"] }],
  invalid_tensor: [
    { body: { expression: "x", inputs: { x: [[1, 2], [3]] } }, pointers: ["/inputs/x/1"] },
    { body: { expression: "x", inputs: { x: [1, [2]] } }, pointers: ["/inputs/x/1"] },
    { body: { expression: "x", inputs: { x: [1, "2"] } }, pointers: ["/inputs/x/1"] },
    { body: { expression: "x", inputs: { x: { shape: [2], dtype: "float32", base64: "AAAA" } } }, pointers: ["/inputs/x/base64"] },
    { body: { expression: "x", points: [x, { x: null }] }, pointers: ["/points/1/x"] },
  ],
  index_out_of_range: [
    { body: { graph: graph(node("Gather", ["x", "i"])), inputs: { ...xs, i: 7 } }, pointers: ["/inputs/i"] },
    {
      body: { network: { layers: [{ type: "Identity" }], loss: { type: "NLLLoss" } }, inputs: { input: [[-1, -2]], target: [2] } },
      pointers: ["/inputs/target/0"],
    },
    {
      body: {
        network: { layers: [{ type: "Embedding", num_embeddings: 2, embedding_dim: 1 }] },
        inputs: { input: [[0, -1]] },
        cotangent: [[[1], [1]]],
      },
      pointers: ["/inputs/input/0/1"],
    },
    { body: { expression: "gather(x, 7)", inputs: xs }, pointers: ["/expression"] },
  ],
  number_out_of_range: [
    {
      body: { network: { layers: [{ type: "Identity" }], loss: { type: "BCELoss" } }, inputs: { input: [1.5], target: [1] } },
      pointers: ["/network/loss"],
    },
    { body: { expression: "probability(x)", inputs: x7 }, pointers: ["/inputs/x"] },
  ],
  unknown_layer: [{ body: { network: { layers: [{ type: "Linaer" }] }, inputs: { input: 1 } }, pointers: ["/network/layers/0/type"] }],
  invalid_layer: [
    {
      body: { network: { layers: [{ ...linear, out_features: -2 }] }, inputs: { input: [[1]] } },
      pointers: ["/network/layers/0/out_features"],
    },
    {
      body: { network: { layers: [{ type: "Tanh" }], loss: { type: "MSELoss", reduction: "avg" } }, inputs: { input: 1, target: 1 } },
      pointers: ["/network/loss/reduction"],
    },
  ],
  missing_parameter: [
    {
      body: { network: { layers: [linear] }, parameters: { "0.weight": [[1], [2]] }, inputs: { input: [[1]] } },
      pointers: ["/parameters"],
    },
  ],
  unexpected_parameter: [
    {
      body: { network: { layers: [linear] }, parameters: { "0.wieght": 1 }, inputs: { input: [[1]] } },
      pointers: ["/parameters/0.wieght"],
    },
  ],
  objective_not_scalar: [
    { body: { expression: "2 * x", inputs: xs }, pointers: ["/cotangent"] },
    { body: { expression: "y = 2 * x; sum(y)", inputs: xs, of: "y" }, pointers: ["/of"] },
  ],
  objective_ambiguous: [
    {
      body: { graph: { nodes: [node("Neg", ["x"]), node("Exp", ["x"], { name: "z" })], outputs: ["y", "z"] }, inputs: x },
      pointers: ["/of"],
    },
  ],
  not_differentiable: [
    { body: { expression: "x < 2", inputs: x }, pointers: [""] },
    { body: { expression: "k = 2; k * x", inputs: x, wrt: ["x", "k"] }, pointers: ["/wrt/1"] },
  ],
  static_value_required: [
    { body: { expression: "reshape(x, cast(s, to='int64'))", inputs: { x: 1, s: new Array(5000).fill(1) } }, pointers: ["/expression"] },
  ],
};

let service: Service;
beforeAll(async () => {
  service = await startService({ limits: { nodes: 100, elements: 10_000, bytes: 400_000, operations: 1e6, answerBytes: 10_000 } });
});
afterAll(() => service[Symbol.asyncDispose]());

const cases = Object.entries(wrong).flatMap(([code, all]) => all.map((each) => ({ code: code as ProblemCode, ...each })));

test.each(cases.map((each) => [each.code, JSON.stringify(each.body).slice(0, 100), each] as const))("%s for %s", async (code, _, each) => {
  const { status, json } = await service.post(each.path ?? "/v1/gradients", each.body);
  expect({ status, json }).toMatchObject({ status: problems[code].status, json: { code } });
  expect((json as { errors: { pointer: string }[] }).errors.map(({ pointer }) => pointer)).toEqual(each.pointers);
});

describe("the codes", () => {
  const tests = globSync(["test/doors/http/*.test.ts", "test/jobs/*.test.ts"]).map((path) => readFileSync(path, "utf8"));

  test("are all met, here or in the tests of HTTP and of jobs", () => {
    expect([...Object.keys(wrong), ...elsewhere].toSorted()).toEqual([...problemCodes].toSorted());
    for (const code of elsewhere) expect(tests.join()).toContain(`"${code}"`);
  });
});
