import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Service, startService } from "../support/service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService({ deadlineMs: 100_000 });
});
afterAll(() => service[Symbol.asyncDispose]());

const gradients = (body: object): ReturnType<Service["post"]> => service.post("/v1/gradients", body);

/** A busy machine takes its time over so many nodes. */
const patience = 120_000;

/** y = x · 1.00001ⁿ, one multiplication after another. */
const chain = (length: number): object => ({
  nodes: Array.from({ length }, (_, k) => ({ name: `n${k}`, op: "Mul", inputs: [k === 0 ? "x" : `n${k - 1}`, 1.00001] })),
  outputs: [`n${length - 1}`],
});

/** y = x · 1 + … + x · n, all consumers of one x. */
const fanOut = (width: number): object => ({
  nodes: [
    ...Array.from({ length: width }, (_, k) => ({ name: `n${k}`, op: "Mul", inputs: ["x", k + 1] })),
    { name: "y", op: "Sum", inputs: Array.from({ length: width }, (_, k) => `n${k}`) },
  ],
  outputs: ["y"],
});

describe("large graphs", () => {
  test("a chain of 100,000 nodes, every node and edge of it", { timeout: patience }, async () => {
    const { status, json } = await gradients({ graph: chain(100_000), inputs: { x: 2 } });
    expect(status).toBe(200);
    const answer = json as { gradients: { x: number }; nodes: { value: number; gradient: number }[]; edges: unknown[] };
    expect(answer.gradients.x).toBeCloseTo(1.00001 ** 100_000, 8);
    expect(answer.nodes).toHaveLength(100_001);
    expect(answer.edges).toHaveLength(200_000);
    expect(answer.nodes[50_000].value).toBeCloseTo(2 * 1.00001 ** 50_000, 8);
    expect(answer.nodes[50_000].gradient).toBeCloseTo(1.00001 ** 50_000, 8);
  });

  test("a fan-out of 100,000 edges", { timeout: patience }, async () => {
    const { status, json } = await gradients({ graph: fanOut(100_000), inputs: { x: 1 } });
    expect(status).toBe(200);
    const answer = json as { gradients: { x: number }; edges: { from: string | null; gradient: number }[] };
    expect(answer.gradients.x).toBe((100_000 * 100_001) / 2);
    const outOfX = answer.edges.filter(({ from }) => from === "x");
    expect(outOfX).toHaveLength(100_000);
    expect(outOfX[41].gradient).toBe(42);
  });

  test("an expression of 20,000 terms and one of 20,000 statements", async () => {
    const terms = await gradients({
      expression: Array.from({ length: 20_000 }, (_, k) => `${k}*x`).join(" + "),
      inputs: { x: 1 },
      return: ["gradients"],
    });
    expect(terms.json).toEqual({ gradients: { x: (19_999 * 20_000) / 2 } });
    const statements = await gradients({ expression: `y = x\n${"y += x\n".repeat(20_000)}`, inputs: { x: 1 }, return: ["gradients"] });
    expect(statements.json).toEqual({ gradients: { x: 20_001 } });
  });

  test.each([
    ["chains", chain],
    ["fan-outs", fanOut],
  ])("time grows as the size for %s", { timeout: patience }, async (_, graph) => {
    const milliseconds = async (size: number): Promise<number> => {
      const body = { graph: graph(size), inputs: { x: 1 } };
      const times: number[] = [];
      for (let round = 0; round < 3; round++) {
        const start = performance.now();
        // A seed of its own keeps the compiled program from being found again.
        expect((await gradients({ ...body, seed: round })).status).toBe(200);
        times.push(performance.now() - start);
      }
      return Math.min(...times);
    };
    const [small, large] = [await milliseconds(2_000), await milliseconds(16_000)];
    // Eight times the nodes: quadratic work would take 64 times as long.
    expect(large / small).toBeLessThan(24);
  });
});

describe("requests that are too large are refused before they run", () => {
  test("10¹² operations", async () => {
    const { status, json } = await gradients({
      expression: "sum(expand(x, [20000, 20000]) @ expand(x, [20000, 20000]))",
      inputs: { x: 1 },
    });
    expect(status).toBe(413);
    expect(json).toMatchObject({ code: "tensor_too_large" });
    const long = await service.post("/v1/evaluate", {
      graph: {
        nodes: [
          { name: "a", op: "Expand", inputs: ["x", [5000, 5000]] },
          { name: "b", op: "MatMul", inputs: ["a", "a"] },
          { name: "c", op: "MatMul", inputs: ["b", "a"] },
          { name: "y", op: "ReduceSum", inputs: ["c"], attributes: { keepdims: false } },
        ],
      },
      inputs: { x: 1 },
    });
    expect(long).toMatchObject({ status: 413, json: { code: "operations_limit" } });
  });

  test("a tensor of 10¹² elements, and shapes whose product overflows", async () => {
    for (const shape of [
      [1e6, 1e6],
      [1e15, 1e15, 1e15, 1e15],
    ]) {
      const { status, json } = await gradients({ expression: `sum(expand(x, [${shape.join()}]))`, inputs: { x: 1 } });
      expect(status).toBe(413);
      expect(json).toMatchObject({ code: "tensor_too_large", errors: [{ pointer: "/expression" }] });
    }
  });

  test("memory beyond the limit, though no single tensor is", async () => {
    const statements = Array.from({ length: 60 }, (_, k) => `y${k} = expand(x, [8000, 8000]) * ${k}`);
    const sum = `sum(${Array.from({ length: 60 }, (_, k) => `y${k}`).join(" + ")})`;
    const { status, json } = await gradients({ expression: [...statements, sum].join("\n"), inputs: { x: 1 } });
    expect({ status, json }).toMatchObject({ status: 413, json: { code: "memory_limit" } });
  });

  test("a recurrent layer that would unfold into millions of nodes", async () => {
    const { status, json } = await gradients({
      network: { layers: [{ type: "LSTM", input_size: 1, hidden_size: 1 }] },
      inputs: { input: { shape: [800_000, 1, 1], dtype: "float64", data: new Array<number>(800_000).fill(0) } },
      of: "output",
      cotangent: { shape: [800_000, 1, 1], dtype: "float64", data: new Array<number>(800_000).fill(1) },
    });
    expect({ status, json }).toMatchObject({ status: 413, json: { code: "memory_limit", errors: [{ pointer: "/network" }] } });
  });

  test("more nodes than the limit", async () => {
    const { status, json } = await gradients({ graph: chain(250_001), inputs: { x: 1 } });
    expect({ status, json }).toMatchObject({ status: 413, json: { code: "too_many_nodes", errors: [{ pointer: "/graph/nodes" }] } });
  });
});
