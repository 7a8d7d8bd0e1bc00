import { z } from "zod";
import { formatShape, sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { asLearned, kind, refuse } from "./define.ts";

export const Reshape = asLearned(
  z
    .strictObject({
      type: kind("reshape"),
      shape: z
        .array(z.int().min(-1))
        .refine(
          (shape) => shape.filter((size) => size === -1).length <= 1,
          "At most one size can be told from the others, which -1 asks for",
        )
        .meta({ description: "The shape of a row; one size may be -1, which is told from the others", examples: [[1, 8, 8]] }),
    })
    .meta({ description: "Every row in another shape with as many numbers" }),
  ({ type, shape }, rows, pointer) => ({ type, shape: rowShapeOf(shape, rows, `${pointer}/shape`) }),
  ({ shape }, rows) => ({ ...rows, shape: [rows.shape[0], ...shape] }),
);

function rowShapeOf(shape: readonly number[], rows: Tensor, pointer: string): number[] {
  const had = rows.shape.slice(1);
  const size = sizeOf(had);
  const known = sizeOf(shape.filter((length) => length !== -1));
  const full = shape.map((length) => (length === -1 ? size / known : length));
  if (full.every(Number.isSafeInteger) && sizeOf(full) === size) return full;
  throw refuse(pointer, `A row has shape ${formatShape(had)}, which is ${size} numbers, and ${formatShape(shape)} has not as many`);
}
