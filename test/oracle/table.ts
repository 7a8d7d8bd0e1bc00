import type { OracleTable } from "./cases.ts";
import { arithmetic, logic } from "./cases-arithmetic.ts";
import { activation, trigonometry } from "./cases-functions.ts";
import { indexing } from "./cases-indexing.ts";
import { linear } from "./cases-linear.ts";
import { losses, networks } from "./cases-network.ts";
import { recurrences } from "./cases-recurrent.ts";
import { reductions } from "./cases-reduction.ts";
import { shapes } from "./cases-shape.ts";
import { windowed } from "./cases-window.ts";

/** How cases are made, by operator. */
export const table: OracleTable = {
  ...arithmetic,
  ...logic,
  ...trigonometry,
  ...activation,
  ...reductions,
  ...linear,
  ...shapes,
  ...indexing,
  ...windowed,
  ...networks,
  ...recurrences,
  ...losses,
};

/** Operators of the catalogue that ONNX Runtime cannot judge, with the reason. */
export const notJudged: Readonly<Record<string, string>> = {
  Atan2: "ONNX has no such operator",
  AveragePoolGradient: "ONNX has no such operator; PyTorch's gradients of pools judge it",
  Cbrt: "ONNX has no such operator",
  ConvWeightGradient: "ONNX has no such operator; PyTorch's gradients of convolutions judge it",
  Cot: "ONNX has no such operator",
  Coth: "ONNX has no such operator",
  Csc: "ONNX has no such operator",
  Csch: "ONNX has no such operator",
  CumProd: "ONNX has no such operator",
  Digamma: "ONNX has no such operator",
  Erfc: "ONNX has no such operator",
  Expm1: "ONNX has no such operator",
  Gaussian: "ONNX has no such operator",
  Hypot: "ONNX has no such operator",
  LinearRecurrence: "ONNX has no such operator",
  Log10: "ONNX has no such operator",
  Log1p: "ONNX has no such operator",
  Log2: "ONNX has no such operator",
  GeluSlope: "ONNX has no such operator",
  MishSlope: "ONNX has no such operator",
  SwishSlope: "ONNX has no such operator",
  LogAddExp: "ONNX has no such operator",
  LogGamma: "ONNX has no such operator",
  LogSigmoid: "ONNX has no such operator",
  Logit: "ONNX has no such operator",
  MaxPoolGradient: "ONNX has no such operator; PyTorch's gradients of pools judge it",
  MulNoNan: "ONNX has no such operator",
  Probability: "ONNX has no such operator",
  ReduceRootMeanSquare: "ONNX has no such operator",
  Polygamma: "ONNX has no such operator",
  ReduceStandardDeviation: "ONNX has no such operator",
  ReduceVariance: "ONNX has no such operator",
  Sec: "ONNX has no such operator",
  Sech: "ONNX has no such operator",
  Sort: "ONNX has no such operator",
  Stack: "ONNX has no such operator",
  StopGradient: "ONNX has no such operator",
  Trunc: "ONNX has no such operator",
  XLogX: "ONNX has no such operator",
};
