import type { LossSource } from "./schemas/losses.ts";
import type { Loss } from "./define.ts";
import * as binary from "./losses/binary.ts";
import * as classification from "./losses/classification.ts";
import * as difference from "./losses/difference.ts";
import { KLDivLoss } from "./losses/divergence.ts";

/** The rules of every loss that the wire describes, one line for each loss or family. */
const losses: { readonly [Type in LossSource["type"]]: Loss<Type> } = {
  ...binary,
  ...classification,
  ...difference,
  KLDivLoss,
};

export const lossOf = (source: LossSource): Loss => losses[source.type];
