import { describe, expect, test } from "vitest";
import { reverse } from "../../../src/autodiff/reverse.ts";
import { filled } from "../../../src/ops/shape/expand.ts";
import { compiled, named, run } from "./support.ts";

/** The loss of given numbers, and its gradient by the output and, where it has one, by the target. */
function lossOf(loss: object, input: unknown, target: unknown): { loss: number; byOutput: number[]; byTarget: number[] } {
  const { program, feeds } = compiled({ layers: [{ type: "Identity" }], loss }, { inputs: { input, target } });
  const value = named(program.outputs, "loss");
  const { gradientOf } = reverse([value], [filled(1, value)]);
  const gradients = ["input", "target"].map((name) => gradientOf(named(program.inputs, name)) ?? filled(0, value));
  const [result, byOutput, byTarget] = run([value, ...gradients], feeds).map(({ data }) => Array.from(data));
  return { loss: result[0], byOutput, byTarget };
}

describe.each(["float64", "float32"])("BCELoss in %s", (dtype) => {
  const typed = (...data: number[]): object => ({ dtype, data });

  test("holds its logarithms at -100, where no gradient flows through them", () => {
    const { loss, byOutput, byTarget } = lossOf({ type: "BCELoss", reduction: "sum" }, typed(0, 1, 0), typed(1, 0, 0));
    expect(loss).toBe(200);
    expect(byOutput).toEqual([0, -0, 1]);
    expect(byTarget).toEqual([100, -100, 100]);
  });
});

test("KLDivLoss of a probability of zero is zero, with finite gradients", () => {
  const { loss, byOutput, byTarget } = lossOf({ type: "KLDivLoss", reduction: "sum" }, [-1, -2], [0, 1]);
  expect(loss).toBe(2);
  expect(byOutput).toEqual([-0, -1]);
  expect(byTarget).toEqual([1, 3]);
});

describe("targets that are all ignored", () => {
  const scores = [
    [1, 2],
    [3, 4],
  ];

  test.each([0, 0.5])("have no mean, and a sum of zero, with label_smoothing %d", (label_smoothing) => {
    const ignoring = { type: "CrossEntropyLoss", label_smoothing };
    expect(lossOf(ignoring, scores, [-100, -100]).loss).toBeNaN();
    const sum = lossOf({ ...ignoring, reduction: "sum" }, scores, [-100, -100]);
    expect(sum.loss).toBeCloseTo(0, 300);
    expect(sum.byOutput.every((gradient) => gradient === 0)).toBe(true);
  });
});
