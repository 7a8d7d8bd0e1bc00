import { Add } from "./arithmetic/add.ts";
import { Exp } from "./arithmetic/exp.ts";
import { Identity } from "./arithmetic/identity.ts";
import { Mul } from "./arithmetic/mul.ts";
import { Sum } from "./arithmetic/sum.ts";
import type { Operator } from "./define.ts";
import { ReduceSum } from "./reduction/reduce-sum.ts";
import { Expand } from "./shape/expand.ts";
import { Reshape } from "./shape/reshape.ts";

/** Every operator, one line each. The API's list, the generic tests, labels and formulas all iterate over this. */
export const catalogue: readonly Operator[] = [
  // arithmetic
  Add,
  Exp,
  Identity,
  Mul,
  Sum,
  // reduction
  ReduceSum,
  // shape
  Expand,
  Reshape,
];

const byType: ReadonlyMap<string, Operator> = new Map(catalogue.map((op) => [op.type, op]));

export const findOperator = (type: string): Operator | undefined => byType.get(type);

/** The operator of a node, which exists because `apply` made the node. */
export function operatorOf(type: string): Operator {
  const op = byType.get(type);
  if (op === undefined) throw new Error(`no operator ${type} in the catalogue`);
  return op;
}
