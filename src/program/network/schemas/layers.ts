import type { z } from "zod";
import {
  ReLU,
  ReLU6,
  LeakyReLU,
  PReLU,
  ELU,
  SELU,
  CELU,
  GELU,
  Sigmoid,
  LogSigmoid,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  SiLU,
  Mish,
  Softplus,
  Softsign,
  Tanh,
  Tanhshrink,
  Threshold,
  Softshrink,
  Hardshrink,
  Softmax,
  LogSoftmax,
  Softmin,
} from "./activation.ts";
import { Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from "./convolution.ts";
import { Dropout } from "./dropout.ts";
import { Embedding } from "./embedding.ts";
import { Linear } from "./linear.ts";
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, LayerNorm, GroupNorm } from "./normalization.ts";
import {
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
} from "./pooling.ts";
import { RNN, LSTM, GRU } from "./recurrent.ts";
import { Identity, Flatten, Unflatten, Select } from "./shape.ts";

/** Every layer, one line each. */
export const layerSchemas = [
  // linear
  Linear,
  // convolution
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  // pooling
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  // normalisation
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  LayerNorm,
  GroupNorm,
  // embedding
  Embedding,
  // recurrent
  RNN,
  LSTM,
  GRU,
  // activation
  ReLU,
  ReLU6,
  LeakyReLU,
  PReLU,
  ELU,
  SELU,
  CELU,
  GELU,
  Sigmoid,
  LogSigmoid,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  SiLU,
  Mish,
  Softplus,
  Softsign,
  Tanh,
  Tanhshrink,
  Threshold,
  Softshrink,
  Hardshrink,
  Softmax,
  LogSoftmax,
  Softmin,
  // shape and randomness
  Identity,
  Flatten,
  Unflatten,
  Select,
  Dropout,
] as const;

export type LayerSource = z.output<(typeof layerSchemas)[number]>;
