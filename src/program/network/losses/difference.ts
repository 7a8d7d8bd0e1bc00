import { z } from "zod";
import { abs } from "../../../ops/arithmetic/abs.ts";
import { div } from "../../../ops/arithmetic/div.ts";
import { mul } from "../../../ops/arithmetic/mul.ts";
import { sub } from "../../../ops/arithmetic/sub.ts";
import { where } from "../../../ops/arithmetic/where.ts";
import { less } from "../../../ops/logic/comparison.ts";
import { defineLoss } from "../define.ts";
import { needsSameShape, reduced, reduction, sameAsOutput } from "./reduction.ts";

export const MSELoss = defineLoss({
  type: "MSELoss",
  description: `The squared difference of output and target. ${needsSameShape}`,
  arguments: { reduction },
  target: sameAsOutput,
  build: (output, target, { reduction }) => {
    const difference = sub(output, target);
    return reduced(mul(difference, difference), reduction);
  },
});

export const L1Loss = defineLoss({
  type: "L1Loss",
  description: `The absolute difference of output and target, with derivative 0 where they are equal. ${needsSameShape}`,
  arguments: {
    reduction,
  },
  target: sameAsOutput,
  build: (output, target, { reduction }) => reduced(abs(sub(output, target)), reduction),
});

export const SmoothL1Loss = defineLoss({
  type: "SmoothL1Loss",
  description: `The squared difference over 2β where it is below β, else the absolute difference less β/2. ${needsSameShape}`,
  arguments: {
    reduction,
    beta: z
      .number()
      .min(0)
      .default(1)
      .meta({ description: "β, where the two pieces meet; 0 makes it the L1Loss", examples: [0.5] }),
  },
  target: sameAsOutput,
  build: (output, target, { reduction, beta }) => {
    const distance = abs(sub(output, target));
    if (beta === 0) return reduced(distance, reduction);
    const isNear = less(distance, beta);
    const near = where(isNear, distance, 0);
    return reduced(where(isNear, mul(mul(near, 0.5), div(near, beta)), sub(distance, 0.5 * beta)), reduction);
  },
});

export const HuberLoss = defineLoss({
  type: "HuberLoss",
  description: `Half the squared difference where it is below δ, else δ times the absolute difference less δ²/2. ${needsSameShape}`,
  arguments: {
    reduction,
    delta: z
      .number()
      .positive()
      .default(1)
      .meta({ description: "δ, where the two pieces meet", examples: [0.5] }),
  },
  target: sameAsOutput,
  build: (output, target, { reduction, delta }) => {
    const distance = abs(sub(output, target));
    const isNear = less(distance, delta);
    // What is far has no part in the square, not even 0 times infinity.
    const near = where(isNear, distance, 0);
    return reduced(where(isNear, mul(mul(near, near), 0.5), mul(sub(distance, 0.5 * delta), delta)), reduction);
  },
});
