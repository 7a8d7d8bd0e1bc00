import { sizeOf } from "../../tensor/shape.ts";

/** A tensor's numbers as rows and columns: a vector is one row, and all axes but the last are rows. */
export function rowMajor(shape: readonly number[]): { readonly rows: number; readonly columns: number } {
  const columns = shape.at(-1) ?? 1;
  return { rows: sizeOf(shape.slice(0, -1)), columns };
}
