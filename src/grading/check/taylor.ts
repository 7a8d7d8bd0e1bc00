import type { TaylorCheck, TaylorDirection } from "./response.ts";
import { type Examination, dot, mapDirections, normalise } from "./examination.ts";
import type { Direction } from "./point.ts";
import { roundingUnits, saysNothing, stepFor } from "./steps.ts";
import { jsonNumber } from "../json-number.ts";

/** Steps of the remainder, each a quarter of the one before. */
export const steps = Array.from({ length: 9 }, (_, at) => 2 ** (-4 - 2 * at));

/** Below this fraction of the numbers that it is a difference of, a remainder is rounding. */
const usable = 2 ** -42;

/** The remainder of a right gradient vanishes with order 2 or more, that of a wrong one with order 1. */
const leastOrder = 1.8;

/** How f(x + hv) - f(x) - h⟨g, v⟩ vanishes with h, along random directions v of length 1. */
export function taylorRemainders(examination: Examination): TaylorCheck {
  const { point } = examination;
  const scaled = point.stillDirection();
  const directions = mapDirections(examination, (direction) => {
    normalise(direction);
    // Numbers far from 1 move by parts of their size; where that is too far, as over the periods of a sine, by parts of 1.
    direction.forEach((part, k) => part.forEach((x, at) => void (scaled[k][at] = stepFor(x, point.sizeAt(k, at)))));
    const found = alongDirection(examination, scaled);
    if (found.verdict !== "failed" || scaled.every((part, k) => part.every((x, at) => x === direction[k][at]))) return found;
    const closer = alongDirection(examination, direction, point.epsilon * point.sizeAlong(direction));
    return closer.verdict === "passed" && closer.order !== null ? closer : found;
  });
  return { passed: directions.every(({ verdict }) => verdict !== "failed"), directions };
}

/** Along a direction in which the numbers lie so far from each other. */
function alongDirection({ point, gradients }: Examination, unit: Direction, spacing = 0): TaylorDirection {
  const slope = dot(gradients, unit);
  const floor = usable * (point.scale + Math.abs(slope) * steps[0]) + roundingUnits * Math.abs(slope) * spacing;
  let kink: string | null | undefined;
  const remainders = steps.map((h) => {
    const moved = point.along(unit, h);
    kink = kink === undefined ? moved.kink : kink;
    return Math.abs(point.weighDifference(moved.objective, point.objective) - h * slope);
  });
  const order = orderOf(remainders, floor);
  // No remainder above the floor says that the function is linear here.
  const isRight = order === null ? remainders.every((remainder) => remainder <= floor) : order >= leastOrder;
  const isNothing = order !== null && saysNothing(point, order, slope);
  return {
    ...(kink === undefined ? { verdict: isRight ? "passed" : isNothing ? "unproven" : "failed" } : { verdict: "kink", kink }),
    order: order === null ? null : jsonNumber(order),
    steps,
    remainders: remainders.map(jsonNumber),
  };
}

/**
 * The order between the two smallest steps whose remainders are above the floor; null when there is none. Where there is one, that of the
 * next step is below: by little if it vanishes with order 1, and rounding is far smaller.
 */
function orderOf(remainders: readonly number[], floor: number): number | null {
  const end = remainders.findIndex((remainder) => remainder <= floor);
  if (end === 0) return null;
  const count = end < 0 ? remainders.length : Math.max(end, 2);
  return Math.log(remainders[count - 2] / remainders[count - 1]) / Math.log(steps[0] / steps[1]);
}
