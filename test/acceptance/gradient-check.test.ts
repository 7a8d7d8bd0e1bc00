import { expect, test } from "vitest";
import { sizeOf } from "../../src/tensor/shape.ts";
import { Random } from "../support/random.ts";
import { gradients } from "./service.ts";

/**
 * The textbook's gradient check: a network 784-50-10 with weights from N(0, 0.01²), three images, central differences with h = 1e-4. Each
 * parameter moves along a direction of length 1, by an input of one number, so that one request computes all the derivatives and all the losses.
 */

const h = 1e-4;
const sizes = { W1: [784, 50], b1: [50], W2: [50, 10], b2: [10] } as const;
const parameters = Object.keys(sizes) as (keyof typeof sizes)[];

test.each(["sigmoid", "relu"])("a network 784-50-10 with %s agrees with central differences", async (activation) => {
  const random = new Random(`gradient check ${activation}`);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
  const tensor = (shape: readonly number[], deviation: number): object => ({
    shape,
    dtype: "float64",
    data: Array.from({ length: sizeOf(shape) }, () => deviation * normal()),
  });
  const inputs = Object.fromEntries(
    parameters.flatMap((name) => {
      const shape = sizes[name];
      return [
        [name, tensor(shape, 0.01)],
        [`d${name}`, tensor(shape, 1 / Math.sqrt(sizeOf(shape)))],
      ];
    }),
  );
  const images = Array.from({ length: 3 }, () => Array.from({ length: 784 }, () => random.uniform()));
  const labels = [3, 0, 7].map((digit) => Array.from({ length: 10 }, (_, at) => Number(at === digit)));

  const still = Object.fromEntries(parameters.map((name) => [`t${name}`, 0]));
  const { points } = (await gradients({
    expression: `hidden = ${activation}(images @ (W1 + tW1*dW1) + (b1 + tb1*db1))
      scores = hidden @ (W2 + tW2*dW2) + (b2 + tb2*db2)
      loss = -sum(labels * log_softmax(scores, axis=1)) / 3`,
    inputs: { ...inputs, images, labels },
    wrt: Object.keys(still),
    points: [still, ...Object.keys(still).flatMap((name) => [h, -h].map((step) => ({ ...still, [name]: step })))],
    return: ["outputs", "gradients"],
  })) as unknown as { points: { outputs: { loss: number }; gradients: Record<string, number> }[] };

  const [at, ...around] = points;
  Object.keys(still).forEach((name, nth) => {
    const numeric = (around[2 * nth].outputs.loss - around[2 * nth + 1].outputs.loss) / (2 * h);
    expect(Math.abs(at.gradients[name] - numeric), name).toBeLessThan(1e-10);
    expect(Math.abs(numeric), name).toBeGreaterThan(1e-5);
  });
});
