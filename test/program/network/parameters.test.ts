import { describe, expect, test } from "vitest";
import { networkParameters } from "../../../src/program/network/parameters.ts";
import { sizeOf } from "../../../src/tensor/shape.ts";
import { defaultLimits } from "../../../src/request/limits.ts";
import type { NetworkSource } from "../../../src/program/network/source.ts";
import { compiled, expected, goldens } from "./support.ts";

const options = { limits: defaultLimits };
const cases = (["networks", "layers"] as const).flatMap((file) => goldens(file).cases);

describe("names and shapes are those of the state_dict", () => {
  test.each(cases.map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
    const shapes = Object.fromEntries(Object.entries(golden.parameters).map(([name, json]) => [name, expected(json).shape]));
    const inputShape = expected(golden.inputs.input).shape;
    for (const found of [networkParameters(golden.network, inputShape, options), networkParameters(golden.network, null, options)]) {
      const learned = found.filter(({ name, role }) => role === "parameter" || name in shapes);
      expect(Object.fromEntries(learned.map(({ name, shape }) => [name, shape]))).toEqual(shapes);
    }
  });

  test("parameters and buffers stand in the order of their layers", () => {
    const network = {
      layers: [{ type: "Linear", out_features: 2 }, { type: "BatchNorm1d" }, { type: "LSTM", hidden_size: 1, bidirectional: true }],
    };
    expect(
      networkParameters(network as NetworkSource, [5, 4, 3], options).map(({ name, role, shape }) => `${name} ${role} ${shape.join("x")}`),
    ).toEqual([
      "0.weight parameter 2x3",
      "0.bias parameter 2",
      "1.weight parameter 4",
      "1.bias parameter 4",
      "1.running_mean buffer 4",
      "1.running_var buffer 4",
      "2.weight_ih_l0 parameter 4x2",
      "2.weight_hh_l0 parameter 4x1",
      "2.bias_ih_l0 parameter 4",
      "2.bias_hh_l0 parameter 4",
      "2.weight_ih_l0_reverse parameter 4x2",
      "2.weight_hh_l0_reverse parameter 4x1",
      "2.bias_ih_l0_reverse parameter 4",
      "2.bias_hh_l0_reverse parameter 4",
    ]);
  });

  test("what follows from an input that is not known stays open", () => {
    const network = {
      layers: [
        { type: "Conv2d", name: "first", out_channels: 4, kernel_size: [3, 2] },
        { type: "GroupNorm", num_groups: 2 },
      ],
    };
    expect(networkParameters(network as NetworkSource, null, options)).toEqual([
      { name: "first.weight", role: "parameter", shape: [4, null, 3, 2] },
      { name: "first.bias", role: "parameter", shape: [4] },
      { name: "1.weight", role: "parameter", shape: [null] },
      { name: "1.bias", role: "parameter", shape: [null] },
    ]);
  });
});

describe("what is not given starts from the seed", () => {
  const network = {
    layers: [
      { type: "Embedding", num_embeddings: 50, embedding_dim: 20, padding_idx: 3 },
      { type: "Linear", out_features: 30 },
      { type: "Unflatten", dim: -1, unflattened_size: [2, 15] },
      { type: "Conv2d", out_channels: 4, kernel_size: 1, groups: 2 },
      { type: "ConvTranspose2d", out_channels: 6, kernel_size: [1, 2], groups: 2 },
      { type: "BatchNorm2d" },
      { type: "PReLU", num_parameters: 6, init: 0.1 },
      { type: "LayerNorm", normalized_shape: 16 },
    ],
  };
  const inputs = {
    input: [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ],
  };
  const start = (seed: number, parameters = {}) =>
    new Map(compiled(network, { inputs, parameters, seed }).program.inputs.map(({ name, initial }) => [name, initial]));
  const tensors = start(7);
  const numbers = (name: string): number[] => Array.from(tensors.get(name)?.data ?? []);

  test("one seed, one start; another seed, another start", () => {
    expect(start(7)).toEqual(tensors);
    expect(start(8).get("1.weight")).not.toEqual(tensors.get("1.weight"));
  });

  test.each([
    ["1.weight", 1 / Math.sqrt(20)],
    ["1.bias", 1 / Math.sqrt(20)],
    ["3.weight", 1],
    ["3.bias", 1],
    // torch.nn counts what a unit sees by the second size of the weight: 6 / 2 channels by 1 x 2 elements.
    ["4.weight", 1 / Math.sqrt(6)],
    ["4.bias", 1 / Math.sqrt(6)],
  ])("%s is uniform within %d", (name, bound) => {
    const drawn = numbers(name);
    const largest = Math.max(...drawn.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(bound);
    expect(new Set(drawn).size).toBe(drawn.length);
    if (drawn.length >= 100) {
      expect(largest).toBeGreaterThan(0.95 * bound);
      expect(Math.abs(drawn.reduce((sum, x) => sum + x, 0) / drawn.length)).toBeLessThan(0.1 * bound);
    }
  });

  test("recurrent parameters are uniform within 1/√hidden", () => {
    const lstm = { layers: [{ type: "LSTM", hidden_size: 16, num_layers: 2 }] };
    const { program } = compiled(lstm, { inputs: { input: [[[1, 2]]] }, seed: 1 });
    const drawn = program.inputs.flatMap(({ initial }) => Array.from(initial?.data ?? []));
    expect(Math.max(...drawn.map(Math.abs))).toBeLessThanOrEqual(0.25);
    expect(Math.max(...drawn)).toBeGreaterThan(0.24);
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  test("rows of an embedding are normal, and the padding row is zero", () => {
    const drawn = numbers("0.weight");
    expect(drawn.slice(60, 80)).toEqual(new Array(20).fill(0));
    const others = [...drawn.slice(0, 60), ...drawn.slice(80)];
    const mean = others.reduce((sum, x) => sum + x, 0) / others.length;
    const variance = others.reduce((sum, x) => sum + (x - mean) ** 2, 0) / others.length;
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(Math.abs(variance - 1)).toBeLessThan(0.15);
  });

  test.each([
    ["5.weight", 1],
    ["5.bias", 0],
    ["5.running_mean", 0],
    ["5.running_var", 1],
    ["6.weight", 0.1],
    ["7.weight", 1],
    ["7.bias", 0],
  ])("%s is %d", (name, value) => {
    expect(numbers(name).every((number) => number === value)).toBe(true);
    expect(numbers(name).length).toBe(sizeOf(tensors.get(name)?.shape ?? [0]));
  });

  test("what is given is not drawn, and leaves the others alone", () => {
    const some = start(7, { "5.running_mean": new Array(6).fill(1) });
    expect(some.get("5.running_mean")).toBeNull();
    expect(some.get("5.running_var")).toEqual(tensors.get("5.running_var"));
    expect(some.get("3.weight")).toEqual(tensors.get("3.weight"));
  });

  test("float32 parameters are rounded", () => {
    const typed = { input: { dtype: "float32", data: [[1, 2]] } };
    const { program } = compiled({ layers: [{ type: "Linear", out_features: 2 }] }, { inputs: typed, seed: 3 });
    expect(program.inputs.map(({ value }) => value.dtype)).toEqual(["float32", "float32", "float32"]);
    expect(program.inputs[1].initial?.data).toBeInstanceOf(Float32Array);
  });
});
