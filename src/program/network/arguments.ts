import { z } from "zod";

/** The pieces that layers and losses are described with. Names, defaults and meanings of arguments are those of torch.nn. */

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

/** torch.nn has it to save memory. Values never change here, so it makes no difference. */
export const inplace = z
  .boolean()
  .default(false)
  .meta({ description: "Accepted and without effect: values never change", examples: [true] });

/** A flag that torch.nn has and that can only be left as it is. */
export const unsupported = <const Value extends boolean | number | null>(value: Value, description: string) =>
  z
    .literal(value, { error: `Only ${value} is supported` })
    .default(value as never)
    .meta({ description, examples: [value] });
