import type { Value } from "../../../ir/graph.ts";
import { celu, elu, selu } from "../../../ops/activation/exponential-linear.ts";
import { gelu } from "../../../ops/activation/gelu.ts";
import { hardSigmoid, hardSwish } from "../../../ops/activation/hard.ts";
import { leakyRelu } from "../../../ops/activation/leaky-relu.ts";
import { pRelu } from "../../../ops/activation/p-relu.ts";
import { relu } from "../../../ops/activation/relu.ts";
import { sigmoid } from "../../../ops/activation/sigmoid.ts";
import { logSoftmax, softmax } from "../../../ops/activation/softmax.ts";
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
import { greater, greaterOrEqual, lessOrEqual } from "../../../ops/logic/comparison.ts";
import { reshape } from "../../../ops/shape/reshape.ts";
import { formatShape } from "../../../tensor/shape.ts";
import * as schemas from "../schemas/activation.ts";
import { defineLayer, LayerFault, parameter } from "../define.ts";
import { constantly } from "../initialisers.ts";

/** torch.nn's constants in full; the operator's defaults are those of the standard, rounded to single precision. */
const seluConstants = { alpha: 1.6732632423543772848170429916717, gamma: 1.0507009873554804934193349852946 };

/** `x` held between two bounds, at which torch.nn lets no gradient pass, other than the operator that clips. */
const held = (x: Value, low: number, high: number): Value => where(lessOrEqual(x, low), low, where(greaterOrEqual(x, high), high, x));

export const ReLU = defineLayer(schemas.ReLU, { build: relu });
export const ReLU6 = defineLayer(schemas.ReLU6, { build: (x) => held(x, 0, 6) });
export const LeakyReLU = defineLayer(schemas.LeakyReLU, { build: (x, { negative_slope }) => leakyRelu(x, negative_slope) });
export const ELU = defineLayer(schemas.ELU, { build: (x, { alpha }) => elu(x, alpha) });
export const SELU = defineLayer(schemas.SELU, { build: (x) => selu(x, seluConstants) });
export const CELU = defineLayer(schemas.CELU, { build: (x, { alpha }) => celu(x, alpha) });
export const GELU = defineLayer(schemas.GELU, { build: (x, { approximate }) => gelu(x, approximate) });
export const Sigmoid = defineLayer(schemas.Sigmoid, { build: sigmoid });
export const LogSigmoid = defineLayer(schemas.LogSigmoid, { build: (x) => neg(softplus(neg(x))) });
export const Hardsigmoid = defineLayer(schemas.Hardsigmoid, { build: (x) => hardSigmoid(x, 1 / 6, 0.5) });
export const Hardswish = defineLayer(schemas.Hardswish, { build: hardSwish });
export const SiLU = defineLayer(schemas.SiLU, { build: (x) => swish(x) });
export const Mish = defineLayer(schemas.Mish, { build: mish });
export const Softsign = defineLayer(schemas.Softsign, { build: softsign });
export const Tanh = defineLayer(schemas.Tanh, { build: tanh });
export const Tanhshrink = defineLayer(schemas.Tanhshrink, { build: (x) => sub(x, tanh(x)) });
export const Softshrink = defineLayer(schemas.Softshrink, { build: (x, { lambd }) => shrink(x, { lambd, bias: lambd }) });
export const Hardshrink = defineLayer(schemas.Hardshrink, { build: (x, { lambd }) => shrink(x, { lambd, bias: 0 }) });
export const Threshold = defineLayer(schemas.Threshold, {
  build: (x, { threshold, value }) => where(lessOrEqual(x, threshold), value, x),
});

export const Hardtanh = defineLayer(schemas.Hardtanh, {
  build: (x, { min_val, max_val }) => {
    if (min_val < max_val) return held(x, min_val, max_val);
    throw new LayerFault("invalid_layer", `its min_val ${min_val} is not below its max_val ${max_val}`, "min_val");
  },
});

export const Softplus = defineLayer(schemas.Softplus, {
  build: (x, { beta, threshold }) => {
    const scaled = beta === 1 ? x : mul(x, beta);
    const curved = softplus(scaled);
    return where(greater(scaled, threshold), x, beta === 1 ? curved : div(curved, beta));
  },
});

export const PReLU = defineLayer(schemas.PReLU, {
  parameters: ({ num_parameters, init }) => [parameter("weight", [num_parameters], constantly(init))],
  build: (x, { num_parameters: count }, { parameter }) => {
    const slopes = parameter("weight");
    if (count === 1) return pRelu(x, reshape(slopes, []));
    if (x.shape[1] === count) return pRelu(x, reshape(slopes, [count, ...x.shape.slice(2).map(() => 1)]));
    const channels = x.shape.length < 2 ? "no dimension of channels" : `${x.shape[1]} channels`;
    const message = `its num_parameters is ${count}, but its input of shape ${formatShape(x.shape)} has ${channels}`;
    throw new LayerFault("shape_mismatch", message, "num_parameters");
  },
});

/** An operation along a dimension: torch.nn's choice of it where none is named. A single number is taken as a list of one. */
function along(x: Value, dim: number | null, apply: (x: Value, axis: number) => Value): Value {
  const rank = x.shape.length;
  if (rank === 0 && (dim === null || dim === 0 || dim === -1)) return reshape(apply(reshape(x, [1]), 0), []);
  return apply(x, dim ?? (rank === 1 || rank === 3 ? 0 : 1));
}

export const Softmax = defineLayer(schemas.Softmax, { build: (x, { dim }) => along(x, dim, softmax) });
export const LogSoftmax = defineLayer(schemas.LogSoftmax, { build: (x, { dim }) => along(x, dim, logSoftmax) });
export const Softmin = defineLayer(schemas.Softmin, { build: (x, { dim }) => along(neg(x), dim, softmax) });
