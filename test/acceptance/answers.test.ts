import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Service, startService } from "../support/service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());

const gradients = async (body: object): Promise<unknown> => (await service.post("/v1/gradients", body)).json;
const evaluate = async (body: object): Promise<unknown> => (await service.post("/v1/evaluate", body)).json;

describe("where a NaN or an infinity first appears", () => {
  test.each([
    ["forward, in the node that made it", { expression: "y = log(x) * 0", inputs: { x: 0 } }, { node: "log_1", pass: "forward" }],
    ["forward, though the output is finite", { expression: "y = 1/(1+exp(-x))", inputs: { x: -1000 } }, { node: "exp_1", pass: "forward" }],
    ["backward only", { expression: "y = sqrt(x)", inputs: { x: 0 } }, { node: "y", pass: "backward" }],
    ["nowhere, when the input has it", { expression: "y = 2 * x", inputs: { x: "Infinity" } }, undefined],
    ["nowhere, when all is finite", { expression: "y = 2 * x", inputs: { x: 1 } }, undefined],
  ])("%s", async (_, body, nonfinite) => {
    expect(((await gradients(body)) as { nonfinite?: unknown }).nonfinite).toEqual(nonfinite);
  });

  test("evaluations say so too", async () => {
    expect(await evaluate({ expression: "y = x / x", inputs: { x: 0 } })).toEqual({
      outputs: { y: "NaN" },
      nonfinite: { node: "y", pass: "forward" },
    });
  });
});

describe("what is differentiated by what", () => {
  test("an input that the objective does not depend on has gradient zeros; its node and edges have null", async () => {
    expect(await gradients({ expression: "u = 2 * v; y = x^2", inputs: { x: 3, v: [1, 2] } })).toMatchObject({
      gradients: { x: 6, v: [0, 0] },
      nodes: [{ name: "v", gradient: null }, { name: "x" }, { name: "u", gradient: null }, { name: "y" }],
    });
  });

  test("any value can be the objective, and any value a variable", async () => {
    const program = { expression: "a = x * y; b = exp(a); c = a + b", inputs: { x: 2, y: 0 } };
    expect(await gradients({ ...program, of: "b", wrt: ["a", "y"], return: ["gradients"] })).toEqual({ gradients: { a: 1, y: 2 } });
    expect(await gradients({ ...program, wrt: ["a"], return: ["gradients"] })).toEqual({ gradients: { a: 2 } });
  });

  test("constants and integers are refused", async () => {
    const graph = { constants: { k: 3 }, nodes: [{ name: "y", op: "Mul", inputs: ["x", "k"] }] };
    for (const [wrt, inputs] of [
      [["k"], { x: 1 }],
      [["x"], { x: { dtype: "int64", data: 1 } }],
    ] as const) {
      const body = {
        graph: wrt[0] === "k" ? graph : { nodes: [{ name: "y", op: "Cast", inputs: ["x"], attributes: { to: "float64" } }] },
        inputs,
        wrt,
      };
      expect(await gradients(body)).toMatchObject({ code: "not_differentiable", status: 422, errors: [{ pointer: "/wrt/0" }] });
    }
  });

  test("several outputs need a choice", async () => {
    const graph = {
      nodes: [
        { name: "a", op: "Exp", inputs: ["x"] },
        { name: "b", op: "Neg", inputs: ["x"] },
      ],
      outputs: ["a", "b"],
    };
    expect(await gradients({ graph, inputs: { x: 0 } })).toMatchObject({ code: "objective_ambiguous", errors: [{ pointer: "/of" }] });
    expect(await gradients({ graph, inputs: { x: 0 }, of: "b", return: ["outputs", "gradients"] })).toEqual({
      outputs: { a: 1, b: 0 },
      gradients: { x: -1 },
    });
  });
});

describe("inputs whose numbers decide shapes", () => {
  test("are part of what a compiled program is found by", async () => {
    const reshaped = (shape: number[]): Promise<unknown> =>
      evaluate({ expression: "y = reshape(x, shape)", inputs: { x: [1, 2, 3, 4, 5, 6], shape } });
    for (let round = 0; round < 3; round++) {
      expect(await reshaped([2, 3])).toEqual({
        outputs: {
          y: [
            [1, 2, 3],
            [4, 5, 6],
          ],
        },
      });
      expect(await reshaped([3, -1])).toEqual({
        outputs: {
          y: [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        },
      });
    }
  });

  test("also at several points", async () => {
    const body = {
      expression: "y = sum(slice(x, begin, [9]))",
      inputs: { x: [1, 2, 3] },
      points: [{ begin: [0] }, { begin: [1] }, { begin: [0] }],
      return: ["gradients"],
    };
    expect(await gradients(body)).toEqual({
      points: [{ gradients: { x: [1, 1, 1] } }, { gradients: { x: [0, 1, 1] } }, { gradients: { x: [1, 1, 1] } }],
    });
  });
});

test("numbers that an operator refuses as it runs are told with the place of the node in the formula", async () => {
  const detail = "Line 2, column 5: Node y (Gather): index 7 is outside axis 0 of [2]: expected -2 to 1";
  expect(
    await evaluate({ expression: "i = 1 + j\ny = gather(x, i)", inputs: { x: [1, 2], j: { dtype: "int64", data: 6 } } }),
  ).toMatchObject({
    code: "index_out_of_range",
    detail,
    errors: [{ pointer: "/expression", detail }],
  });
});

describe("encodings", () => {
  test("base64 keeps every bit, and a float32 stays one", async () => {
    const x = { shape: [3], dtype: "float32", base64: Buffer.from(new Float32Array([0.1, -0, Number.NaN]).buffer).toString("base64") };
    expect(await evaluate({ expression: "y = x", inputs: { x }, encoding: "base64" })).toMatchObject({ outputs: { y: x } });
    expect(await evaluate({ expression: "y = x", inputs: { x }, encoding: "flat" })).toMatchObject({
      outputs: { y: { shape: [3], dtype: "float32", data: [0.10000000149011612, 0, "NaN"] } },
    });
  });

  test("tensors without elements keep their shape", async () => {
    expect(
      await evaluate({ expression: "y = x + 1", inputs: { x: { shape: [2, 0, 3], dtype: "float64", data: [] } }, encoding: "flat" }),
    ).toEqual({
      outputs: { y: { shape: [2, 0, 3], dtype: "float64", data: [] } },
    });
  });
});

test("any name is a name", async () => {
  const inputs = { θ: 1, 权重: 2, constructor: 3, "0.weight": 4 };
  const nodes = Object.keys(inputs).map((name, at) => ({ name: `toString${at}`, op: "Exp", inputs: [name] }));
  const answer = (await gradients({
    graph: { nodes: [...nodes, { name: "hasOwnProperty", op: "Sum", inputs: nodes.map(({ name }) => name) }] },
    inputs,
    return: ["gradients"],
  })) as {
    gradients: object;
  };
  expect(Object.keys(answer.gradients)).toEqual(Object.keys(inputs));
});

test("the same request gives the same bytes, whatever the load and the number of workers", async () => {
  await using other = await startService({ workers: 1 });
  const body = JSON.stringify({
    network: {
      layers: [
        { type: "Conv2d", in_channels: 1, out_channels: 2, kernel_size: 3 },
        { type: "Tanh" },
        { type: "Dropout" },
        { type: "Flatten" },
        { type: "Linear", out_features: 3 },
      ],
      loss: { type: "CrossEntropyLoss" },
    },
    inputs: { input: { shape: [2, 1, 6, 6], dtype: "float64", data: Array.from({ length: 72 }, (_, k) => Math.sin(k)) }, target: [0, 2] },
    seed: 5,
  });
  const text = async ({ app }: Service): Promise<string> =>
    (await app.inject({ method: "POST", url: "/v1/gradients", headers: { "content-type": "application/json" }, payload: body })).payload;
  const [first, ...others] = [await text(other), ...(await Promise.all(Array.from({ length: 20 }, () => text(service))))];
  expect(first).toContain('"loss"');
  for (const again of others) expect(again).toBe(first);
});
