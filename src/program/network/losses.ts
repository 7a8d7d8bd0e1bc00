import type { Loss, LossSource } from "./define.ts";
import { BCELoss, BCEWithLogitsLoss } from "./losses/binary.ts";
import { CrossEntropyLoss, NLLLoss } from "./losses/classification.ts";
import { HuberLoss, L1Loss, MSELoss, SmoothL1Loss } from "./losses/difference.ts";
import { KLDivLoss } from "./losses/divergence.ts";

/** Every loss, in the order in which they are documented. */
export const losses: readonly Loss[] = [
  BCELoss,
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  HuberLoss,
  KLDivLoss,
  L1Loss,
  MSELoss,
  NLLLoss,
  SmoothL1Loss,
];

export const lossesByType: ReadonlyMap<string, Loss> = new Map(losses.map((loss) => [loss.type, loss]));

/** The rules of a loss that has been read. */
export function lossOf({ type }: LossSource): Loss {
  const loss = lossesByType.get(type);
  if (loss === undefined) throw new Error(`no loss ${type}`);
  return loss;
}
