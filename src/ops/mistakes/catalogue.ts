import { LogSoftmax, Softmax } from "../activation/softmax.ts";
import type { Operator } from "../define.ts";
import { Conv } from "../network/conv.ts";
import { MaxPool } from "../network/max-pool.ts";
import { ReduceMean } from "../reduction/reduce-mean.ts";
import { convMistakes } from "./conv.ts";
import type { OperatorMistake } from "./define.ts";
import { maxPoolMistakes } from "./max-pool.ts";
import { meanMistakes } from "./mean.ts";
import { logSoftmaxMistakes, softmaxMistakes } from "./softmax.ts";

/** Wrong rules stand apart from the right ones, so that none is ever taken for the other. */
const mistakes: ReadonlyMap<Operator, readonly OperatorMistake[]> = new Map([
  [Softmax, softmaxMistakes],
  [LogSoftmax, logSoftmaxMistakes],
  [Conv, convMistakes],
  [MaxPool, maxPoolMistakes],
  [ReduceMean, meanMistakes],
]);

/** The mistakes that people make with this operator in particular. */
export const mistakesWith = (op: Operator): readonly OperatorMistake[] => mistakes.get(op) ?? [];
