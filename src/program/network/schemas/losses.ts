import { z } from "zod";
import { TensorInput } from "../../../request/values.ts";
import { flag, loss, reduction } from "./arguments.ts";

const sameShape = "The target has the shape of the output: another one is refused, where torch.nn would broadcast it with a warning.";

const classWeight = TensorInput.optional().meta({
  description: "A weight for each class; 1 for all when left out",
  examples: [[0.5, 1, 2]],
});
const elementWeight = TensorInput.optional().meta({
  description: "A weight for each element, in a shape that broadcasts to the output's; 1 for all when left out",
  examples: [[0.5, 1, 2]],
});
const ignoreIndex = z
  .int()
  .default(-100)
  .meta({ description: "Targets of this class count for nothing", examples: [0] });

export const MSELoss = loss("MSELoss", `The squared difference of output and target. ${sameShape}`, { reduction });

export const L1Loss = loss("L1Loss", `The absolute difference of output and target, with derivative 0 where they are equal. ${sameShape}`, {
  reduction,
});

export const SmoothL1Loss = loss(
  "SmoothL1Loss",
  `The squared difference over 2β where it is below β, else the absolute difference less β/2. ${sameShape}`,
  {
    reduction,
    beta: z
      .number()
      .min(0)
      .default(1)
      .meta({ description: "β, where the two pieces meet; 0 makes it the L1Loss", examples: [0.5] }),
  },
);

export const HuberLoss = loss(
  "HuberLoss",
  `Half the squared difference where it is below δ, else δ times the absolute difference less δ²/2. ${sameShape}`,
  {
    reduction,
    delta: z
      .number()
      .positive()
      .default(1)
      .meta({ description: "δ, where the two pieces meet", examples: [0.5] }),
  },
);

export const CrossEntropyLoss = loss(
  "CrossEntropyLoss",
  "The negative log-likelihood of the target under the softmax of the output, [batch, classes, …] or [classes]. A target of the output's shape gives the probability of each class, any other the index of the class.",
  {
    reduction,
    weight: classWeight,
    ignore_index: ignoreIndex.meta({
      description: "Targets of this class count for nothing; without meaning for probabilities",
      examples: [0],
    }),
    label_smoothing: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .meta({ description: "The share of each target that is spread evenly over all classes", examples: [0.1] }),
  },
);

export const NLLLoss = loss(
  "NLLLoss",
  "The negative of the log-probability that the output, [batch, classes, …] or [classes], gives to the class of the target; it usually follows a LogSoftmax.",
  { reduction, weight: classWeight, ignore_index: ignoreIndex },
);

export const BCELoss = loss(
  "BCELoss",
  `The binary cross entropy between a target and an output that is a probability. Its logarithms are held at −100, where no gradient flows through them. ${sameShape}`,
  { reduction, weight: elementWeight },
);

export const BCEWithLogitsLoss = loss(
  "BCEWithLogitsLoss",
  `The binary cross entropy between a target and the sigmoid of the output, computed together so that nothing overflows. ${sameShape}`,
  {
    reduction,
    weight: elementWeight,
    pos_weight: TensorInput.optional().meta({
      description: "A weight for the positive part, in a shape that broadcasts to the output's; 1 for all when left out",
      examples: [[3, 0.5, 1.2]],
    }),
  },
);

export const KLDivLoss = loss(
  "KLDivLoss",
  `The Kullback-Leibler divergence of a target from an output of log-probabilities. ${sameShape}`,
  {
    reduction: z
      .enum(["mean", "batchmean", "sum", "none"])
      .default("mean")
      .meta({
        description: "How the elements become one number; `batchmean`, the sum over the size of the batch, is the divergence's definition",
        examples: ["batchmean"],
      }),
    log_target: flag(false, "Whether the target is given as log-probabilities too"),
  },
);

/** Every loss, one line each. */
export const lossSchemas = [
  BCELoss,
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  HuberLoss,
  KLDivLoss,
  L1Loss,
  MSELoss,
  NLLLoss,
  SmoothL1Loss,
] as const;

/** Arguments of losses that are tensors. */
export const tensorArguments = ["weight", "pos_weight"] as const;

export type LossSource = z.output<(typeof lossSchemas)[number]>;
