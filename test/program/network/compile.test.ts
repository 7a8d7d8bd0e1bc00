import { describe, expect, test } from "vitest";
import { print } from "../../../src/ir/print.ts";
import { graphOf } from "../../../src/ir/graph.ts";
import { compiled } from "./support.ts";

const mlp = {
  layers: [
    { type: "Linear", out_features: 3 },
    { type: "Sigmoid", name: "squash" },
    { type: "Linear", name: "head", in_features: 3, out_features: 1 },
  ],
};
const inputs = {
  input: [
    [1, 2],
    [3, 4],
  ],
};
const target = [[0], [1]];

describe("names", () => {
  test("layers name their results, the last one is the output, and what is inside a layer is named after it", () => {
    const { program } = compiled({ ...mlp, loss: { type: "MSELoss" } }, { inputs: { ...inputs, target } });
    expect(program.inputs.map(({ name, role }) => `${name} ${role}`)).toEqual([
      "input input",
      "target input",
      "0.weight parameter",
      "0.bias parameter",
      "head.weight parameter",
      "head.bias parameter",
    ]);
    expect(program.nodes.map(({ name, node, pointer }) => `${name}: ${node.op} ${pointer}`)).toEqual([
      "0: Gemm /network/layers/0",
      "squash: Sigmoid /network/layers/1",
      "output: Gemm /network/layers/2",
      "loss.sub: Sub /network/loss",
      "loss.mul: Mul /network/loss",
      "loss: ReduceMean /network/loss",
    ]);
    expect(program.values.map(({ name }) => name)).toEqual([
      ...program.inputs.map(({ name }) => name),
      ...program.nodes.map(({ name }) => name),
    ]);
    expect(program.outputs.map(({ name }) => name)).toEqual(["output", "loss"]);
    expect(program.objective?.name).toBe("loss");
  });

  test("without a loss the output is the objective, and there is no target", () => {
    const { program } = compiled(mlp, { inputs });
    expect(program.outputs.map(({ name }) => name)).toEqual(["output"]);
    expect(program.objective?.name).toBe("output");
  });

  test("nodes of one operator in one layer are told apart, and so are layers that leave their input alone", () => {
    const network = {
      layers: [{ type: "Identity" }, { type: "Flatten" }, { type: "ReLU6" }, { type: "Identity" }],
      loss: { type: "CrossEntropyLoss", weight: [1, 2] },
    };
    const { program } = compiled(network, { inputs: { ...inputs, target: [0, 1] } });
    expect(program.nodes.map(({ name }) => name).slice(0, 7)).toEqual([
      "0",
      "1",
      "2.less_or_equal",
      "2.greater_or_equal",
      "2.where",
      "2",
      "output",
    ]);
    expect(program.values.some(({ name, value }) => name === "loss.weight" && value.known !== null)).toBe(true);
    const names = program.values.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test("a graph is as small as it can be", () => {
    const { program } = compiled({ layers: [{ type: "Linear", out_features: 2, bias: false }, { type: "SiLU" }] }, { inputs });
    expect(
      print(
        graphOf(
          program.inputs.map(({ value }) => value),
          program.outputs.map(({ value }) => value),
        ),
      ),
    ).toMatchInlineSnapshot(`
      "input %0: float64[2, 2]
      input %1: float64[2, 2]
      %2: float64[2, 2] = Gemm(%0, %1, _) {"alpha":1,"beta":1,"transA":false,"transB":true}
      %3: float64[2, 2] = Swish(%2) {"alpha":1}
      return %3"
    `);
  });
});

describe("types", () => {
  const dtypesOf = (network: unknown, asked: Parameters<typeof compiled>[1]): string =>
    compiled(network, asked)
      .program.inputs.map(({ name, value }) => `${name}:${value.dtype}`)
      .join(" ");

  test("whole numbers are floats to a linear layer", () => {
    expect(dtypesOf(mlp, { inputs })).toMatch(/^input:float64 0.weight:float64/);
  });

  test("class indices and the input of an embedding are int64", () => {
    const network = {
      layers: [{ type: "Flatten" }, { type: "Embedding", num_embeddings: 5, embedding_dim: 2 }, { type: "Select", dim: 1, index: 0 }],
      loss: { type: "CrossEntropyLoss" },
    };
    expect(
      dtypesOf(network, {
        inputs: {
          input: [
            [0, 1],
            [2, 3],
          ],
          target: [0, 1],
        },
      }),
    ).toBe("input:int64 target:int64 1.weight:float64");
    const typed = {
      input: {
        dtype: "int32",
        data: [
          [0, 1],
          [2, 3],
        ],
      },
      target: { dtype: "int32", data: [0, 1] },
    };
    expect(
      dtypesOf(network, { inputs: typed, parameters: { "1.weight": { shape: [5, 2], dtype: "float32", data: new Array(10).fill(0) } } }),
    ).toBe("input:int32 target:int32 1.weight:float32");
  });

  test("a target of the output's shape is probabilities, even when its numbers are whole", () => {
    const network = { layers: [{ type: "Identity" }], loss: { type: "CrossEntropyLoss" } };
    expect(dtypesOf(network, { inputs: { input: [[0.5, 1]], target: [[0, 1]] } })).toBe("input:float64 target:float64");
  });

  test("a network takes the precision of its input", () => {
    const typed = { input: { dtype: "float32", data: [[1, 2]] }, target: [[1]] };
    expect(
      new Set(
        dtypesOf({ ...mlp, loss: { type: "L1Loss" } }, { inputs: typed })
          .split(" ")
          .map((text) => text.split(":")[1]),
      ),
    ).toEqual(new Set(["float32"]));
  });

  test("a network that only reshapes takes whatever is given", () => {
    expect(dtypesOf({ layers: [{ type: "Flatten" }] }, { inputs: { input: [[true], [false]] } })).toBe("input:bool");
    expect(dtypesOf({ layers: [{ type: "Flatten" }] }, { inputs: { input: { dtype: "int32", data: [[1], [2]] } } })).toBe("input:int32");
    expect(dtypesOf({ layers: [{ type: "Flatten" }] }, { inputs: { input: [[1], [2]] } })).toBe("input:float64");
  });
});
