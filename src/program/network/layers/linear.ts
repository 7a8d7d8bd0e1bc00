import { add } from "../../../ops/arithmetic/add.ts";
import { gemm } from "../../../ops/linear/gemm.ts";
import { matMul } from "../../../ops/linear/mat-mul.ts";
import { transpose } from "../../../ops/shape/transpose.ts";
import { Linear as schema } from "../schemas/linear.ts";
import { defineLayer, parameter } from "../define.ts";
import { byFanIn } from "../initialisers.ts";

export const Linear = defineLayer(schema, {
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
