import { describe, expect, test } from "vitest";
import { reverse } from "../../src/autodiff/reverse.ts";
import { constant, graphOf, input, type Value } from "../../src/ir/graph.ts";
import { apply } from "../../src/ops/apply.ts";
import { averagePool } from "../../src/ops/network/average-pool.ts";
import { batchNormalization } from "../../src/ops/network/batch-normalization.ts";
import { conv } from "../../src/ops/network/conv.ts";
import { convTranspose } from "../../src/ops/network/conv-transpose.ts";
import { dropout } from "../../src/ops/network/dropout.ts";
import { negativeLogLikelihoodLoss, softmaxCrossEntropyLoss } from "../../src/ops/network/likelihood-loss.ts";
import { lstm } from "../../src/ops/network/lstm.ts";
import { maxPool } from "../../src/ops/network/max-pool.ts";
import { rnn } from "../../src/ops/network/rnn.ts";
import { filled } from "../../src/ops/shape/expand.ts";
import { type Tensor, tensorOf, zeros } from "../../src/tensor/tensor.ts";
import { interpret } from "../support/interpret.ts";
import { operatorNamed } from "../support/operator.ts";
import { Random } from "../support/random.ts";
import "../support/close.ts";
import { floats, numbersOf } from "../support/values.ts";

const doubles = (shape: readonly number[], numbers: readonly number[]): Tensor => tensorOf("float64", shape, numbers);
const image = (...numbers: number[]): Value => constant(doubles([1, 1, numbers.length], numbers));
const labels = (...numbers: number[]): Value => constant(tensorOf("int64", [numbers.length], numbers));
const run = (...values: Value[]): Tensor[] => interpret(graphOf([], values));
const gradients = (y: Value, ...by: Value[]): Tensor[] => {
  const back = reverse([y], [filled(1, y)]);
  return run(...by.map((value) => back.gradientOf(value) ?? filled(0, value)));
};

describe("convolutions", () => {
  /** By the definition, in two dimensions. */
  function convolved(
    x: Tensor,
    w: Tensor,
    [top, left, bottom, right]: readonly number[],
    [down, across]: readonly number[],
    group: number,
  ): Tensor {
    const [batch, , height, width] = x.shape;
    const [filters, channels, tall, wide] = w.shape;
    const [rows, columns] = [(height + top + bottom - tall) / down, (width + left + right - wide) / across].map((n) => Math.floor(n) + 1);
    const y = zeros("float64", [batch, filters, rows, columns]);
    for (let at = 0; at < y.data.length; at++) {
      const [q, p, m, n] = [
        at % columns,
        Math.floor(at / columns) % rows,
        Math.floor(at / columns / rows) % filters,
        Math.floor(at / columns / rows / filters),
      ];
      for (let k = 0; k < channels * tall * wide; k++) {
        const [j, i, c] = [k % wide, Math.floor(k / wide) % tall, Math.floor(k / wide / tall)];
        const [row, column] = [p * down + i - top, q * across + j - left];
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        const channel = Math.floor(m / (filters / group)) * channels + c;
        y.data[at] += x.data[((n * channels * group + channel) * height + row) * width + column] * w.data[m * channels * tall * wide + k];
      }
    }
    return y;
  }

  test.each(Array.from({ length: 30 }, (_, seed) => [seed]))("follow the definition, case %i", (seed) => {
    const random = new Random(seed);
    const group = random.integer(1, 3);
    const x = random.tensor("float64", [random.integer(1, 3), group * random.integer(1, 3), random.integer(4, 20), random.integer(4, 20)]);
    const w = random.tensor("float64", [group * random.integer(1, 6), x.shape[1] / group, random.integer(1, 4), random.integer(1, 4)]);
    const pads = Array.from({ length: 4 }, () => random.integer(0, 5));
    const strides = [random.integer(1, 3), random.integer(1, 3)];
    const [y] = run(conv(constant(x), constant(w), null, { pads, strides, group }));
    expect(y).toBeNear(convolved(x, w, pads, strides, group), { absolute: 1e-12 });
  });

  test("refuse what does not fit, with the shapes", () => {
    expect(() => conv(floats(1, 3, 5), floats(2, 2, 3))).toThrow("take 2 channels, but the input of shape [1, 3, 5] has 3");
    expect(() => conv(floats(1, 2, 5), floats(3, 1, 3), null, { group: 2 })).toThrow("group is 2, which does not divide 3");
    expect(() => conv(floats(1, 1, 5), floats(1, 1, 3, 3))).toThrow("the weights of Conv have shape [1, 1, 3, 3]");
    expect(() => conv(floats(1, 1, 5), floats(1, 1, 6))).toThrow("reaches over 6 elements of spatial axis 0, which has 5");
    expect(() => conv(floats(1, 1, 5), floats(2, 1, 3), floats(3))).toThrow("bias of Conv has shape [3] instead of [2]");
    expect(() => conv(floats(1, 1, 5), floats(1, 1, 3), null, { strides: [1, 1] })).toThrow("strides has 2 numbers, but 1 are needed");
    expect(() => conv(floats(1, 1, 5), floats(1, 1, 3), null, { kernel_shape: [2] })).toThrow("kernel_shape is [2]");
    expect(() => conv(floats(3, 5), floats(1, 1, 3))).toThrow(expect.objectContaining({ fault: "shape", input: 0 }));
  });

  test("transposed, take the size of the output from output_shape", () => {
    const shapeOf = (given: Parameters<typeof convTranspose>[3]): readonly number[] =>
      convTranspose(floats(1, 1, 3), floats(1, 1, 3), null, { strides: [2], ...given }).shape.slice(2);
    expect(shapeOf({})).toEqual([7]);
    expect(shapeOf({ output_shape: [6] })).toEqual([6]);
    expect(shapeOf({ output_shape: [8] })).toEqual([8]);
    expect(shapeOf({ auto_pad: "SAME_UPPER" })).toEqual([6]);
    expect(() => shapeOf({ output_shape: [9] })).toThrow("output_shape 9 of axis 0 is beyond the 7 elements");
    expect(() => shapeOf({ output_padding: [2] })).toThrow("output_padding 2 of axis 0");
    expect(() => shapeOf({ pads: [4, 3] })).toThrow("pads take away all of the 7 elements");
  });
});

describe("pools", () => {
  test("a NaN is the largest element, wherever it stands, and the first of several", () => {
    const op = operatorNamed("MaxPool");
    const [y, indices] = run(...apply(op, [image(1, Number.NaN, 2, Number.NaN)], op.attributes.parse({ kernel_shape: [3] })));
    expect(Array.from(y.data)).toEqual([Number.NaN, Number.NaN]);
    expect(Array.from(indices.data)).toEqual([1, 1]);
  });

  test("gradients are right whichever way the indices count", () => {
    const x = constant(new Random(1).tensor("float64", [2, 2, 3, 4]));
    const [rows, columns] = ([0, 1] as const).map((storage_order) => maxPool(x, { kernel_shape: [2, 2], storage_order }));
    expect(gradients(columns, x)[0]).toBeNear(gradients(rows, x)[0]);
  });

  test("windows of nothing but padding are refused, where they have no value", () => {
    const x = floats(1, 1, 2);
    expect(() => maxPool(x, { kernel_shape: [2], pads: [2, 0] })).toThrow(
      "window 0 of MaxPool along spatial axis 0 covers nothing but padding",
    );
    expect(() => averagePool(x, { kernel_shape: [2], pads: [0, 2] })).toThrow("window 2 of AveragePool");
    expect(numbersOf(averagePool(image(4, 6), { kernel_shape: [2], pads: [2, 0], count_include_pad: true }))).toEqual([0, 2, 5]);
  });
});

describe("normalisation and dropout", () => {
  test("running statistics are there in training only", () => {
    const x = floats(2, 3, 4);
    const each = [1, 2, 3, 4].map(() => floats(3)) as [Value, Value, Value, Value];
    expect(batchNormalization(x, ...each)).toHaveLength(1);
    expect(batchNormalization(x, ...each, { training_mode: true })).toHaveLength(3);
    expect(() => apply(operatorNamed("BatchNormalization"), [x, ...each])).toThrow("training mode only");
    expect(() => batchNormalization(floats(2, 4), ...each)).toThrow("scale of BatchNormalization has shape [3] instead of [4]");
  });

  test("statistics and scales may have an element type of their own", () => {
    const x = input({ dtype: "float32", shape: [2, 3, 4] });
    const each = [1, 2, 3, 4].map(() => floats(3)) as [Value, Value, Value, Value];
    expect(batchNormalization(x, ...each, { training_mode: true }).map(({ dtype }) => dtype)).toEqual(["float32", "float64", "float64"]);
  });

  test("dropout keeps the expectation, repeats for a seed, and changes nothing outside training", () => {
    const ones = filled(1, { dtype: "float64", shape: [10_000] });
    const dropped = numbersOf(dropout(ones, { ratio: 0.2, training: true, seed: 1 }));
    expect(new Set(dropped)).toEqual(new Set([0, 1.25]));
    expect(dropped.reduce((sum, x) => sum + x) / dropped.length).toBeCloseTo(1, 1);
    expect(numbersOf(dropout(ones, { ratio: 0.2, training: true, seed: 1 }))).toEqual(dropped);
    expect(numbersOf(dropout(ones, { ratio: 0.2, training: true, seed: 2 }))).not.toEqual(dropped);
    expect(new Set(numbersOf(dropout(ones, { ratio: 0.2 })))).toEqual(new Set([1]));
    expect(() => dropout(ones, { ratio: 1.5 })).toThrow("the ratio of Dropout is 1.5");
  });
});

describe("likelihood losses", () => {
  const scores = constant(doubles([2, 3], [1, 2, 3, Number.NEGATIVE_INFINITY, 0, 1]));

  test.each([3, -1, -3])("refuse label %i of 3 classes", (label) => {
    for (const reduction of ["mean", "none"] as const) {
      const loss = (): Tensor[] => run(softmaxCrossEntropyLoss(scores, labels(0, label), null, { reduction, ignore_index: 7 })[0]);
      expect(loss).toThrow(expect.objectContaining({ fault: "index" }));
    }
  });

  test("take nothing from ignored labels, neither values nor gradients", () => {
    const weights = constant(doubles([3], [2, 3, 4]));
    const loss = negativeLogLikelihoodLoss(scores, labels(1, -100), weights, { ignore_index: -100 });
    expect(numbersOf(loss)).toEqual([-2]);
    const [byScores, byWeights] = gradients(loss, scores, weights);
    expect(byScores).toBeNear(doubles([2, 3], [0, -1, 0, 0, 0, 0]));
    expect(byWeights).toBeNear(doubles([3], [0, 0, 0]), { absolute: 1e-15 });
  });
});

describe("windows that reach too far", () => {
  const [x, w] = [floats(1, 1, 4), floats(1, 1, 2)];

  test.each<[string, () => Value, string]>([
    ["a padding", () => conv(x, w, null, { pads: [2 ** 31, 2 ** 31] }), "pads"],
    ["a padding that strides leap over", () => conv(x, w, null, { pads: [1e15, 0], strides: [1e14] }), "pads"],
    ["a dilation that is padded for", () => conv(x, w, null, { auto_pad: "SAME_UPPER", dilations: [2 ** 31] }), "dilations"],
    ["strides, transposed", () => convTranspose(x, w, null, { strides: [2 ** 31], pads: [2 ** 31, 2 ** 31] }), "strides"],
    ["the window of a maximum", () => maxPool(x, { kernel_shape: [2 ** 31], auto_pad: "SAME_LOWER", dilations: [4] }), "kernel_shape"],
    ["the window of an average", () => averagePool(x, { kernel_shape: [3], pads: [2 ** 40, 2 ** 40], count_include_pad: true }), "pads"],
  ])("%s", (_, make, attribute) => {
    expect(make).toThrow(expect.objectContaining({ fault: "size", attribute }));
  });

  test("long windows are counted without a walk through them", () => {
    const start = performance.now();
    const pads = [100_000, 100_000];
    averagePool(x, { kernel_shape: [100_001], pads, count_include_pad: true });
    const y = averagePool(image(1, 2, 3), { kernel_shape: [5], dilations: [2], pads: [4, 4], count_include_pad: false });
    expect(numbersOf(y)).toEqual([2, 2, 2]);
    const back = reverse([averagePool(x, { kernel_shape: [100_001], pads })], [floats(1, 1, 100_004)]);
    expect(back.gradientOf(x)?.shape).toEqual([1, 1, 4]);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe("recurrent layers", () => {
  test("a thousand steps are not too deep", () => {
    const [x, w, r] = [
      constant(new Random(3).tensor("float64", [1000, 1, 2])),
      filled(0.1, { dtype: "float64", shape: [1, 8, 2] }),
      filled(0.1, { dtype: "float64", shape: [1, 8, 2] }),
    ];
    const [, , last] = lstm({ x, w, r });
    expect(gradients(last, x)[0].data.every(Number.isFinite)).toBe(true);
  });

  test("no steps leave the state as it was", () => {
    const [w, r, initialH] = [floats(1, 2, 3), floats(1, 2, 2), constant(doubles([1, 1, 2], [5, 6]))];
    const [y, last] = rnn({ x: floats(0, 1, 3), w, r, initialH });
    expect(y.shape).toEqual([0, 1, 1, 2]);
    expect(numbersOf(last)).toEqual([5, 6]);
  });

  test("refuse what does not fit", () => {
    const [x, w, r] = [floats(3, 1, 2), floats(1, 2, 2), floats(1, 2, 2)];
    expect(() => rnn({ x, w, r: floats(1, 3, 2) })).toThrow("R of RNN has shape [1, 3, 2] instead of [1, 2, 2]");
    expect(() => rnn({ x, w, r }, { direction: "bidirectional" })).toThrow("W of RNN has shape [1, 2, 2] instead of [2, 2, 2]");
    expect(() => rnn({ x, w, r }, { hidden_size: 3 })).toThrow("hidden_size is 3");
    expect(() => rnn({ x, w, r }, { activations: ["Tanh", "Tanh", "Tanh"] })).toThrow("RNN needs 1 activations, not 3");
  });
});
