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
    expect(byOutput).toEqual([0, 0, 1]);
    expect(byTarget).toEqual([100, -100, 100]);
  });

  test("keeps the digits of a probability next to 0", () => {
    const { loss, byOutput } = lossOf({ type: "BCELoss" }, typed(2 ** -70), typed(0));
    expect([loss, ...byOutput]).toEqual([2 ** -70, 1]);
  });

  test.each([
    [[1.5], [1]],
    [[0.5], [-0.25]],
  ])("refuses what is no probability: output %j, target %j", (output, target) => {
    expect(() => lossOf({ type: "BCELoss" }, typed(...output), typed(...target))).toThrow(/no probability/);
  });
});

describe("KLDivLoss of a probability of zero is zero", () => {
  const infinity = Number.POSITIVE_INFINITY;

  test("with the limit of the derivative by it", () => {
    const { loss, byOutput, byTarget } = lossOf({ type: "KLDivLoss", reduction: "sum" }, [-1, -2], [0, 1]);
    expect(loss).toBe(2);
    expect(byOutput).toEqual([0, -1]);
    expect(byTarget).toEqual([-infinity, 3]);
  });

  test("beside an output of -∞, too, and as a logarithm of -∞", () => {
    expect(lossOf({ type: "KLDivLoss", reduction: "sum" }, ["-Infinity", -2], [0, 1]).loss).toBe(2);
    const { loss, byOutput, byTarget } = lossOf(
      { type: "KLDivLoss", reduction: "sum", log_target: true },
      ["-Infinity", -2],
      ["-Infinity", 0],
    );
    expect(loss).toBe(2);
    expect(byOutput).toEqual([0, -1]);
    expect(byTarget).toEqual([0, 3]);
  });
});

describe("what counts for nothing may be infinite", () => {
  test.each([
    [
      { type: "CrossEntropyLoss" },
      [[1, 2, "-Infinity"]],
      [[0.5, 0.5, 0]],
      0.8132616875182228,
      [-0.2310585786300049, 0.2310585786300049, 0],
    ],
    [
      { type: "CrossEntropyLoss", weight: [1, 1, 0] },
      [[1, 2, "-Infinity"]],
      [[0.5, 0.25, 0.25]],
      0.7349462656386669,
      [-0.2982939339725036, 0.2982939339725037, 0],
    ],
    [
      { type: "NLLLoss", weight: [1, 0], reduction: "sum" },
      [
        [-1, "-Infinity"],
        [-1, "-Infinity"],
      ],
      [0, 1],
      1,
      [-1, 0, 0, 0],
    ],
    [{ type: "BCEWithLogitsLoss", reduction: "sum" }, ["Infinity", "-Infinity", 0], [1, 0, 0], Math.LN2, [0, 0, 0.5]],
    [{ type: "BCEWithLogitsLoss", weight: [0, 1] }, ["Infinity", 0], [0, 0], Math.LN2 / 2, [0, 0.25]],
  ])("%j of %j for %j", (loss, input, target, value, byOutput) => {
    const found = lossOf(loss, input, target);
    expect(found.loss).toBeCloseTo(value, 9);
    found.byOutput.forEach((gradient, at) => expect(gradient).toBeCloseTo(byOutput[at], 9));
  });
});

describe("losses that are nearly nothing keep their digits", () => {
  const tiny = 8.533047625744066e-17;

  test.each([
    [{ type: "BCEWithLogitsLoss" }, [-37], [0], tiny, [tiny]],
    [{ type: "BCEWithLogitsLoss" }, [37], [1], tiny, [-tiny]],
    [{ type: "CrossEntropyLoss" }, [[37, 0]], [0], tiny, [-tiny, tiny]],
    [{ type: "CrossEntropyLoss" }, [[37, 0]], [[1, 0]], tiny, [-tiny, tiny]],
    [{ type: "CrossEntropyLoss" }, [[0, 0, 37]], [2], 2 * tiny, [tiny, tiny, -2 * tiny]],
  ])("%j of %j for %j", (loss, input, target, value, byOutput) => {
    const found = lossOf(loss, input, target);
    expect(found.loss / value).toBeCloseTo(1, 14);
    found.byOutput.forEach((gradient, at) => expect(gradient / byOutput[at]).toBeCloseTo(1, 14));
  });
});

test.each([
  [{ type: "HuberLoss", delta: 0.5 }, 0.5],
  [{ type: "SmoothL1Loss", beta: 0.5 }, 1],
])("%j of an infinite difference has a slope", (loss, slope) => {
  const { loss: value, byOutput, byTarget } = lossOf({ ...loss, reduction: "sum" }, ["Infinity", "-Infinity"], [0, 1]);
  expect(value).toBe(Number.POSITIVE_INFINITY);
  expect([...byOutput, ...byTarget]).toEqual([slope, -slope, -slope, slope]);
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
