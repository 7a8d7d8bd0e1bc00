import { describe, expect, test } from "vitest";
import type { Limits } from "../../../src/request/limits.ts";
import type { ProblemCode } from "../../../src/problems/catalogue.ts";
import { type Layers, refusal } from "./support.ts";

const x = [
  [1, 2, 3],
  [4, 5, 6],
];

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
