import { dropout } from "../../../ops/network/dropout.ts";
import { inplace, probability } from "../arguments.ts";
import { defineLayer } from "../define.ts";

export const Dropout = defineLayer({
  type: "Dropout",
  description: "In training, drops elements at random and scales the others up to make up for it; otherwise the input as it is.",
  arguments: { p: probability(0.5, "The probability of an element to be dropped", 0.2), inplace },
  example: { p: 0.2 },
  build: (x, { p }, { training, seed, step }) => dropout(x, { ratio: p, training, seed: seed(), draw: step }),
});
