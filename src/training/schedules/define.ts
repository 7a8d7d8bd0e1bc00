import { z } from "zod";

/** What the learning rate is, as training goes on. */
export interface Scheduler {
  readonly lr: number;
  /** After what it advances. */
  readonly interval: "step" | "epoch";
  /** To the next step or epoch. The metric of the one that is over matters to those that watch it. */
  advance(metric: number): void;
  /** Finite numbers from which `restore` goes on to give the same rates. */
  state(): Record<string, number>;
  restore(state: Readonly<Record<string, number>>): void;
}

/** The learning rate after so many advances. */
export type Curve = (advances: number) => number;

/** A schedule: what a request may say of it, and how it goes from the optimizer's rate `lr`. */
export interface ScheduleKind<Schema extends z.ZodType, Source = z.output<Schema>> {
  readonly schema: Schema;
  scheduler(source: Source, lr: number): Scheduler;
}

/** A schedule that follows from the number of advances, so that it may be part of a sequence. */
export interface CurveSchedule<Whole extends z.ZodType, Part extends z.ZodType> extends ScheduleKind<
  Whole,
  z.output<Part> & Pick<Scheduler, "interval">
> {
  readonly part: Part;
  curve(source: z.output<Part>, lr: number): Curve;
}

const interval = z
  .enum(["epoch", "step"])
  .default("epoch")
  .meta({ description: "After what the schedule advances: every epoch, or every update", examples: ["step"] });

/**
 * What a request may say of a schedule, whose arguments are those of the class of this name in torch.optim.lr_scheduler: as a whole, which
 * says when it advances, and as a part of a sequence, which advances with it.
 */
export function schemasOf<const Type extends string, Shape extends z.core.$ZodLooseShape>(
  type: Type,
  description: string,
  shape: Shape,
  example: Readonly<Record<string, unknown>>,
) {
  const members = { type: z.literal(type).meta({ description: "The class in torch.optim.lr_scheduler", examples: [type] }), ...shape };
  const meta = { title: type, description, examples: [{ type, ...example }] };
  return { whole: z.strictObject({ ...members, interval }).meta(meta), part: z.strictObject(members).meta(meta) };
}

/** A schedule in closed form. */
export const byCurve = <Whole extends z.ZodType, Part extends z.ZodType>(
  { whole, part }: { readonly whole: Whole; readonly part: Part },
  curve: (source: z.output<Part>, lr: number) => Curve,
): CurveSchedule<Whole, Part> => ({
  schema: whole,
  part,
  curve,
  scheduler: (source, lr) => new CurveScheduler(curve(source, lr), source.interval),
});

/** Goes along a curve. */
export class CurveScheduler implements Scheduler {
  readonly interval: Scheduler["interval"];
  readonly #curve: Curve;
  #advances = 0;
  lr: number;

  constructor(curve: Curve, interval: Scheduler["interval"]) {
    this.#curve = curve;
    this.interval = interval;
    this.lr = curve(0);
  }

  advance(): void {
    this.#moveTo(this.#advances + 1);
  }

  state(): Record<string, number> {
    return { last_epoch: this.#advances };
  }

  restore({ last_epoch }: Readonly<Record<string, number>>): void {
    this.#moveTo(last_epoch);
  }

  #moveTo(advances: number): void {
    this.#advances = advances;
    this.lr = this.#curve(advances);
  }
}
