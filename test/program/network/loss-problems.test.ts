import { describe, expect, test } from "vitest";
import type { ProblemCode } from "../../../src/problems/catalogue.ts";
import { compiled, refusal, run } from "./support.ts";

const x = [
  [1, 2, 3],
  [4, 5, 6],
];

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
