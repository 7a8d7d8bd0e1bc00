import { z } from "zod";
import { sameShape, type Shape } from "../tensor/shape.ts";

/** Which shapes count as that of a value. */
export const shapesMember = z
  .enum(["strict", "lenient"])
  .default("strict")
  .meta({
    description:
      "strict: a submitted tensor has the shape of the value. lenient: a row, a column and a list of as many numbers are taken for each other ([n, 1], [1, n] and [n]), and a scalar for one number in brackets; the item says so",
    examples: ["lenient"],
  });
export type Shapes = z.output<typeof shapesMember>;

/** Whether two shapes hold one row of as many numbers, whichever way it lies. */
export function isSameRow(a: Shape, b: Shape): boolean {
  if (sameShape(a, b) || a.length > 2 || b.length > 2) return false;
  const [long, other] = [a, b].map((shape) => shape.filter((size) => size !== 1));
  return long.length <= 1 && sameShape(long, other);
}
