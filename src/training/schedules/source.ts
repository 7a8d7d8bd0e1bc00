import { z } from "zod";

/** Learning-rate schedules with the names, arguments, defaults and rules of torch.optim.lr_scheduler. */

const count = (description: string, example: number) =>
  z
    .int()
    .min(1)
    .meta({ description, examples: [example] });

const amount = (initial: number, description: string, example: number) =>
  z
    .number()
    .min(0)
    .default(initial)
    .meta({ description, examples: [example] });

const share = (initial: number, description: string, example: number) =>
  z
    .number()
    .min(0)
    .max(1)
    .default(initial)
    .meta({ description, examples: [example] });

const most = 1000;
const milestones = (description: string, example: readonly number[]) =>
  z
    .array(z.int().min(0))
    .min(1)
    .max(most)
    .meta({ description, examples: [example] });

const gamma = z
  .number()
  .min(0)
  .meta({ description: "What the rate is multiplied by", examples: [0.5] });
const floor = amount(0, "The least rate", 1e-5);
const length = count("Advances until the end of the change", 10).default(5);

const interval = z
  .enum(["epoch", "step"])
  .default("epoch")
  .meta({ description: "After what the schedule advances: every epoch, or every update", examples: ["step"] });

/** A schedule as a whole, which says when it advances, and as a part of a sequence, which advances with it. */
function schedule<const Type extends string, Shape extends z.core.$ZodLooseShape>(
  type: Type,
  description: string,
  shape: Shape,
  example: Readonly<Record<string, unknown>>,
) {
  const members = { type: z.literal(type).meta({ description: "The class in torch.optim.lr_scheduler", examples: [type] }), ...shape };
  const meta = { title: type, description, examples: [{ type, ...example }] };
  return { whole: z.strictObject({ ...members, interval }).meta(meta), part: z.strictObject(members).meta(meta) };
}

const ConstantLR = schedule(
  "ConstantLR",
  "A share of the rate to begin with, then the rate itself.",
  { factor: share(1 / 3, "The share to begin with", 0.1), total_iters: length },
  { factor: 0.1, total_iters: 10 },
);

const LinearLR = schedule(
  "LinearLR",
  "From one share of the rate to another along a line: a warm-up with the defaults.",
  {
    start_factor: z
      .number()
      .gt(0, { error: "Expected a number above 0" })
      .max(1)
      .default(1 / 3)
      .meta({ description: "The share to begin with", examples: [0.1] }),
    end_factor: share(1, "The share to end with", 0.5),
    total_iters: length,
  },
  { start_factor: 0.1, total_iters: 10 },
);

const StepLR = schedule(
  "StepLR",
  "The rate is multiplied again and again after the same number of advances.",
  { step_size: count("Advances from one change to the next", 30), gamma: gamma.default(0.1) },
  { step_size: 30, gamma: 0.5 },
);

const MultiStepLR = schedule(
  "MultiStepLR",
  "The rate is multiplied at each of the milestones.",
  { milestones: milestones("Counts of advances at which the rate changes", [30, 80]), gamma: gamma.default(0.1) },
  { milestones: [30, 80] },
);

const ExponentialLR = schedule("ExponentialLR", "The rate is multiplied at every advance.", { gamma }, { gamma: 0.95 });

const PolynomialLR = schedule(
  "PolynomialLR",
  "The rate falls to zero as a power of what is left of the way.",
  { total_iters: length, power: amount(1, "The power", 2) },
  { total_iters: 100, power: 2 },
);

const CosineAnnealingLR = schedule(
  "CosineAnnealingLR",
  "The rate falls to its floor along half a period of the cosine, and rises again after that.",
  { T_max: count("Advances until the floor", 50), eta_min: floor },
  { T_max: 50 },
);

const CosineAnnealingWarmRestarts = schedule(
  "CosineAnnealingWarmRestarts",
  "The rate falls to its floor along half a period of the cosine, and begins anew.",
  {
    T_0: count("Advances until the first new beginning", 10),
    T_mult: count("What the length of the next fall is multiplied by", 2).default(1),
    eta_min: floor,
  },
  { T_0: 10, T_mult: 2 },
);

const OneCycleLR = schedule(
  "OneCycleLR",
  "The rate rises to its greatest value and falls far below where it began. The optimizer's own rate does not count. After the last step the rate stays.",
  {
    max_lr: z
      .number()
      .min(0)
      .meta({ description: "The greatest rate", examples: [0.1] }),
    total_steps: z
      .int()
      .min(2)
      .meta({ description: "Advances of the whole cycle", examples: [1000] }),
    pct_start: share(0.3, "The share of the cycle in which the rate rises", 0.25),
    anneal_strategy: z
      .enum(["cos", "linear"])
      .default("cos")
      .meta({ description: "Along what the rate changes", examples: ["linear"] }),
    cycle_momentum: z
      .literal(false, { error: "Only false is supported: the momentum stays as it is" })
      .meta({ description: "Whether the momentum changes too. torch's default is true, which is not supported", examples: [false] }),
    div_factor: z
      .number()
      .gt(0, { error: "Expected a number above 0" })
      .default(25)
      .meta({ description: "The rate begins with the greatest divided by this", examples: [10] }),
    final_div_factor: z
      .number()
      .gt(0, { error: "Expected a number above 0" })
      .default(1e4)
      .meta({ description: "The rate ends with that of the beginning divided by this", examples: [100] }),
    three_phase: z
      .boolean()
      .default(false)
      .meta({ description: "Whether the rate returns to where it began before it falls further", examples: [true] }),
  },
  { max_lr: 0.1, total_steps: 1000, cycle_momentum: false },
);

const Curve = z
  .discriminatedUnion("type", [
    ConstantLR.part,
    LinearLR.part,
    StepLR.part,
    MultiStepLR.part,
    ExponentialLR.part,
    PolynomialLR.part,
    CosineAnnealingLR.part,
    CosineAnnealingWarmRestarts.part,
    OneCycleLR.part,
  ])
  .meta({
    id: "ScheduleCurve",
    description: "A schedule that is part of a sequence: its advances count from where its part begins",
    examples: [{ type: "CosineAnnealingLR", T_max: 95 }],
  });
/** A schedule that follows from the number of advances. */
export type CurveSource = z.output<typeof Curve>;

const ascending = (numbers: readonly number[]): boolean => numbers.every((number, at) => at === 0 || number > numbers[at - 1]);

const SequentialLR = schedule(
  "SequentialLR",
  "Schedules one after the other.",
  {
    schedulers: z
      .array(Curve)
      .min(1)
      .max(most)
      .meta({
        description: "The parts in order, none of them a sequence or a ReduceLROnPlateau",
        examples: [[{ type: "LinearLR" }, { type: "CosineAnnealingLR", T_max: 95 }]],
      }),
    milestones: z
      .array(z.int().min(1))
      .max(most)
      .refine(ascending, "The milestones do not rise")
      .meta({ description: "Counts of advances at which the next part begins: one less than there are parts", examples: [[5]] }),
  },
  { schedulers: [{ type: "LinearLR" }, { type: "CosineAnnealingLR", T_max: 95 }], milestones: [5] },
);

const ReduceLROnPlateau = schedule(
  "ReduceLROnPlateau",
  "The rate is multiplied when the loss (with validation and after epochs: the validation's) has stopped to improve.",
  {
    mode: z
      .enum(["min", "max"])
      .default("min")
      .meta({ description: "Whether less or more is better", examples: ["max"] }),
    factor: z
      .number()
      .min(0)
      .lt(1, { error: "Expected a number below 1" })
      .default(0.1)
      .meta({ description: "What the rate is multiplied by", examples: [0.5] }),
    patience: z
      .int()
      .min(0)
      .default(10)
      .meta({ description: "Advances without improvement that are let pass", examples: [5] }),
    threshold: amount(1e-4, "What counts as an improvement", 1e-3),
    threshold_mode: z
      .enum(["rel", "abs"])
      .default("rel")
      .meta({ description: "Whether the threshold is a share of the best or a difference from it", examples: ["abs"] }),
    cooldown: z
      .int()
      .min(0)
      .default(0)
      .meta({ description: "Advances after a reduction in which nothing is counted", examples: [2] }),
    min_lr: floor,
    eps: amount(1e-8, "Changes of the rate up to this are not made", 1e-6),
  },
  { factor: 0.5, patience: 5 },
);

export const ScheduleSource = z
  .discriminatedUnion("type", [
    ConstantLR.whole,
    LinearLR.whole,
    StepLR.whole,
    MultiStepLR.whole,
    ExponentialLR.whole,
    PolynomialLR.whole,
    CosineAnnealingLR.whole,
    CosineAnnealingWarmRestarts.whole,
    OneCycleLR.whole,
    SequentialLR.whole.refine(({ schedulers, milestones }) => milestones.length === schedulers.length - 1, {
      error: "There is one milestone less than there are schedulers",
      path: ["milestones"],
    }),
    ReduceLROnPlateau.whole,
  ])
  .meta({
    id: "Schedule",
    description: "How the learning rate changes, with the names, arguments, defaults and rules of torch.optim.lr_scheduler",
    examples: [{ type: "StepLR", step_size: 30, gamma: 0.5 }],
  });
/** A schedule with all its arguments. */
export type ScheduleSource = z.output<typeof ScheduleSource>;
export type PlateauSource = Extract<ScheduleSource, { type: "ReduceLROnPlateau" }>;
