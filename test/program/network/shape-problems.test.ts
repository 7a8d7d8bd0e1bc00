import { describe, expect, test } from "vitest";
import { type Layers, refusal } from "./support.ts";

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
