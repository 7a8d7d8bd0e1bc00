import { z } from "zod";
import { Adadelta } from "./adadelta.ts";
import { Adagrad } from "./adagrad.ts";
import { Adam, AdamW } from "./adam.ts";
import type { Method, Optimizer } from "./define.ts";
import { LBFGS } from "./lbfgs/lbfgs.ts";
import { NAdam } from "./nadam.ts";
import { RMSprop } from "./rmsprop.ts";
import { SGD } from "./sgd.ts";

/** Every optimizer, in the order in which they are documented. */
const optimizers = [SGD, Adam, AdamW, NAdam, RMSprop, Adagrad, Adadelta, LBFGS];

const [first, ...others] = optimizers.map(({ schema }) => schema);
export const OptimizerSource = z.discriminatedUnion("type", [first, ...others]).meta({
  id: "Optimizer",
  description: "What moves the parameters along their gradients, with the names, arguments, defaults and rules of torch.optim",
  examples: [{ type: "Adam", lr: 0.01 }],
});
/** An optimizer with all its arguments. */
export type OptimizerSource = z.output<typeof OptimizerSource>;

const byType: ReadonlyMap<string, Optimizer<z.ZodType, OptimizerSource>> = new Map(
  optimizers.map((optimizer) => [optimizer.schema.shape.type.value, optimizer]),
);

/** How the optimizer moves the parameters. */
export function methodOf(source: OptimizerSource): Method {
  const optimizer = byType.get(source.type);
  if (optimizer === undefined) throw new Error(`no optimizer ${source.type}`);
  return optimizer.method(source);
}
