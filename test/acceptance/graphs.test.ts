import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Service, startService } from "../support/service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());

interface Registered {
  readonly id: string;
  readonly parameters: readonly { readonly name: string; readonly shape: unknown }[];
}

const register = async (body: object): Promise<Registered> => {
  const { status, json } = await service.post("/v1/graphs", body);
  expect({ status, json }).toMatchObject({ status: 200, json: { id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string } });
  return json as Registered;
};

describe("registered graphs", () => {
  test("a formula and the graph that it stands for have one id", async () => {
    const formula = await register({ expression: "z = (x + y)^2" });
    const graph = {
      nodes: [
        { name: "add_1", op: "Add", inputs: ["x", "y"] },
        { name: "z", op: "Pow", inputs: ["add_1", 2] },
      ],
      outputs: ["z"],
    };
    expect((await register({ graph })).id).toBe(formula.id);
    expect((await register({ graph: { ...graph, inputs: { y: {}, x: {} } } })).id).toBe(formula.id);
    expect((await register({ expression: "z = (x + y)^3" })).id).not.toBe(formula.id);
  });

  test("is read back as it was registered", async () => {
    const registered = await register({
      graph: { inputs: { x: { shape: [2], dtype: "float32" } }, nodes: [{ name: "y", op: "Exp", inputs: ["x"] }] },
    });
    const reply = await service.app.inject({ url: `/v1/graphs/${registered.id}` });
    expect(reply.json()).toEqual(registered);
    expect(registered).toMatchObject({ inputs: [{ name: "x", shape: [2], dtype: "float32" }], outputs: ["y"], parameters: [] });
  });

  test("stands in for its program, with the same answer", async () => {
    const program = { expression: "h = tanh(x @ w); y = sum(h * h)" };
    const inputs = { x: [[1, 2]], w: [[0.1], [0.2]] };
    // The canonical form lists inputs by name, so the entries for them may come in another order.
    const parts = { return: ["outputs", "gradients", "edges"] };
    const { id } = await register(program);
    const [direct, byId] = [
      await service.post("/v1/gradients", { ...program, inputs, ...parts }),
      await service.post("/v1/gradients", { graph_id: id, inputs, ...parts }),
    ];
    expect(byId).toMatchObject({ status: 200, json: direct.json as object });
  });

  test("a network is registered with its arguments written out, and lists its parameters", async () => {
    const short = { layers: [{ type: "Linear", in_features: 2, out_features: 3 }, { type: "BatchNorm1d" }], loss: { type: "MSELoss" } };
    const long = {
      layers: [
        { type: "Linear", in_features: 2, out_features: 3, bias: true },
        { type: "BatchNorm1d", eps: 1e-5 },
      ],
      loss: { type: "MSELoss", reduction: "mean" },
      training: true,
    };
    const registered = await register({ network: short });
    expect((await register({ network: long })).id).toBe(registered.id);
    expect(registered.parameters.map(({ name }) => name)).toEqual([
      "0.weight",
      "0.bias",
      "1.weight",
      "1.bias",
      "1.running_mean",
      "1.running_var",
    ]);
    expect(registered.parameters[0].shape).toEqual([3, 2]);
    const request = {
      inputs: {
        input: [
          [1, 2],
          [3, 5],
        ],
        target: [
          [0, 0, 0],
          [1, 1, 1],
        ],
      },
      seed: 3,
      return: ["outputs", "gradients"],
    };
    const [direct, byId] = [
      await service.post("/v1/gradients", { network: short, ...request }),
      await service.post("/v1/gradients", { graph_id: registered.id, ...request }),
    ];
    expect(byId).toMatchObject({ status: 200, json: direct.json as object });
  });

  test("an unknown id, a malformed one, and a wrong program", async () => {
    const unknown = `sha256:${"0".repeat(64)}`;
    expect(await service.post("/v1/gradients", { graph_id: unknown })).toMatchObject({
      status: 404,
      json: { code: "unknown_graph", errors: [{ pointer: "/graph_id" }] },
    });
    expect((await service.app.inject({ url: `/v1/graphs/${unknown}` })).statusCode).toBe(404);
    expect((await service.app.inject({ url: "/v1/graphs/../../etc/passwd" })).statusCode).toBe(404);
    expect((await service.app.inject({ url: "/v1/graphs/sha256:xyz" })).statusCode).toBe(400);
    expect(await service.post("/v1/graphs", { expression: "y = sinn(x)" })).toMatchObject({
      status: 422,
      json: { code: "unknown_function" },
    });
    const declared = { inputs: { a: { shape: [2, 3] }, b: { shape: [2, 3] } }, nodes: [{ name: "y", op: "MatMul", inputs: ["a", "b"] }] };
    expect(await service.post("/v1/graphs", { graph: declared })).toMatchObject({ status: 422, json: { code: "shape_mismatch" } });
  });
});
