import { describe, expect, test } from "vitest";
import type { ProblemCode } from "../../../src/problems/catalogue.ts";
import { problemOf } from "../../support/problems.ts";
import { compiled, type Layers, refusal } from "./support.ts";

const linear = { type: "Linear", out_features: 2 };
const x = [
  [1, 2, 3],
  [4, 5, 6],
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
    [{ type: "MSE" }, "/network/loss/type", "MSELoss"],
    [{ type: "Linear", out_features: 1 }, "/network/loss/type", undefined],
  ])("an unknown loss: %j", (loss, pointer, suggestion) => {
    expect(refusal({ layers: [linear], loss }, { input: x, target: x })).toMatchObject({ code: "unknown_layer", pointer, suggestion });
  });
});
