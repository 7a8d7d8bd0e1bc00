import { z } from "zod";
import type { Value } from "../../../ir/graph.ts";
import { celu, elu, selu } from "../../../ops/activation/exponential-linear.ts";
import { gelu } from "../../../ops/activation/gelu.ts";
import { leakyRelu } from "../../../ops/activation/leaky-relu.ts";
import { pRelu } from "../../../ops/activation/p-relu.ts";
import { relu } from "../../../ops/activation/relu.ts";
import { where } from "../../../ops/arithmetic/where.ts";
import { greaterOrEqual, lessOrEqual } from "../../../ops/logic/comparison.ts";
import { reshape } from "../../../ops/shape/reshape.ts";
import { formatShape } from "../../../tensor/shape.ts";
import { count, inplace, real } from "../arguments.ts";
import { defineLayer, type Layer, LayerFault, parameter } from "../define.ts";
import { constantly } from "../initialisers.ts";

/** torch.nn's constants in full; the operator's defaults are those of the standard, rounded to single precision. */
const seluConstants = { alpha: 1.6732632423543772848170429916717, gamma: 1.0507009873554804934193349852946 };

/** `x` held between two bounds, at which torch.nn lets no gradient pass, other than the operator that clips. */
export const held = (x: Value, low: number, high: number): Value =>
  where(lessOrEqual(x, low), low, where(greaterOrEqual(x, high), high, x));

export const linearUnits: readonly Layer[] = [
  defineLayer({ type: "ReLU", description: "max(0, x). Its derivative at 0 is 0.", arguments: { inplace }, build: relu }),
  defineLayer({
    type: "ReLU6",
    description: "x held between 0 and 6. Its derivative at both bounds is 0.",
    arguments: { inplace },
    build: (x) => held(x, 0, 6),
  }),
  defineLayer({
    type: "LeakyReLU",
    description: "x where positive, else x times a slope.",
    arguments: {
      negative_slope: real(0.01, "The slope for x ≤ 0", 0.2),
      inplace,
    },
    build: (x, { negative_slope }) => leakyRelu(x, negative_slope),
  }),
  defineLayer({
    type: "PReLU",
    description: "x where positive, else x times a learned slope.",
    arguments: {
      num_parameters: count(1, "Number of slopes: one for all, or one for each channel", 3),
      init: real(0.25, "What the slopes start from", 0.1),
    },
    parameters: ({ num_parameters, init }) => [parameter("weight", [num_parameters], constantly(init))],
    build: (x, { num_parameters: count }, { parameter }) => {
      const slopes = parameter("weight");
      if (count === 1) return pRelu(x, reshape(slopes, []));
      if (x.shape[1] === count) return pRelu(x, reshape(slopes, [count, ...x.shape.slice(2).map(() => 1)]));
      const channels = x.shape.length < 2 ? "no dimension of channels" : `${x.shape[1]} channels`;
      const message = `its num_parameters is ${count}, but its input of shape ${formatShape(x.shape)} has ${channels}`;
      throw new LayerFault("shape_mismatch", message, "num_parameters");
    },
  }),
  defineLayer({
    type: "ELU",
    description: "x where positive, else α (exp(x) − 1).",
    arguments: { alpha: real(1, "α", 0.5), inplace },
    build: (x, { alpha }) => elu(x, alpha),
  }),
  defineLayer({
    type: "SELU",
    description: "An ELU with the fixed scale and α that keep mean and variance of normal activations.",
    arguments: { inplace },
    build: (x) => selu(x, seluConstants),
  }),
  defineLayer({
    type: "CELU",
    description: "x where positive, else α (exp(x/α) − 1).",
    arguments: {
      alpha: real(1, "α", 0.5).refine((alpha) => alpha !== 0, { error: "α divides x, so it may not be 0" }),
      inplace,
    },
    build: (x, { alpha }) => celu(x, alpha),
  }),
  defineLayer({
    type: "GELU",
    description: "x Φ(x), with the distribution function Φ of the normal distribution.",
    arguments: {
      approximate: z
        .enum(["none", "tanh"])
        .default("none")
        .meta({ description: "Whether Φ is exact or approximated with tanh", examples: ["tanh"] }),
    },
    example: { approximate: "tanh" },
    build: (x, { approximate }) => gelu(x, approximate),
  }),
];
