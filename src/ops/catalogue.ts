import { Celu, Elu, Selu } from "./activation/exponential-linear.ts";
import { Gelu } from "./activation/gelu.ts";
import { HardSigmoid, HardSwish } from "./activation/hard.ts";
import { LeakyRelu } from "./activation/leaky-relu.ts";
import { PRelu } from "./activation/p-relu.ts";
import { Relu } from "./activation/relu.ts";
import { Sigmoid } from "./activation/sigmoid.ts";
import { LogSoftmax, Softmax } from "./activation/softmax.ts";
import { Softplus } from "./activation/softplus.ts";
import { Softsign } from "./activation/softsign.ts";
import { Mish, Swish } from "./activation/swish.ts";
import { Tanh } from "./activation/tanh.ts";
import { Shrink, ThresholdedRelu } from "./activation/threshold.ts";
import { Abs } from "./arithmetic/abs.ts";
import { Add } from "./arithmetic/add.ts";
import { Cast } from "./arithmetic/cast.ts";
import { Clip } from "./arithmetic/clip.ts";
import { Div } from "./arithmetic/div.ts";
import { Erf } from "./arithmetic/erf.ts";
import { Exp } from "./arithmetic/exp.ts";
import { Identity } from "./arithmetic/identity.ts";
import { Log } from "./arithmetic/log.ts";
import { Max, Min } from "./arithmetic/max-min.ts";
import { Mean } from "./arithmetic/mean.ts";
import { Mod } from "./arithmetic/mod.ts";
import { Mul } from "./arithmetic/mul.ts";
import { Neg } from "./arithmetic/neg.ts";
import { Pow } from "./arithmetic/pow.ts";
import { Reciprocal } from "./arithmetic/reciprocal.ts";
import { Ceil, Floor, Round } from "./arithmetic/rounding.ts";
import { Sign } from "./arithmetic/sign.ts";
import { Sqrt } from "./arithmetic/sqrt.ts";
import { StopGradient } from "./arithmetic/stop-gradient.ts";
import { Sub } from "./arithmetic/sub.ts";
import { Sum } from "./arithmetic/sum.ts";
import { Where } from "./arithmetic/where.ts";
import type { Operator } from "./define.ts";
import { Einsum } from "./linear/einsum.ts";
import { Gemm } from "./linear/gemm.ts";
import { MatMul } from "./linear/mat-mul.ts";
import { IsInf, IsNaN } from "./logic/classification.ts";
import { Equal, Greater, GreaterOrEqual, Less, LessOrEqual } from "./logic/comparison.ts";
import { And, Not, Or, Xor } from "./logic/connective.ts";
import { AveragePoolGradient } from "./network/average-pool-gradient.ts";
import { AveragePool } from "./network/average-pool.ts";
import { BatchNormalization } from "./network/batch-normalization.ts";
import { ConvTranspose } from "./network/conv-transpose.ts";
import { ConvWeightGradient } from "./network/conv-weight-gradient.ts";
import { Conv } from "./network/conv.ts";
import { Dropout } from "./network/dropout.ts";
import { GlobalAveragePool, GlobalMaxPool } from "./network/global-pool.ts";
import { GroupNormalization, InstanceNormalization } from "./network/group-normalization.ts";
import { GRU } from "./network/gru.ts";
import { LayerNormalization } from "./network/layer-normalization.ts";
import { NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss } from "./network/likelihood-loss.ts";
import { LSTM } from "./network/lstm.ts";
import { MaxPoolGradient } from "./network/max-pool-gradient.ts";
import { MaxPool } from "./network/max-pool.ts";
import { RNN } from "./network/rnn.ts";
import { ArgMax, ArgMin } from "./reduction/arg-max-min.ts";
import { CumSum } from "./reduction/cum-sum.ts";
import { ReduceLogSum, ReduceLogSumExp } from "./reduction/logarithms.ts";
import { ReduceL1, ReduceL2, ReduceSumSquare } from "./reduction/norms.ts";
import { ReduceMax, ReduceMin } from "./reduction/reduce-max-min.ts";
import { ReduceMean } from "./reduction/reduce-mean.ts";
import { ReduceProd } from "./reduction/reduce-prod.ts";
import { ReduceSum } from "./reduction/reduce-sum.ts";
import { TopK } from "./reduction/top-k.ts";
import { Concat } from "./shape/concat.ts";
import { Constant, ConstantOfShape } from "./shape/constant.ts";
import { Expand } from "./shape/expand.ts";
import { Flatten } from "./shape/flatten.ts";
import { GatherElements } from "./shape/gather-elements.ts";
import { GatherND } from "./shape/gather-nd.ts";
import { Gather } from "./shape/gather.ts";
import { OneHot } from "./shape/one-hot.ts";
import { Pad } from "./shape/pad.ts";
import { Range } from "./shape/range.ts";
import { Reshape } from "./shape/reshape.ts";
import { ScatterElements } from "./shape/scatter-elements.ts";
import { ScatterND } from "./shape/scatter-nd.ts";
import { Shape, Size } from "./shape/shape-of.ts";
import { Slice } from "./shape/slice.ts";
import { Split } from "./shape/split.ts";
import { Squeeze } from "./shape/squeeze.ts";
import { Tile } from "./shape/tile.ts";
import { Transpose } from "./shape/transpose.ts";
import { Trilu } from "./shape/trilu.ts";
import { Unsqueeze } from "./shape/unsqueeze.ts";
import { Cos, Sin, Tan } from "./trigonometry/circular.ts";
import { Acosh, Asinh, Atanh, Cosh, Sinh } from "./trigonometry/hyperbolic.ts";
import { Acos, Asin, Atan } from "./trigonometry/inverse-circular.ts";

/** Every operator that clients have, one line each. The API's list, the generic tests, labels and formulas all iterate over this. */
export const catalogue: readonly Operator[] = [
  // activation
  Celu,
  Elu,
  Gelu,
  HardSigmoid,
  HardSwish,
  LeakyRelu,
  LogSoftmax,
  Mish,
  PRelu,
  Relu,
  Selu,
  Shrink,
  Sigmoid,
  Softmax,
  Softplus,
  Softsign,
  Swish,
  Tanh,
  ThresholdedRelu,
  // arithmetic
  Abs,
  Add,
  Cast,
  Ceil,
  Clip,
  Div,
  Erf,
  Exp,
  Floor,
  Identity,
  Log,
  Max,
  Mean,
  Min,
  Mod,
  Mul,
  Neg,
  Pow,
  Reciprocal,
  Round,
  Sign,
  Sqrt,
  StopGradient,
  Sub,
  Sum,
  Where,
  // linear algebra
  Einsum,
  Gemm,
  MatMul,
  // logic
  And,
  Equal,
  Greater,
  GreaterOrEqual,
  IsInf,
  IsNaN,
  Less,
  LessOrEqual,
  Not,
  Or,
  Xor,
  // network
  AveragePool,
  AveragePoolGradient,
  BatchNormalization,
  Conv,
  ConvTranspose,
  ConvWeightGradient,
  Dropout,
  GRU,
  GlobalAveragePool,
  GlobalMaxPool,
  GroupNormalization,
  InstanceNormalization,
  LSTM,
  LayerNormalization,
  MaxPool,
  MaxPoolGradient,
  NegativeLogLikelihoodLoss,
  RNN,
  SoftmaxCrossEntropyLoss,
  // reduction
  ArgMax,
  ArgMin,
  CumSum,
  ReduceL1,
  ReduceL2,
  ReduceLogSum,
  ReduceLogSumExp,
  ReduceMax,
  ReduceMean,
  ReduceMin,
  ReduceProd,
  ReduceSum,
  ReduceSumSquare,
  TopK,
  // shape
  Concat,
  Constant,
  ConstantOfShape,
  Expand,
  Flatten,
  Gather,
  GatherElements,
  GatherND,
  OneHot,
  Pad,
  Range,
  Reshape,
  ScatterElements,
  ScatterND,
  Shape,
  Size,
  Slice,
  Split,
  Squeeze,
  Tile,
  Transpose,
  Trilu,
  Unsqueeze,
  // trigonometry
  Acos,
  Acosh,
  Asin,
  Asinh,
  Atan,
  Atanh,
  Cos,
  Cosh,
  Sin,
  Sinh,
  Tan,
];

const byType: ReadonlyMap<string, Operator> = new Map(catalogue.map((op) => [op.type, op]));

export const findOperator = (type: string): Operator | undefined => byType.get(type);
