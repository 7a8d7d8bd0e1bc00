import { abs } from "../../../ops/arithmetic/abs.ts";
import { mul } from "../../../ops/arithmetic/mul.ts";
import { sub } from "../../../ops/arithmetic/sub.ts";
import { where } from "../../../ops/arithmetic/where.ts";
import { less } from "../../../ops/logic/comparison.ts";
import * as schemas from "../schemas/losses.ts";
import { defineLoss } from "../define.ts";
import { reduced, sameAsOutput } from "./reduction.ts";

export const MSELoss = defineLoss(schemas.MSELoss, {
  target: sameAsOutput,
  build: (output, target, { reduction }) => {
    const difference = sub(output, target);
    return reduced(mul(difference, difference), reduction);
  },
});

export const L1Loss = defineLoss(schemas.L1Loss, {
  target: sameAsOutput,
  build: (output, target, { reduction }) => reduced(abs(sub(output, target)), reduction),
});

export const SmoothL1Loss = defineLoss(schemas.SmoothL1Loss, {
  target: sameAsOutput,
  build: (output, target, { reduction, beta }) => {
    const distance = abs(sub(output, target));
    if (beta === 0) return reduced(distance, reduction);
    const curved = mul(mul(distance, distance), 0.5 / beta);
    return reduced(where(less(distance, beta), curved, sub(distance, 0.5 * beta)), reduction);
  },
});

export const HuberLoss = defineLoss(schemas.HuberLoss, {
  target: sameAsOutput,
  build: (output, target, { reduction, delta }) => {
    const distance = abs(sub(output, target));
    const curved = mul(mul(distance, distance), 0.5);
    return reduced(where(less(distance, delta), curved, mul(sub(distance, 0.5 * delta), delta)), reduction);
  },
});
