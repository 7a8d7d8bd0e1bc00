import { add } from "../../../ops/arithmetic/add.ts";
import { gemm } from "../../../ops/linear/gemm.ts";
import { matMul } from "../../../ops/linear/mat-mul.ts";
import { transpose } from "../../../ops/shape/transpose.ts";
import { flag, inferredSize, size } from "../arguments.ts";
import { defineLayer, parameter } from "../define.ts";
import { byFanIn } from "../initialisers.ts";

export const Linear = defineLayer({
  type: "Linear",
  description: "A linear map of the last dimension plus a bias: x Wᵀ + b.",
  arguments: {
    in_features: inferredSize("Size of the input's last dimension", 3),
    out_features: size("Size of the output's last dimension", 4),
    bias: flag(true, "Whether a bias is added"),
  },
  example: { in_features: 3, out_features: 4 },
  inferred: { argument: "in_features", axis: -1 },
  parameters: ({ in_features: inputs, out_features: outputs, bias }) => {
    const initial = byFanIn(inputs ?? 0);
    return [parameter("weight", [outputs, inputs], initial), ...(bias ? [parameter("bias", [outputs], initial)] : [])];
  },
  build: (x, { bias }, { parameter }) => {
    const weight = parameter("weight");
    const shift = bias ? parameter("bias") : null;
    if (x.shape.length === 2) return gemm(x, weight, shift, { transB: true });
    const mapped = matMul(x, transpose(weight, [1, 0]));
    return shift === null ? mapped : add(mapped, shift);
  },
});
