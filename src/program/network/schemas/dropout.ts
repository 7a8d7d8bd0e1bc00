import { inplace, layer, probability } from "./arguments.ts";

export const Dropout = layer(
  "Dropout",
  "In training, drops elements at random and scales the others up to make up for it; otherwise the input as it is.",
  { p: probability(0.5, "The probability of an element to be dropped", 0.2), inplace },
  { p: 0.2 },
);
