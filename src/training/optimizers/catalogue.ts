import type { OptimizerSource } from "./source.ts";
import { adadelta } from "./adadelta.ts";
import { adagrad } from "./adagrad.ts";
import { adam } from "./adam.ts";
import type { OptimizerRule } from "./define.ts";
import { nadam } from "./nadam.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

/** The update rule of a first-order optimizer. LBFGS is none: it evaluates the objective as often as it needs to; see `Lbfgs`. */
export function ruleOf(source: Exclude<OptimizerSource, { type: "LBFGS" }>): OptimizerRule {
  switch (source.type) {
    case "SGD":
      return sgd(source);
    case "Adam":
    case "AdamW":
      return adam(source);
    case "NAdam":
      return nadam(source);
    case "RMSprop":
      return rmsprop(source);
    case "Adagrad":
      return adagrad(source);
    case "Adadelta":
      return adadelta(source);
  }
}
