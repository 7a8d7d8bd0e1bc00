import { z } from "zod";
import { count, inplace, layer, real } from "./arguments.ts";

const dim = z
  .int()
  .nullable()
  .default(null)
  .meta({
    description:
      "The dimension that sums to one; negative numbers count from the end. Left out, it is 0 for inputs of zero, one or three dimensions, else 1",
    examples: [1],
  });

export const ReLU = layer("ReLU", "max(0, x). Its derivative at 0 is 0.", { inplace });
export const ReLU6 = layer("ReLU6", "x held between 0 and 6. Its derivative at both bounds is 0.", { inplace });
export const LeakyReLU = layer("LeakyReLU", "x where positive, else x times a slope.", {
  negative_slope: real(0.01, "The slope for x ≤ 0", 0.2),
  inplace,
});
export const PReLU = layer("PReLU", "x where positive, else x times a learned slope.", {
  num_parameters: count(1, "Number of slopes: one for all, or one for each channel", 3),
  init: real(0.25, "What the slopes start from", 0.1),
});
export const ELU = layer("ELU", "x where positive, else α (exp(x) − 1).", { alpha: real(1, "α", 0.5), inplace });
export const SELU = layer("SELU", "An ELU with the fixed scale and α that keep mean and variance of normal activations.", { inplace });
export const CELU = layer("CELU", "x where positive, else α (exp(x/α) − 1).", {
  alpha: real(1, "α", 0.5).refine((alpha) => alpha !== 0, { error: "α divides x, so it may not be 0" }),
  inplace,
});
export const GELU = layer(
  "GELU",
  "x Φ(x), with the distribution function Φ of the normal distribution.",
  {
    approximate: z
      .enum(["none", "tanh"])
      .default("none")
      .meta({ description: "Whether Φ is exact or approximated with tanh", examples: ["tanh"] }),
  },
  { approximate: "tanh" },
);
export const Sigmoid = layer("Sigmoid", "1 / (1 + exp(−x)).", {});
export const LogSigmoid = layer("LogSigmoid", "The logarithm of the sigmoid, computed without overflow.", {});
export const Hardsigmoid = layer("Hardsigmoid", "x/6 + 1/2 held between 0 and 1. Its derivative at both ends is 0.", { inplace });
export const Hardswish = layer("Hardswish", "x times its Hardsigmoid. Its derivative is 0 at −3 and 1 at 3.", { inplace });
export const Hardtanh = layer("Hardtanh", "x held between two bounds. Its derivative at both bounds is 0.", {
  min_val: real(-1, "The lower bound", -2),
  max_val: real(1, "The upper bound", 2),
  inplace,
});
export const SiLU = layer("SiLU", "x times its sigmoid, also called swish.", { inplace });
export const Mish = layer("Mish", "x tanh(softplus(x)).", { inplace });
export const Softplus = layer("Softplus", "log(1 + exp(β x)) / β, and x itself where β x exceeds the threshold.", {
  beta: real(1, "β", 2).refine((beta) => beta !== 0, { error: "β divides the result, so it may not be 0" }),
  threshold: real(20, "Where the function is taken to be x", 10),
});
export const Softsign = layer("Softsign", "x / (1 + |x|).", {});
export const Tanh = layer("Tanh", "The hyperbolic tangent.", {});
export const Tanhshrink = layer("Tanhshrink", "x − tanh(x).", {});
export const Threshold = layer(
  "Threshold",
  "x where it exceeds the threshold, else a fixed value.",
  {
    threshold: z.number().meta({ description: "What x must exceed to pass", examples: [0.5] }),
    value: z.number().meta({ description: "What stands in place of the others", examples: [0] }),
    inplace,
  },
  { threshold: 0.5, value: 0 },
);
const lambd = z.number().min(0).default(0.5);
export const Softshrink = layer("Softshrink", "x moved towards 0 by λ, and 0 where |x| ≤ λ.", {
  lambd: lambd.meta({ description: "λ", examples: [1] }),
});
export const Hardshrink = layer("Hardshrink", "x, and 0 where |x| ≤ λ.", { lambd: lambd.meta({ description: "λ", examples: [1] }) });
export const Softmax = layer("Softmax", "Exponentials divided by their sum along a dimension.", { dim }, { dim: 1 });
export const LogSoftmax = layer("LogSoftmax", "The logarithm of the softmax along a dimension.", { dim }, { dim: 1 });
export const Softmin = layer("Softmin", "The softmax of −x along a dimension.", { dim }, { dim: 1 });
