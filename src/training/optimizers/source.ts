import { z } from "zod";

/** Optimizers with the names, arguments, defaults and update rules of torch.optim. */

const atLeastZero = (initial: number, description: string, example: number) =>
  z
    .number()
    .min(0)
    .default(initial)
    .meta({ description, examples: [example] });

/** A share that stays below one: an average that keeps all of its past never moves. */
const decay = z.number().min(0).lt(1, { error: "Expected a number below 1" });

const flag = (description: string) =>
  z
    .boolean()
    .default(false)
    .meta({ description, examples: [true] });

const rate = (initial: number, example: number) => atLeastZero(initial, "The learning rate", example);
const maximize = flag("Whether to climb instead: the objective is made as great as it can be");
const weightDecay = (initial = 0) => atLeastZero(initial, "What times each parameter is added to its gradient: an L2 penalty", 0.0001);
const decoupledDecay = (initial: number) =>
  atLeastZero(initial, "What times the learning rate each parameter shrinks by before its update, apart from its gradient", 0.01);
const stabiliser = (initial: number) => atLeastZero(initial, "Added to denominators, so that nothing is divided by zero", 1e-7);
const betas = z
  .tuple([decay, decay])
  .default([0.9, 0.999])
  .meta({
    description: "What the running averages of the gradient and of its square keep of their past at each step",
    examples: [[0.8, 0.99]],
  });

const epsPlace = z
  .enum(["outside", "uncorrected"])
  .default("outside")
  .meta({
    description:
      "Where `eps` stands. outside, as in torch: beside the root of the bias-corrected average of squares. uncorrected, as in textbooks: beside the root of the average as it is, with both corrections in the learning rate",
    examples: ["uncorrected"],
  });

function optimizer<const Type extends string, Shape extends z.core.$ZodLooseShape>(
  type: Type,
  description: string,
  shape: Shape,
  example: Readonly<Record<string, unknown>>,
) {
  return z
    .strictObject({ type: z.literal(type).meta({ description: "The class in torch.optim", examples: [type] }), ...shape })
    .meta({ title: type, description, examples: [{ type, ...example }] });
}

const SGD = optimizer(
  "SGD",
  "Gradient descent, with momentum where it is asked for.",
  {
    lr: rate(1e-3, 0.025),
    momentum: atLeastZero(0, "What the velocity keeps of its past at each step", 0.9),
    dampening: z
      .number()
      .default(0)
      .meta({ description: "The share of the gradient that does not enter the velocity, from the second step on", examples: [0.1] }),
    weight_decay: weightDecay(),
    nesterov: flag("Whether the momentum is Nesterov's, which looks a step ahead"),
    maximize,
  },
  { lr: 0.025, momentum: 0.9 },
).refine(({ nesterov, momentum, dampening }) => !nesterov || (momentum > 0 && dampening === 0), {
  error: "Nesterov's momentum needs a momentum above 0 and no dampening",
  path: ["nesterov"],
});

const adamMembers = {
  lr: rate(1e-3, 0.01),
  betas,
  eps: stabiliser(1e-8),
  eps_place: epsPlace,
  amsgrad: flag("Whether the greatest average of squares so far takes the place of the last"),
  maximize,
};

const Adam = optimizer(
  "Adam",
  "Steps along the average gradient, measured in each parameter by the root of the average square.",
  { ...adamMembers, weight_decay: weightDecay() },
  { lr: 0.01 },
);

const AdamW = optimizer(
  "AdamW",
  "Adam with a weight decay that does not pass through the averages.",
  { ...adamMembers, weight_decay: decoupledDecay(1e-2) },
  { lr: 0.01, weight_decay: 0.1 },
);

const NAdam = optimizer(
  "NAdam",
  "Adam with Nesterov's momentum.",
  {
    lr: rate(2e-3, 0.01),
    betas,
    eps: stabiliser(1e-8),
    weight_decay: weightDecay(),
    momentum_decay: atLeastZero(4e-3, "How fast the momentum rises towards the first of the betas", 0.01),
    decoupled_weight_decay: flag("Whether the weight decay is AdamW's, apart from the gradient"),
    maximize,
  },
  { lr: 0.01 },
);

const RMSprop = optimizer(
  "RMSprop",
  "Steps along the gradient, measured in each parameter by the root of the average square.",
  {
    lr: rate(1e-2, 0.001),
    alpha: z
      .number()
      .min(0)
      .max(1)
      .default(0.99)
      .meta({ description: "What the average square keeps of its past at each step", examples: [0.9] }),
    eps: stabiliser(1e-8),
    weight_decay: weightDecay(),
    momentum: atLeastZero(0, "What the velocity keeps of its past at each step", 0.9),
    centered: flag("Whether the gradient is measured by its estimated deviation from its average instead"),
    maximize,
  },
  { lr: 0.001 },
);

const Adagrad = optimizer(
  "Adagrad",
  "Steps along the gradient, measured in each parameter by the root of the sum of all squares so far.",
  {
    lr: rate(1e-2, 0.1),
    lr_decay: atLeastZero(0, "The learning rate at update t is divided by 1 + (t − 1) times this", 0.01),
    weight_decay: weightDecay(),
    initial_accumulator_value: atLeastZero(0, "What the sums of squares start from", 0.1),
    eps: stabiliser(1e-10),
    maximize,
  },
  { lr: 0.1 },
);

const Adadelta = optimizer(
  "Adadelta",
  "Steps along the gradient, measured by the average sizes of earlier steps and gradients.",
  {
    lr: rate(1, 0.5),
    rho: z
      .number()
      .min(0)
      .max(1)
      .default(0.9)
      .meta({ description: "What the average squares keep of their past at each step", examples: [0.95] }),
    eps: stabiliser(1e-6),
    weight_decay: weightDecay(),
    maximize,
  },
  { lr: 1 },
);

const LBFGS = optimizer(
  "LBFGS",
  "The quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno with limited memory. It evaluates the objective several times per update, so it wants all data at once.",
  {
    lr: rate(1, 0.5),
    max_iter: z
      .int()
      .min(1)
      .max(10_000)
      .default(20)
      .meta({ description: "Moves in one update, at most", examples: [5] }),
    max_eval: z
      .int()
      .min(1)
      .max(100_000)
      .nullable()
      .default(null)
      .meta({ description: "Evaluations of the objective in one update, at most; null for five quarters of max_iter", examples: [25] }),
    tolerance_grad: atLeastZero(1e-7, "An update ends when no element of the gradient is greater than this", 1e-5),
    tolerance_change: atLeastZero(1e-9, "An update ends when parameters and objective change by less than this", 1e-7),
    history_size: z
      .int()
      .min(1)
      .max(1000)
      .default(100)
      .meta({ description: "Moves that the estimate of the curvature remembers: each takes the memory of two gradients", examples: [10] }),
    line_search_fn: z
      .enum(["strong_wolfe"])
      .nullable()
      .default(null)
      .meta({
        description: "How far to move: by the strong Wolfe conditions, or null for the learning rate itself",
        examples: ["strong_wolfe"],
      }),
    maximize,
  },
  { max_iter: 5, line_search_fn: "strong_wolfe" },
);

export const OptimizerSource = z.discriminatedUnion("type", [SGD, Adam, AdamW, NAdam, RMSprop, Adagrad, Adadelta, LBFGS]).meta({
  id: "Optimizer",
  description: "What moves the parameters along their gradients, with the names, arguments, defaults and rules of torch.optim",
  examples: [{ type: "Adam", lr: 0.01 }],
});
/** An optimizer with all its arguments. */
export type OptimizerSource = z.output<typeof OptimizerSource>;
export type OptimizerOf<Type extends OptimizerSource["type"]> = Extract<OptimizerSource, { type: Type }>;

const bound = (description: string, example: number) =>
  z
    .number()
    .gt(0, { error: "Expected a number above 0" })
    .optional()
    .meta({ description, examples: [example] });

export const GradientClipping = z
  .strictObject({
    norm: bound("The greatest Euclidean norm of all gradients together: longer ones are scaled down to it", 1),
    value: bound("The greatest magnitude of an element: greater ones are cut to it, after the norm was seen to", 0.5),
  })
  .refine(({ norm, value }) => norm !== undefined || value !== undefined, "Clipping has a norm, a value or both")
  .meta({
    id: "GradientClipping",
    description: "Bounds of the gradients before an update, as torch.nn.utils.clip_grad_norm_ and clip_grad_value_ keep them",
    examples: [{ norm: 1 }],
  });
export type GradientClipping = z.output<typeof GradientClipping>;
