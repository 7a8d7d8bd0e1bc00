import type { OptimizerSource } from "./optimizers/catalogue.ts";
import type { JobSpec } from "./assignment.ts";

/** The optimizer with the weight decay that the request may have put beside it. */
export function optimizerSourceOf({ optimizer, weight_decay }: JobSpec): OptimizerSource {
  return weight_decay !== undefined && "weight_decay" in optimizer ? { ...optimizer, weight_decay } : optimizer;
}
