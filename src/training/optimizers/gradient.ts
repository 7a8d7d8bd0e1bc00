import type { Value } from "../../ir/graph.ts";
import { add } from "../../ops/arithmetic/add.ts";
import { mul } from "../../ops/arithmetic/mul.ts";
import { neg } from "../../ops/arithmetic/neg.ts";
import { sub } from "../../ops/arithmetic/sub.ts";

/** The gradient that an update descends: turned round to climb, and with that of an L2 penalty. */
export function penalised(
  gradient: Value,
  parameter: Value,
  { maximize, weight_decay }: { maximize: boolean; weight_decay: number },
): Value {
  const turned = maximize ? neg(gradient) : gradient;
  return weight_decay === 0 ? turned : add(turned, mul(parameter, weight_decay));
}

/** `decay` of the average and the rest of the new value, in the form that rounds less. */
export function averaged(average: Value, value: Value, decay: number): Value {
  const distance = sub(value, average);
  const weight = 1 - decay;
  return weight < 0.5 ? add(average, mul(distance, weight)) : sub(value, mul(distance, 1 - weight));
}

/** `decay` of the average square and the rest of the square of the new value. */
export const averagedSquare = (average: Value, value: Value, decay: number): Value =>
  add(mul(average, decay), mul(mul(value, 1 - decay), value));
