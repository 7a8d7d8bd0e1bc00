import { z } from "zod";
import { Cast } from "./cast.ts";
import type { TransformKind } from "./define.ts";
import { DropMissing, Fill } from "./missing.ts";
import { OneHot } from "./one-hot.ts";
import { Reshape } from "./reshape.ts";
import { Clip, MinMax, Scale, Standardize } from "./scaling.ts";

/** Every transform, in the order in which they are documented. */
const transforms = [Scale, Standardize, MinMax, OneHot, Reshape, Cast, Clip, Fill, DropMissing];

const [first, ...others] = transforms.map(({ schema }) => schema);
export const Transform = z.discriminatedUnion("type", [first, ...others]).meta({
  id: "Transform",
  description: "What is done to the rows of a tensor before training, and before predicting with what was trained",
  examples: [
    { type: "scale", factor: 0.0625 },
    { type: "one_hot", classes: 10 },
    { type: "reshape", shape: [1, 8, 8] },
  ],
});
export type Transform = z.output<typeof Transform>;

/** A transform with what it learned from the training rows, a number per column. */
export type FittedTransform = ReturnType<(typeof transforms)[number]["fit"]>;

const byType: ReadonlyMap<string, TransformKind<z.ZodType, FittedTransform, Transform>> = new Map(
  transforms.map((transform) => [transform.schema.shape.type.value, transform]),
);

export function transformOf({ type }: Transform | FittedTransform): TransformKind<z.ZodType, FittedTransform, Transform> {
  const transform = byType.get(type);
  if (transform === undefined) throw new Error(`no transform ${type}`);
  return transform;
}
