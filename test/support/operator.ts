import { findOperator } from "../../src/ops/catalogue.ts";
import type { Operator } from "../../src/ops/define.ts";

/** The operator that clients call by this name. */
export function operatorNamed(type: string): Operator {
  const op = findOperator(type);
  if (op === undefined) throw new Error(`the catalogue has no operator ${type}`);
  return op;
}
