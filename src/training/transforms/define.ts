import { z } from "zod";
import { problemAt } from "../../problems/problems.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** A transform of rows: what a request may say of it, what it learns from the training rows, and what it does to any rows like them. */
export interface TransformKind<Schema extends z.ZodType, Fitted, Source = z.output<Schema>> {
  readonly schema: Schema;
  /** What `apply` needs, as plain JSON, to be kept with the weights. `pointer` is that of the transform. Throws invalid_training. */
  fit(source: Source, rows: Tensor, pointer: string): Fitted;
  apply(fitted: Fitted, rows: Tensor, pointer: string): Tensor;
  /** Whether it gives the numbers a type of their own. */
  readonly givesType: boolean;
}

/** A transform that has nothing to learn. */
export const asTold = <Schema extends z.ZodType>(
  schema: Schema,
  apply: (source: z.output<Schema>, rows: Tensor, pointer: string) => Tensor,
): TransformKind<Schema, z.output<Schema>> => ({ schema, fit: (source) => source, apply, givesType: false });

export const asLearned = <Schema extends z.ZodType, Fitted>(
  schema: Schema,
  fit: (source: z.output<Schema>, rows: Tensor, pointer: string) => Fitted,
  apply: (fitted: Fitted, rows: Tensor, pointer: string) => Tensor,
): TransformKind<Schema, Fitted> => ({ schema, fit, apply, givesType: false });

export const kind = <const Type extends string>(type: Type) => z.literal(type).meta({ description: "What is done", examples: [type] });

/** Which row an element is in, from 0. */
export const rowOf = (at: number, shape: Shape): string => `Row ${Math.floor(at / sizeOf(shape.slice(1)))}`;

export const refuse = (pointer: string, detail: string): Error => problemAt("invalid_training", pointer, detail);
