import { z } from "zod";
import { curveOf, CurveSource } from "./curves.ts";
import { type Curve, CurveScheduler, schemasOf, type Scheduler } from "./define.ts";
import { mostParts, reached } from "./milestones.ts";

const ascending = (numbers: readonly number[]): boolean => numbers.every((number, at) => at === 0 || number > numbers[at - 1]);

const schema = schemasOf(
  "SequentialLR",
  "Schedules one after the other.",
  {
    schedulers: z
      .array(CurveSource)
      .min(1)
      .max(mostParts)
      .meta({
        description: "The parts in order, none of them a sequence or a ReduceLROnPlateau",
        examples: [[{ type: "LinearLR" }, { type: "CosineAnnealingLR", T_max: 95 }]],
      }),
    milestones: z
      .array(z.int().min(1))
      .max(mostParts)
      .refine(ascending, "The milestones do not rise")
      .meta({ description: "Counts of advances at which the next part begins: one less than there are parts", examples: [[5]] }),
  },
  { schedulers: [{ type: "LinearLR" }, { type: "CosineAnnealingLR", T_max: 95 }], milestones: [5] },
).whole.refine(({ schedulers, milestones }) => milestones.length === schedulers.length - 1, {
  error: "There is one milestone less than there are schedulers",
  path: ["milestones"],
});
type Sequence = z.output<typeof schema>;

function curve({ schedulers, milestones }: Sequence, lr: number): Curve {
  const parts = schedulers.map((source) => curveOf(source, lr));
  return (n) => {
    const part = reached(milestones, n);
    return parts[part](part === 0 ? n : n - milestones[part - 1]);
  };
}

export const SequentialLR = {
  schema,
  scheduler: (source: Sequence, lr: number): Scheduler => new CurveScheduler(curve(source, lr), source.interval),
};
