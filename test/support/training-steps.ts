import { reverse } from "../../src/autodiff/reverse.ts";
import { type Plan, plan } from "../../src/plan/plan.ts";
import { input, type Value } from "../../src/ir/graph.ts";
import { relu } from "../../src/ops/activation/relu.ts";
import { mul } from "../../src/ops/arithmetic/mul.ts";
import { sub } from "../../src/ops/arithmetic/sub.ts";
import { gemm } from "../../src/ops/linear/gemm.ts";
import { conv } from "../../src/ops/network/conv.ts";
import { softmaxCrossEntropyLoss } from "../../src/ops/network/likelihood-loss.ts";
import { maxPool } from "../../src/ops/network/max-pool.ts";
import { filled } from "../../src/ops/shape/expand.ts";
import { reshape } from "../../src/ops/shape/reshape.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { type Tensor, tensorOf } from "../../src/tensor/tensor.ts";
import { Random } from "./random.ts";

type Float = "float32" | "float64";

/** A step of gradient descent: forward, backward and update, with the numbers to begin with. */
export interface TrainingStep {
  readonly plan: Plan;
  /** Input, target, then parameters; the parameters are fed once. */
  readonly feeds: readonly Tensor[];
  readonly parameters: number;
}

interface Network {
  readonly input: Shape;
  readonly parameters: readonly Shape[];
  readonly scores: (x: Value, parameters: readonly Value[]) => Value;
}

const classes = 10;

/** Affine, ReLU, affine. */
export const mlp = (inputs = 784, hidden = 256, batch = 64): Network => ({
  input: [batch, inputs],
  parameters: [[hidden, inputs], [hidden], [classes, hidden], [classes]],
  scores: (x, [w1, b1, w2, b2]) => gemm(relu(gemm(x, w1, b1, { transB: true })), w2, b2, { transB: true }),
});

/** Twice convolution 3×3, ReLU and max pooling 2×2, then affine. */
export const cnn = (size = 28, channels: readonly [number, number] = [16, 32], batch = 32): Network => {
  const [first, second] = channels;
  const features = second * Math.floor(size / 4) ** 2;
  const block = (x: Value, w: Value, b: Value): Value =>
    maxPool(relu(conv(x, w, b, { pads: [1, 1, 1, 1] })), { kernel_shape: [2, 2], strides: [2, 2] });
  return {
    input: [batch, 1, size, size],
    parameters: [[first, 1, 3, 3], [first], [second, first, 3, 3], [second], [classes, features], [classes]],
    scores: (x, [w1, b1, w2, b2, w3, b3]) => gemm(reshape(block(block(x, w1, b1), w2, b2), [batch, features]), w3, b3, { transB: true }),
  };
};

/** Softmax cross-entropy and gradient descent for a network, from seeded numbers. */
export function trainingStep({ input: shape, parameters, scores }: Network, dtype: Float, rate = 0.05): TrainingStep {
  const random = new Random(7);
  const [batch] = shape;
  const x = input({ dtype, shape });
  const target = input({ dtype: "int64", shape: [batch] });
  const weights = parameters.map((each) => input({ dtype, shape: each }));
  const [loss] = softmaxCrossEntropyLoss(scores(x, weights), target);
  const { gradientOf } = reverse([loss], [filled(1, loss)]);
  const updates = new Map(weights.map((weight) => [weight, sub(weight, mul(gradientOf(weight) ?? filled(0, weight), rate))]));
  const scale = (each: Shape): number => 1 / Math.sqrt(each.slice(1).reduce((product, size) => product * size, 1));
  return {
    plan: plan([x, target, ...weights], [loss], { updates }),
    feeds: [
      random.tensor(dtype, shape, [-1, 1]),
      tensorOf(
        "int64",
        [batch],
        Array.from({ length: batch }, () => random.integer(0, classes - 1)),
      ),
      ...parameters.map((each) => random.tensor(dtype, each, [-scale(each), scale(each)])),
    ],
    parameters: parameters.length,
  };
}
