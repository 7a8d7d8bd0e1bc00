import { z } from "zod";
import { dimension, layer } from "./arguments.ts";

export const Identity = layer("Identity", "The input as it is.", {});

export const Flatten = layer(
  "Flatten",
  "A run of dimensions joined into one.",
  {
    start_dim: dimension("The first dimension to join; negative numbers count from the end", 1).default(1),
    end_dim: dimension("The last dimension to join; negative numbers count from the end", -1).default(-1),
  },
  {},
);

export const Unflatten = layer(
  "Unflatten",
  "One dimension taken apart into several.",
  {
    dim: dimension("The dimension to take apart; negative numbers count from the end", 1),
    unflattened_size: z
      .array(z.int().min(-1))
      .min(1)
      .meta({ description: "The sizes that it is taken apart into; one of them may be -1, for what is left over", examples: [[2, 3]] }),
  },
  { dim: 1, unflattened_size: [2, 3] },
);

export const Select = layer(
  "Select",
  "One element along a dimension, which is dropped, such as the last step of a recurrent layer.",
  {
    dim: dimension("The dimension to select from; negative numbers count from the end", 0),
    index: dimension("The element to take; negative numbers count from the end", -1),
  },
  { dim: 0, index: -1 },
);
