import { z } from "zod";
import { curves } from "./curves.ts";
import { CurveScheduler, type ScheduleKind, type Scheduler } from "./define.ts";
import { ReduceLROnPlateau } from "./plateau.ts";
import { SequentialLR } from "./sequential.ts";

/** Every schedule, in the order in which they are documented. */
const schedules = [...curves, SequentialLR, ReduceLROnPlateau];

const [first, ...others] = schedules.map(({ schema }) => schema);
export const ScheduleSource = z.discriminatedUnion("type", [first, ...others]).meta({
  id: "Schedule",
  description: "How the learning rate changes, with the names, arguments, defaults and rules of torch.optim.lr_scheduler",
  examples: [{ type: "StepLR", step_size: 30, gamma: 0.5 }],
});
/** A schedule with all its arguments. */
export type ScheduleSource = z.output<typeof ScheduleSource>;

const byType: ReadonlyMap<string, ScheduleKind<z.ZodType, ScheduleSource>> = new Map(
  schedules.map((schedule) => [schedule.schema.shape.type.value, schedule]),
);

/** The schedule that starts from the optimizer's rate `lr`; without a source the rate stays. */
export function schedulerOf(source: ScheduleSource | undefined, lr: number): Scheduler {
  if (source === undefined) return new CurveScheduler(() => lr, "epoch");
  const schedule = byType.get(source.type);
  if (schedule === undefined) throw new Error(`no schedule ${source.type}`);
  return schedule.scheduler(source, lr);
}
