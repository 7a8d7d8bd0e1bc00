import { expect, test } from "vitest";
import { nearest } from "../../src/problems/nearest.ts";

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
