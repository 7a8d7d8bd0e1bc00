import { z } from "zod";
import { count, gamma } from "./arguments.ts";
import { byCurve, schemasOf } from "./define.ts";
import { mostParts, reached } from "./milestones.ts";

export const StepLR = byCurve(
  schemasOf(
    "StepLR",
    "The rate is multiplied again and again after the same number of advances.",
    { step_size: count("Advances from one change to the next", 30), gamma: gamma.default(0.1) },
    { step_size: 30, gamma: 0.5 },
  ),
  (source, lr) => (n) => lr * source.gamma ** Math.floor(n / source.step_size),
);

export const MultiStepLR = byCurve(
  schemasOf(
    "MultiStepLR",
    "The rate is multiplied at each of the milestones.",
    {
      milestones: z
        .array(z.int().min(0))
        .min(1)
        .max(mostParts)
        .meta({ description: "Counts of advances at which the rate changes", examples: [[30, 80]] }),
      gamma: gamma.default(0.1),
    },
    { milestones: [30, 80] },
  ),
  (source, lr) => (n) => lr * source.gamma ** reached(source.milestones, n),
);

export const ExponentialLR = byCurve(
  schemasOf("ExponentialLR", "The rate is multiplied at every advance.", { gamma }, { gamma: 0.95 }),
  (source, lr) => (n) => lr * source.gamma ** n,
);
