import { describe, expect, test } from "vitest";
import type { Limits } from "../../../src/wire/limits.ts";
import type { ProblemCode } from "../../../src/wire/problems.ts";
import { compiled, problemOf, run } from "./support.ts";

type Layers = readonly Readonly<Record<string, unknown>>[];

const refusal = (network: unknown, inputs: object, parameters: object = {}, limits: Partial<Limits> = {}) => {
  const problem = problemOf(() => compiled(network, { inputs: { ...inputs }, parameters: { ...parameters }, limits }));
  const [{ pointer, suggestion }] = problem.errors;
  return { code: problem.code, pointer, suggestion, detail: problem.detail };
};

const linear = { type: "Linear", out_features: 2 };
const x = [
  [1, 2, 3],
  [4, 5, 6],
];
const image = [
  [
    [
      [1, 2],
      [3, 4],
    ],
  ],
];

describe("layers and their arguments", () => {
  test.each<[what: string, layers: Layers, code: ProblemCode, pointer: string, suggestion: string | undefined, words: RegExp]>([
    ["an unknown type", [linear, { type: "Linaer" }], "unknown_layer", "/network/layers/1/type", "Linear", /"Linaer"; did you mean Linear/],
    ["a type in another case", [{ type: "Relu" }], "unknown_layer", "/network/layers/0/type", "ReLU", /Relu/],
    ["a loss among the layers", [linear, { type: "MSELoss" }], "unknown_layer", "/network/layers/1/type", undefined, /is a loss/],
    ["an unknown argument", [{ ...linear, in_feature: 3 }], "invalid_layer", "/network/layers/0/in_feature", "in_features", /in_feature/],
    [
      "a missing argument",
      [{ type: "Linear" }],
      "invalid_layer",
      "/network/layers/0/out_features",
      undefined,
      /Linear needs out_features: Size of/,
    ],
    [
      "an argument of the wrong kind",
      [{ type: "Linear", out_features: "2" }],
      "invalid_layer",
      "/network/layers/0/out_features",
      undefined,
      /number/,
    ],
    ["an argument out of range", [{ type: "Dropout", p: 1.5 }], "invalid_layer", "/network/layers/0/p", undefined, /at most 1/],
    [
      "a list of the wrong length",
      [{ type: "MaxPool2d", kernel_size: [2] }],
      "invalid_layer",
      "/network/layers/0/kernel_size",
      undefined,
      /2 elements/,
    ],
    [
      "an unknown choice",
      [{ type: "GELU", approximate: "tan" }],
      "invalid_layer",
      "/network/layers/0/approximate",
      "tanh",
      /"none" or "tanh"/,
    ],
    [
      "what is not supported",
      [{ type: "MaxPool1d", kernel_size: 1, return_indices: true }],
      "invalid_layer",
      "/network/layers/0/return_indices",
      undefined,
      /Only false/,
    ],
    ["a name with a dot", [{ ...linear, name: "a.b" }], "invalid_layer", "/network/layers/0/name", undefined, /dot/],
    ["bounds in the wrong order", [{ type: "Hardtanh", min_val: 2 }], "invalid_layer", "/network/layers/0/min_val", undefined, /not below/],
    ["an axis that is not there", [{ type: "Softmax", dim: 2 }], "invalid_layer", "/network/layers/0", undefined, /axis 2 is outside/],
    [
      "a dimension that is not there",
      [{ type: "Flatten", start_dim: 2 }],
      "index_out_of_range",
      "/network/layers/0/start_dim",
      undefined,
      /\[2, 3\]/,
    ],
    [
      "dimensions in the wrong order",
      [{ type: "Flatten", start_dim: 1, end_dim: 0 }],
      "invalid_layer",
      "/network/layers/0/start_dim",
      undefined,
      /after/,
    ],
    [
      "an index that is not there",
      [{ type: "Select", dim: 1, index: 3 }],
      "index_out_of_range",
      "/network/layers/0/index",
      undefined,
      /3 elements/,
    ],
    [
      "a padding row that is not there",
      [{ type: "Embedding", num_embeddings: 9, embedding_dim: 1, padding_idx: 9 }],
      "index_out_of_range",
      "/network/layers/0/padding_idx",
      undefined,
      /-9 to 8/,
    ],
    [
      "a name given twice",
      [
        { ...linear, name: "a" },
        { ...linear, name: "a" },
      ],
      "duplicate_name",
      "/network/layers/1/name",
      undefined,
      /called a/,
    ],
    ["a name that is a position", [{ ...linear, name: "1" }, linear], "duplicate_name", "/network/layers/1", undefined, /called 1/],
    [
      "a name that is the network's",
      [{ ...linear, name: "input" }, linear],
      "duplicate_name",
      "/network/layers/0/name",
      undefined,
      /the network itself/,
    ],
  ])("%s", (_, layers, code, pointer, suggestion, words) => {
    expect(refusal({ layers }, { input: x })).toEqual({ code, pointer, suggestion, detail: expect.stringMatching(words) });
  });

  test("all faults are named at once", () => {
    const problem = problemOf(() =>
      compiled(
        { layers: [{ type: "Linear" }, { type: "Linear", out_features: 0 }, { type: "Softplus", beta: 0 }] },
        { inputs: { input: x } },
      ),
    );
    expect(problem.errors.map(({ pointer }) => pointer)).toEqual([
      "/network/layers/0/out_features",
      "/network/layers/1/out_features",
      "/network/layers/2/beta",
    ]);
  });

  test.each([
    [{ type: "MSLoss" }, "/network/loss/type", "MSELoss"],
    [{ type: "Linear", out_features: 1 }, "/network/loss/type", undefined],
  ])("an unknown loss: %j", (loss, pointer, suggestion) => {
    expect(refusal({ layers: [linear], loss }, { input: x, target: x })).toMatchObject({ code: "unknown_layer", pointer, suggestion });
  });
});

describe("shapes", () => {
  const grouped = { type: "Conv1d", out_channels: 4, kernel_size: 1 };
  test.each<[what: string, layers: Layers, input: unknown, pointer: string, words: RegExp]>([
    [
      "features that disagree",
      [{ ...linear, name: "fc", in_features: 4 }],
      x,
      "/network/layers/0/in_features",
      /Layer 0 \(Linear fc\) with an input of shape \[2, 3\]: its in_features is 4, but its input has 3/,
    ],
    ["features further on", [linear, { type: "Tanh" }, { ...linear, in_features: 3 }], x, "/network/layers/2/in_features", /\[2, 2\]/],
    ["a scalar", [linear], 1, "/network/layers/0", /in_features/],
    [
      "channels that disagree",
      [{ ...grouped, in_channels: 3 }],
      [x],
      "/network/layers/0/in_channels",
      /its in_channels is 3, but its input has 2/,
    ],
    [
      "too few dimensions",
      [{ type: "Conv2d", out_channels: 1, kernel_size: 1 }],
      x,
      "/network/layers/0",
      /\[batch, channels, height, width\]/,
    ],
    [
      "a kernel larger than the image",
      [{ type: "Conv2d", out_channels: 1, kernel_size: 3 }],
      image,
      "/network/layers/0",
      /Layer 0 \(Conv2d\) with an input of shape \[1, 1, 2, 2\]/,
    ],
    ["a window larger than the image", [{ type: "MaxPool2d", kernel_size: 3 }], image, "/network/layers/0", /window/],
    [
      "a normalised shape that is another",
      [{ type: "LayerNorm", normalized_shape: [2, 2] }],
      x,
      "/network/layers/0/normalized_shape",
      /\[2, 2\], but its input has the shape \[2, 3\]/,
    ],
    ["slopes for other channels", [{ type: "PReLU", num_parameters: 2 }], x, "/network/layers/0/num_parameters", /3 channels/],
    ["one number per channel in training", [{ type: "BatchNorm1d" }], [[1, 2]], "/network/layers/0", /variance/],
    [
      "pieces that do not make the whole",
      [{ type: "Unflatten", dim: 1, unflattened_size: [2, -1] }],
      x,
      "/network/layers/0/unflattened_size",
      /\[2, -1\]/,
    ],
  ])("%s", (_, layers, input, pointer, words) => {
    expect(refusal({ layers, training: true }, { input })).toEqual({
      code: "shape_mismatch",
      pointer,
      suggestion: undefined,
      detail: expect.stringMatching(words),
    });
  });

  test.each([
    [{ ...grouped, groups: 3 }, "/network/layers/0/groups"],
    [{ type: "Conv1d", out_channels: 1, kernel_size: 2, stride: 2, padding: "same" }, "/network/layers/0/padding"],
    [{ type: "AvgPool1d", kernel_size: 2, padding: 2 }, "/network/layers/0/padding"],
    [{ type: "GroupNorm", num_groups: 3 }, "/network/layers/0/num_groups"],
  ])("arguments that do not go together: %j", (layer, pointer) => {
    expect(refusal({ layers: [layer] }, { input: [x] })).toMatchObject({ code: "invalid_layer", pointer });
  });
});

describe("losses", () => {
  const network = (type: string, args: object = {}) => ({ layers: [{ type: "Identity" }], loss: { type, ...args } });
  const column = [[1], [2]];

  test.each(["MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "BCELoss", "BCEWithLogitsLoss", "KLDivLoss"])(
    "%s does not broadcast its target",
    (type) => {
      expect(refusal(network(type), { input: x, target: column })).toEqual({
        code: "shape_mismatch",
        pointer: "/inputs/target",
        suggestion: undefined,
        detail: expect.stringMatching(new RegExp(`The loss \\(${type}\\).*\\[2, 3\\].*\\[2, 1\\]`)),
      });
    },
  );

  test.each<[type: string, target: unknown, words: RegExp]>([
    ["CrossEntropyLoss", column, /indices of shape \[2\] or probabilities of shape \[2, 3\].*\[2, 1\]/],
    ["CrossEntropyLoss", 1, /\[\]/],
    ["NLLLoss", x, /indices of shape \[2\]/],
  ])("%s and the target %j", (type, target, words) => {
    expect(refusal(network(type), { input: x, target })).toEqual({
      code: "shape_mismatch",
      pointer: "/inputs/target",
      suggestion: undefined,
      detail: expect.stringMatching(words),
    });
  });

  test.each<[network: unknown, target: unknown, code: ProblemCode, pointer: string]>([
    [network("CrossEntropyLoss", { weight: [1, 2] }), [0, 1], "shape_mismatch", "/network/loss/weight"],
    [network("NLLLoss", { weight: [[1, 2, 3]] }), [0, 1], "shape_mismatch", "/network/loss/weight"],
    [network("BCELoss", { weight: [1, 2] }), x, "shape_mismatch", "/network/loss/weight"],
    [network("BCEWithLogitsLoss", { pos_weight: [1, 2] }), x, "shape_mismatch", "/network/loss/pos_weight"],
    [network("BCEWithLogitsLoss", { pos_weight: [1, "two", 3] }), x, "invalid_tensor", "/network/loss/pos_weight/1"],
    [network("NLLLoss", { weight: { dtype: "float32", data: [1, 2, 3] } }), [0, 1], "type_mismatch", "/network/loss/weight"],
    [network("CrossEntropyLoss"), [0.5, 1], "invalid_tensor", "/inputs/target/0"],
    [network("CrossEntropyLoss"), { dtype: "float64", data: [0, 1] }, "type_mismatch", "/inputs/target"],
  ])("%j with the target %j", (source, target, code, pointer) => {
    expect(refusal(source, { input: x, target })).toMatchObject({ code, pointer });
  });

  test.each(["CrossEntropyLoss", "NLLLoss"])("%s refuses classes that do not exist, negative ones too, unless they are ignored", (type) => {
    const lossOf = (target: number[], args: object = {}): number => {
      const { program, feeds } = compiled(network(type, args), { inputs: { input: x, target } });
      return run([program.outputs[1].value], feeds)[0].data[0];
    };
    expect(() => lossOf([0, 3])).toThrow(/3/);
    expect(() => lossOf([-1, 1])).toThrow();
    expect(lossOf([-1, 1], { ignore_index: -1 })).toBe(lossOf([-100, 1]));
  });
});

describe("tensors", () => {
  const network = { layers: [{ ...linear, name: "fc" }], loss: { type: "MSELoss" } };
  const target = [
    [1, 2],
    [3, 4],
  ];

  test.each<
    [
      what: string,
      source: unknown,
      inputs: object,
      parameters: object,
      code: ProblemCode,
      pointer: string,
      suggestion: string | undefined,
      words: RegExp,
    ]
  >([
    ["no input", network, { target }, {}, "missing_input", "/inputs", undefined, /input has no value/],
    ["the input under another name", network, { inputs: x, target }, {}, "missing_input", "/inputs", "inputs", /did you mean inputs/],
    ["no target", network, { input: x }, {}, "missing_input", "/inputs", undefined, /target has no value/],
    ["a target without a loss", { layers: [linear] }, { input: x, target }, {}, "unexpected_input", "/inputs/target", undefined, /no loss/],
    [
      "too many inputs",
      network,
      { input: x, target, weights: x },
      {},
      "unexpected_input",
      "/inputs/weights",
      undefined,
      /no input weights/,
    ],
    [
      "a parameter that is not one",
      network,
      { input: x, target },
      { "fc.wieght": x },
      "unexpected_parameter",
      "/parameters/fc.wieght",
      "fc.weight",
      /did you mean fc.weight/,
    ],
    [
      "a parameter by its position",
      network,
      { input: x, target },
      { "0.weight": x },
      "unexpected_parameter",
      "/parameters/0.weight",
      "fc.weight",
      /0.weight/,
    ],
    [
      "a parameter of another shape",
      network,
      { input: x, target },
      {
        "fc.weight": [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      },
      "shape_mismatch",
      "/parameters/fc.weight",
      undefined,
      /has the shape \[2, 3\], but the tensor given has \[3, 2\]/,
    ],
    [
      "parameters of another type",
      network,
      { input: { dtype: "float32", data: x }, target },
      { "fc.bias": { dtype: "float64", data: [1, 2] } },
      "type_mismatch",
      "/parameters/fc.bias",
      undefined,
      /float32/,
    ],
    [
      "integers for a linear layer",
      network,
      { input: { dtype: "int64", data: x }, target },
      {},
      "type_mismatch",
      "/inputs/input",
      undefined,
      /int64/,
    ],
    [
      "fractions for an embedding",
      { layers: [{ type: "Embedding", num_embeddings: 2, embedding_dim: 1 }] },
      { input: [0, 0.5] },
      {},
      "invalid_tensor",
      "/inputs/input/1",
      undefined,
      /0.5/,
    ],
  ])("%s", (_, source, inputs, parameters, code, pointer, suggestion, words) => {
    expect(refusal(source, inputs, parameters)).toEqual({ code, pointer, suggestion, detail: expect.stringMatching(words) });
  });

  test("an embedding inside a network takes no floats", () => {
    const source = { layers: [linear, { type: "Embedding", num_embeddings: 2, embedding_dim: 1 }] };
    expect(refusal(source, { input: x })).toMatchObject({ code: "type_mismatch", pointer: "/network/layers/1" });
  });
});

describe("limits", () => {
  test.each<[what: string, layers: Layers, limits: Partial<Limits>, code: ProblemCode, pointer: string]>([
    ["layers", Array.from({ length: 4 }, () => ({ type: "ReLU" })), { nodes: 3 }, "too_many_nodes", "/network/layers"],
    ["nodes inside layers", [{ type: "ReLU" }, { type: "ReLU6" }, { type: "ReLU" }], { nodes: 4 }, "too_many_nodes", "/network/layers/1"],
    ["a huge parameter", [{ type: "Linear", out_features: 1e9 }], {}, "tensor_too_large", "/network/layers/0"],
    [
      "a size beyond all numbers",
      [{ type: "Conv1d", out_channels: 9e15, kernel_size: 9e15, padding: 9e15 }],
      {},
      "tensor_too_large",
      "/network/layers/0",
    ],
    [
      "many large parameters",
      Array.from({ length: 40 }, () => ({ type: "Linear", out_features: 1000 })),
      { bytes: 1e8 },
      "memory_limit",
      "/network/layers/13",
    ],
    [
      "a huge output size",
      [
        { type: "Flatten", start_dim: 0 },
        { type: "Unflatten", dim: 0, unflattened_size: [1, 1, 6] },
        { type: "AdaptiveAvgPool1d", output_size: 1e12 },
      ],
      {},
      "tensor_too_large",
      "/network/layers/2",
    ],
  ])("%s", (_, layers, limits, code, pointer) => {
    expect(refusal({ layers }, { input: x }, {}, limits)).toMatchObject({ code, pointer });
  });

  test("no more recurrent layers than anybody stacks", () => {
    expect(refusal({ layers: [{ type: "RNN", hidden_size: 1, num_layers: 1e9 }] }, { input: x })).toMatchObject({
      code: "invalid_layer",
      pointer: "/network/layers/0/num_layers",
    });
  });
});
