import type fc from "fast-check";
import type { Attempt } from "./attempt.ts";
import { expressionAttempts, garbageAttempts } from "./expressions.ts";
import { graphAttempts } from "./graphs.ts";
import { memberAttempts, textAttempts } from "./mutations.ts";
import { networkAttempts } from "./networks.ts";
import { operatorAttempts } from "./operators.ts";
import { schemaAttempts, tensorAttempts } from "./requests.ts";

/** Where requests come from, and the share of all that comes from each. */
export const sources: Readonly<Record<string, { readonly share: number; readonly attempts: fc.Arbitrary<Attempt> }>> = {
  operators: { share: 0.25, attempts: operatorAttempts },
  graphs: { share: 0.15, attempts: graphAttempts },
  expressions: { share: 0.15, attempts: expressionAttempts },
  networks: { share: 0.15, attempts: networkAttempts },
  "mutated members": { share: 0.15, attempts: memberAttempts },
  "mutated texts": { share: 0.05, attempts: textAttempts },
  tensors: { share: 0.04, attempts: tensorAttempts },
  "garbage formulas": { share: 0.03, attempts: garbageAttempts },
  schemas: { share: 0.03, attempts: schemaAttempts },
};
