import { z } from "zod";
import { CosineAnnealingLR, CosineAnnealingWarmRestarts } from "./cosine.ts";
import type { Curve } from "./define.ts";
import { OneCycleLR } from "./one-cycle.ts";
import { ConstantLR, LinearLR, PolynomialLR } from "./ramps.ts";
import { ExponentialLR, MultiStepLR, StepLR } from "./decays.ts";

/** Every schedule in closed form, in the order in which they are documented. */
export const curves = [
  ConstantLR,
  LinearLR,
  StepLR,
  MultiStepLR,
  ExponentialLR,
  PolynomialLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  OneCycleLR,
];

const [first, ...others] = curves.map(({ part }) => part);
export const CurveSource = z.discriminatedUnion("type", [first, ...others]).meta({
  id: "ScheduleCurve",
  description: "A schedule that is part of a sequence: its advances count from where its part begins",
  examples: [{ type: "CosineAnnealingLR", T_max: 95 }],
});
export type CurveSource = z.output<typeof CurveSource>;

const byType: ReadonlyMap<string, { curve(source: CurveSource, lr: number): Curve }> = new Map(
  curves.map((each) => [each.part.shape.type.value, each]),
);

/** The schedule in closed form, from the rate `lr` of the optimizer. */
export function curveOf(source: CurveSource, lr: number): Curve {
  const schedule = byType.get(source.type);
  if (schedule === undefined) throw new Error(`no schedule ${source.type}`);
  return schedule.curve(source, lr);
}
