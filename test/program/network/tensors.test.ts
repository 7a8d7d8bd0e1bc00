import { describe, expect, test } from "vitest";
import type { ProblemCode } from "../../../src/problems/catalogue.ts";
import { refusal } from "./support.ts";

const linear = { type: "Linear", out_features: 2 };
const x = [
  [1, 2, 3],
  [4, 5, 6],
];

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
    ["no input", network, { target }, {}, "missing_input", "/inputs/input", undefined, /input has no value/],
    ["the input under another name", network, { inputs: x, target }, {}, "missing_input", "/inputs/input", "inputs", /did you mean inputs/],
    ["no target", network, { input: x }, {}, "missing_input", "/inputs/target", undefined, /target has no value/],
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
      "only some of the parameters",
      network,
      { input: x, target },
      { "fc.weight": x },
      "missing_parameter",
      "/parameters",
      undefined,
      /The parameter fc.bias has no value; give all/,
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
      { "fc.weight": x, "fc.bias": { dtype: "float64", data: [1, 2] } },
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
