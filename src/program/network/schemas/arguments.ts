import { z } from "zod";
import { Name } from "../../../request/values.ts";

/** The pieces that layers and losses are described with. Names, defaults and meanings of arguments are those of torch.nn. */

/** Parameters are named `<layer>.<parameter>`, so a dot would make two names of one. */
export const LayerName = Name.regex(
  /^[^.]*$/,
  "A layer's name may not contain a dot: its parameters are named after it, with a dot between",
)
  .optional()
  .meta({
    description: "Name of the layer, in place of its position; its parameters are named after it, such as `fc1.weight`",
    examples: ["fc1"],
  });

const whole = (least: number) => z.int().min(least);

export const size = (description: string, example: number) => whole(1).meta({ description, examples: [example] });

/** A size that the input's shape tells too. */
export const inferredSize = (description: string, example: number) =>
  whole(1)
    .optional()
    .meta({ description: `${description}; taken from the input's shape when left out`, examples: [example] });

export const count = (initial: number, description: string, example: number, most = Number.MAX_SAFE_INTEGER) =>
  whole(1)
    .max(most, { error: `expected a number of at most ${most}` })
    .default(initial)
    .meta({ description, examples: [example] });

export const flag = (initial: boolean, description: string) =>
  z
    .boolean()
    .default(initial)
    .meta({ description, examples: [!initial] });

export const real = (initial: number, description: string, example: number) =>
  z
    .number()
    .default(initial)
    .meta({ description, examples: [example] });

export const probability = (initial: number, description: string, example: number) =>
  z
    .number()
    .min(0)
    .max(1)
    .default(initial)
    .meta({ description, examples: [example] });

/** Most layers choose a dimension with this; negative numbers count from the end. */
export const dimension = (description: string, example: number) => z.int().meta({ description, examples: [example] });

/** torch.nn has it to save memory. Values never change here, so it makes no difference. */
export const inplace = z
  .boolean()
  .default(false)
  .meta({ description: "Accepted and without effect: values never change", examples: [true] });

/** One number for every spatial axis, or a list with one for each. */
export const perAxis = (axes: number, least: number) => z.union([whole(least), z.array(whole(least)).length(axes)]);
export type PerAxis = number | readonly number[];

/** A flag that torch.nn has and that can only be left as it is. */
export const unsupported = <const Value extends boolean | number | null>(value: Value, description: string) =>
  z
    .literal(value, { error: `Only ${value} is supported` })
    .default(value as never)
    .meta({ description, examples: [value] });

/** A layer of torch.nn: its arguments and those that all layers share. */
export function layer<const Type extends string, Shape extends z.core.$ZodLooseShape>(
  type: Type,
  description: string,
  shape: Shape,
  example: Readonly<Record<string, unknown>> = {},
) {
  return z
    .strictObject({ type: z.literal(type).meta({ description: "The layer's type", examples: [type] }), name: LayerName, ...shape })
    .meta({ title: type, description, examples: [{ type, ...example }] });
}

export const reduction = z
  .enum(["mean", "sum", "none"])
  .default("mean")
  .meta({ description: "How the losses of the elements become one number; `none` keeps them apart", examples: ["sum"] });

/** A loss of torch.nn; `reduction` stands among its arguments, as the choices differ. */
export function loss<const Type extends string, Shape extends z.core.$ZodLooseShape>(
  type: Type,
  description: string,
  shape: Shape,
  example: Readonly<Record<string, unknown>> = {},
) {
  return z
    .strictObject({ type: z.literal(type).meta({ description: "The loss's type", examples: [type] }), ...shape })
    .meta({ title: type, description, examples: [{ type, ...example }] });
}
