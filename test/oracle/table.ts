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
  AveragePoolGradient: "ONNX has no such operator; PyTorch's gradients of pools judge it",
  ConvWeightGradient: "ONNX has no such operator; PyTorch's gradients of convolutions judge it",
  Erfc: "ONNX has no such operator",
  Expm1: "ONNX has no such operator",
  Gaussian: "ONNX has no such operator",
  Log1p: "ONNX has no such operator",
  MaxPoolGradient: "ONNX has no such operator; PyTorch's gradients of pools judge it",
  StopGradient: "ONNX has no such operator",
};
