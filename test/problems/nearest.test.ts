import { expect, test } from "vitest";
import { misspelt, nearest } from "../../src/problems/nearest.ts";

test.each<[name: string, candidates: readonly string[], meant: readonly string[]]>([
  ["Sofmax", ["Softmax", "Softmin", "Add"], ["Softmax"]],
  ["relu", ["ReLU", "ELU"], ["ReLU", "ELU"]],
  ["expr", ["graph", "expression"], ["expression"]],
  ["ab", ["ac", "AB"], ["AB"]],
  ["Linaer", ["Bilinear", "Linear"], ["Linear"]],
  ["x", ["y"], []],
])("%s among %j is probably %j", (name, candidates, meant) => {
  expect(nearest(name, candidates)).toEqual(meant);
});

test.each<[name: string, candidates: readonly string[], meant: readonly string[]]>([
  ["Sofmax", ["Softmax", "Softmin", "Add"], ["Softmax"]],
  ["relu", ["ReLU", "ELU"], ["ReLU"]],
  ["CrossEntropy", ["CrossEntropyLoss", "MSELoss"], ["CrossEntropyLoss"]],
  ["Linaer", ["Bilinear", "Linear"], ["Linear"]],
  ["tnah", ["tan", "tanh"], ["tanh"]],
  ["sinn", ["sin", "sinh"], ["sin"]],
  ["mat_ml", ["mat_mul"], ["mat_mul"]],
  // What is close and computes something else is not offered.
  ["LpPool", ["MaxPool", "AveragePool"], []],
  ["Conv4d", ["Conv1d", "Conv2d"], []],
  ["MAELoss", ["MSELoss", "L1Loss"], []],
  ["NAdam", ["Adam", "AdamW"], []],
  ["AdamW", ["Adam", "AdamW"], ["AdamW"]],
  ["cosh", ["cos", "cot"], []],
  ["Hardmax", ["Softmax", "Hardswish"], []],
])("%s among %j is a slip of %j", (name, candidates, meant) => {
  expect(misspelt(name, candidates)).toEqual(meant);
});
