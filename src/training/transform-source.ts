import { z } from "zod";
import { DTypeName } from "../request/values.ts";

const number = (description: string, example: number) => z.number().meta({ description, examples: [example] });

const kind = <const Type extends string>(type: Type) => z.literal(type).meta({ description: "What is done", examples: [type] });

const Scale = z
  .strictObject({
    type: kind("scale"),
    factor: number("What every number is multiplied by", 0.0625),
    offset: number("What is added then", -0.5).default(0),
  })
  .meta({ description: "Every number times a factor, plus an offset" });

const Standardize = z.strictObject({ type: kind("standardize") }).meta({
  description:
    "Every column less its mean, over its standard deviation (that of a population, as scikit-learn takes it); of a constant column 0. Mean and deviation are those of the training rows",
});

const MinMax = z
  .strictObject({ type: kind("min_max") })
  .meta({ description: "Every column moved and scaled so that its training rows go from 0 to 1; a constant column becomes 0" });

const OneHot = z
  .strictObject({
    type: kind("one_hot"),
    classes: z
      .int()
      .min(1)
      .meta({ description: "How many classes there are", examples: [10] }),
  })
  .meta({ description: "Every class number k as a row of zeros with a one at place k, as float64" });

const Reshape = z
  .strictObject({
    type: kind("reshape"),
    shape: z
      .array(z.int().min(-1))
      .refine((shape) => shape.filter((size) => size === -1).length <= 1, "At most one size can be told from the others, which -1 asks for")
      .meta({ description: "The shape of a row; one size may be -1, which is told from the others", examples: [[1, 8, 8]] }),
  })
  .meta({ description: "Every row in another shape with as many numbers" });

const Cast = z
  .strictObject({ type: kind("cast"), dtype: DTypeName.meta({ description: "The element type to have", examples: ["float32"] }) })
  .meta({ description: "Another element type. To an integer type only whole numbers within its range go; to bool all but 0 is true" });

const Clip = z
  .strictObject({
    type: kind("clip"),
    min: number("What smaller numbers become", -3).optional(),
    max: number("What larger numbers become", 3).optional(),
  })
  .refine(({ min, max }) => min === undefined || max === undefined || min <= max, "min is above max")
  .meta({ description: "Every number held between two bounds" });

export const Transform = z.discriminatedUnion("type", [Scale, Standardize, MinMax, OneHot, Reshape, Cast, Clip]).meta({
  id: "Transform",
  description: "What is done to the rows of a tensor before training, and before predicting with what was trained",
  examples: [
    { type: "scale", factor: 0.0625 },
    { type: "one_hot", classes: 10 },
    { type: "reshape", shape: [1, 8, 8] },
  ],
});
export type Transform = z.output<typeof Transform>;
