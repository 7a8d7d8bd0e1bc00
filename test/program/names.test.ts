import { expect, test } from "vitest";
import { FreshNames, snakeName } from "../../src/program/names.ts";

test.each([
  ["Add", "add"],
  ["MatMul", "mat_mul"],
  ["ReduceLogSumExp", "reduce_log_sum_exp"],
  ["ReduceL1", "reduce_l1"],
  ["LessOrEqual", "less_or_equal"],
  ["GatherND", "gather_nd"],
  ["IsNaN", "is_nan"],
  ["TopK", "topk"],
  ["PRelu", "prelu"],
  ["LSTM", "lstm"],
  ["RNNCell", "rnn_cell"],
])("%s is %s", (type, name) => {
  expect(snakeName(type)).toBe(name);
});

test("fresh names count up, past those that are taken", () => {
  const fresh = new FreshNames(new Set(["add_2"]));
  expect(["add", "add", "mul", "add"].map((stem) => fresh.next(stem))).toEqual(["add_1", "add_3", "mul_1", "add_4"]);
});
