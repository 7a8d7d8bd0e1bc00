import { z } from "zod";
import { hardSigmoid, hardSwish } from "../../../ops/activation/hard.ts";
import { sigmoid } from "../../../ops/activation/sigmoid.ts";
import { softplus } from "../../../ops/activation/softplus.ts";
import { softsign } from "../../../ops/activation/softsign.ts";
import { mish, swish } from "../../../ops/activation/swish.ts";
import { tanh } from "../../../ops/activation/tanh.ts";
import { shrink } from "../../../ops/activation/threshold.ts";
import { div } from "../../../ops/arithmetic/div.ts";
import { mul } from "../../../ops/arithmetic/mul.ts";
import { neg } from "../../../ops/arithmetic/neg.ts";
import { sub } from "../../../ops/arithmetic/sub.ts";
import { where } from "../../../ops/arithmetic/where.ts";
import { greater, lessOrEqual } from "../../../ops/logic/comparison.ts";
import { inplace, real } from "../arguments.ts";
import { defineLayer, type Layer, LayerFault } from "../define.ts";
import { held } from "./linear-unit.ts";

const lambd = z
  .number()
  .min(0)
  .default(0.5)
  .meta({ description: "λ", examples: [1] });

export const activations: readonly Layer[] = [
  defineLayer({ type: "Sigmoid", description: "1 / (1 + exp(−x)).", arguments: {}, build: sigmoid }),
  defineLayer({
    type: "LogSigmoid",
    description: "The logarithm of the sigmoid, computed without overflow.",
    arguments: {},
    build: (x) => neg(softplus(neg(x))),
  }),
  defineLayer({
    type: "Hardsigmoid",
    description: "x/6 + 1/2 held between 0 and 1. Its derivative at both ends is 0.",
    arguments: { inplace },
    build: (x) => hardSigmoid(x, 1 / 6, 0.5),
  }),
  defineLayer({
    type: "Hardswish",
    description: "x times its Hardsigmoid. Its derivative is 0 at −3 and 1 at 3.",
    arguments: { inplace },
    build: hardSwish,
  }),
  defineLayer({
    type: "Hardtanh",
    description: "x held between two bounds. Its derivative at both bounds is 0.",
    arguments: {
      min_val: real(-1, "The lower bound", -2),
      max_val: real(1, "The upper bound", 2),
      inplace,
    },
    build: (x, { min_val, max_val }) => {
      if (min_val < max_val) return held(x, min_val, max_val);
      throw new LayerFault("invalid_layer", `its min_val ${min_val} is not below its max_val ${max_val}`, "min_val");
    },
  }),
  defineLayer({ type: "SiLU", description: "x times its sigmoid, also called swish.", arguments: { inplace }, build: (x) => swish(x) }),
  defineLayer({ type: "Mish", description: "x tanh(softplus(x)).", arguments: { inplace }, build: mish }),
  defineLayer({
    type: "Softplus",
    description: "log(1 + exp(β x)) / β, and x itself where β x exceeds the threshold.",
    arguments: {
      beta: real(1, "β", 2).refine((beta) => beta !== 0, { error: "β divides the result, so it may not be 0" }),
      threshold: real(20, "Where the function is taken to be x", 10),
    },
    build: (x, { beta, threshold }) => {
      const scaled = beta === 1 ? x : mul(x, beta);
      const curved = softplus(scaled);
      return where(greater(scaled, threshold), x, beta === 1 ? curved : div(curved, beta));
    },
  }),
  defineLayer({ type: "Softsign", description: "x / (1 + |x|).", arguments: {}, build: softsign }),
  defineLayer({ type: "Tanh", description: "The hyperbolic tangent.", arguments: {}, build: tanh }),
  defineLayer({ type: "Tanhshrink", description: "x − tanh(x).", arguments: {}, build: (x) => sub(x, tanh(x)) }),
  defineLayer({
    type: "Threshold",
    description: "x where it exceeds the threshold, else a fixed value.",
    arguments: {
      threshold: z.number().meta({ description: "What x must exceed to pass", examples: [0.5] }),
      value: z.number().meta({ description: "What stands in place of the others", examples: [0] }),
      inplace,
    },
    example: { threshold: 0.5, value: 0 },
    build: (x, { threshold, value }) => where(lessOrEqual(x, threshold), value, x),
  }),
  defineLayer({
    type: "Softshrink",
    description: "x moved towards 0 by λ, and 0 where |x| ≤ λ.",
    arguments: {
      lambd,
    },
    build: (x, { lambd }) => shrink(x, { lambd, bias: lambd }),
  }),
  defineLayer({
    type: "Hardshrink",
    description: "x, and 0 where |x| ≤ λ.",
    arguments: { lambd },
    build: (x, { lambd }) => shrink(x, { lambd, bias: 0 }),
  }),
];
