import type { Value } from "../../ir/graph.ts";
import { elu } from "../activation/exponential-linear.ts";
import { hardSigmoid } from "../activation/hard.ts";
import { leakyRelu } from "../activation/leaky-relu.ts";
import { relu } from "../activation/relu.ts";
import { sigmoid } from "../activation/sigmoid.ts";
import { softplus } from "../activation/softplus.ts";
import { softsign } from "../activation/softsign.ts";
import { tanh } from "../activation/tanh.ts";
import { thresholdedRelu } from "../activation/threshold.ts";
import { add } from "../arithmetic/add.ts";
import { mul } from "../arithmetic/mul.ts";

export type Activation = (x: Value) => Value;

/** Functions that recurrent cells may use, as ONNX names them. */
export const activationNames = [
  "Relu",
  "Tanh",
  "Sigmoid",
  "Affine",
  "LeakyRelu",
  "ThresholdedRelu",
  "ScaledTanh",
  "HardSigmoid",
  "Elu",
  "Softsign",
  "Softplus",
] as const;

export type ActivationName = (typeof activationNames)[number];

interface Parameterised {
  readonly f: (x: Value, alpha: number, beta: number) => Value;
  /** Defaults of the parameters that the function has. */
  readonly alpha?: number;
  readonly beta?: number;
}

const functions: Readonly<Record<ActivationName, Parameterised>> = {
  Relu: { f: (x) => relu(x) },
  Tanh: { f: (x) => tanh(x) },
  Sigmoid: { f: (x) => sigmoid(x) },
  Affine: { f: (x, alpha, beta) => add(mul(x, alpha), beta), alpha: 1, beta: 0 },
  LeakyRelu: { f: (x, alpha) => leakyRelu(x, alpha), alpha: 0.01 },
  ThresholdedRelu: { f: (x, alpha) => thresholdedRelu(x, alpha), alpha: 1 },
  ScaledTanh: { f: (x, alpha, beta) => mul(tanh(mul(x, beta)), alpha), alpha: 1, beta: 1 },
  HardSigmoid: { f: (x, alpha, beta) => hardSigmoid(x, alpha, beta), alpha: 0.2, beta: 0.5 },
  Elu: { f: (x, alpha) => elu(x, alpha), alpha: 1 },
  Softsign: { f: (x) => softsign(x) },
  Softplus: { f: (x) => softplus(x) },
};

/** The named functions with their parameters, which the lists give in order to those functions that have such a parameter. */
export function activationsOf(names: readonly ActivationName[], alphas: readonly number[], betas: readonly number[]): Activation[] {
  let nextAlpha = 0;
  let nextBeta = 0;
  return names.map((name) => {
    const { f, alpha, beta } = functions[name];
    const ownAlpha = alpha === undefined ? 0 : (alphas[nextAlpha++] ?? alpha);
    const ownBeta = beta === undefined ? 0 : (betas[nextBeta++] ?? beta);
    return (x) => f(x, ownAlpha, ownBeta);
  });
}
