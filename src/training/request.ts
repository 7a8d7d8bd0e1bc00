import { z } from "zod";
import { DatasetId } from "./datasets/schema.ts";
import { exactlyOne, oneOfRequired, programMembers } from "../program/source.ts";
import { GradientClipping } from "./clipping.ts";
import { OptimizerSource } from "./optimizers/catalogue.ts";
import { ScheduleSource } from "./schedules/catalogue.ts";
import { Transform } from "./transforms/catalogue.ts";
import { Name, TensorInput, TensorInputs } from "../request/values.ts";

const programNames = Object.keys(programMembers);
const most = 2 ** 31 - 1;
const count = (description: string, example: number) =>
  z
    .int()
    .min(1)
    .max(most)
    .meta({ description, examples: [example] });

const transforms = z
  .array(Transform)
  .default([])
  .meta({
    description: "What is done to the tensor before it is fed, in order; statistics are taken of the training rows alone",
    examples: [[{ type: "scale", factor: 0.0625 }]],
  });

/** A tensor of a dataset, as it is fed. */
export const DatasetTensor = z
  .strictObject({
    dataset: DatasetId,
    tensor: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "The tensor of the dataset; the one with the input's name, or the only one, unless told", examples: ["input"] }),
    transforms,
  })
  .meta({ id: "DatasetTensor", description: "A tensor of a dataset", examples: [{ dataset: `sha256:${"9f86d081884c7d65".repeat(4)}` }] });
export type DatasetTensor = z.output<typeof DatasetTensor>;

/** Whole rows of a dataset: each of its tensors is fed to the input of the same name. */
export const DatasetRows = z
  .strictObject({
    dataset: DatasetId,
    transforms: z
      .record(Name, z.array(Transform))
      .default({})
      .meta({
        description: "What is done to each tensor before it is fed, by its name",
        examples: [{ input: [{ type: "scale", factor: 0.0625 }] }],
      }),
  })
  .meta({ id: "DatasetRows", description: "All tensors of a dataset, each for the input of its name" });
export type DatasetRows = z.output<typeof DatasetRows>;

/** Data of either form. Tensors are anything to zod, so a fault in what is meant for a dataset is found when it is read. */
const Data = z.union([DatasetRows, z.record(Name, z.union([DatasetTensor, TensorInput]))]);

/** Whether something is meant for a dataset or a part of one. */
export const namesDataset = (json: unknown): boolean =>
  typeof json === "object" && json !== null && typeof (json as { dataset?: unknown }).dataset === "string";

export const metricNames = ["loss", "accuracy", "mae", "mse", "rmse", "r2"] as const;
export type MetricName = (typeof metricNames)[number];

export const Metric = z
  .union([
    z.enum(metricNames),
    z
      .strictObject({
        type: z.enum(metricNames).meta({ description: "What is measured", examples: ["r2"] }),
        output: Name.optional().meta({ description: "The value that predicts; a network's output unless told", examples: ["y"] }),
        target: Name.optional().meta({ description: "The value that it is compared with; target unless told", examples: ["t"] }),
      })
      .meta({ description: "A measure of named values" }),
  ])
  .meta({
    id: "Metric",
    description:
      "loss; accuracy (of the largest score against the class, or of a probability or logit against 0 and 1); mae, mse and rmse (mean absolute, mean squared, and root of the mean squared error); r2 (the share of the variance that is explained)",
    examples: ["accuracy"],
  });
export type Metric = z.output<typeof Metric>;

/** A word to find jobs by. The pattern is spelled out, as that of names. */
export const Tag = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]*$/u, "A tag may not contain control characters")
  .meta({ description: "A word of 1 to 64 characters without control characters", examples: ["course-7"] });

const Validation = z
  .strictObject({
    split: z
      .number()
      .positive()
      .refine((split) => split < 1 || Number.isInteger(split), "Expected a share below 1, or a whole number of rows")
      .optional()
      .meta({ description: "The last rows of the data that are not trained on: a share below 1, or a number of rows", examples: [0.2] }),
    data: Data.optional().meta({
      description: "Data of their own, in the form of the request's `data`",
      examples: [{ input: [[2]], target: [[5]] }],
    }),
  })
  .refine(({ split, data }) => (split === undefined) !== (data === undefined), "Validation has either split or data")
  .meta({ id: "Validation", description: "What is held back to judge the training by, after every epoch", examples: [{ split: 0.2 }] });

const monitor = z
  .string()
  .min(1)
  .optional()
  .meta({ description: "The metric that tells: val_loss with validation, else loss, unless told", examples: ["val_accuracy"] });

const EarlyStopping = z
  .strictObject({
    monitor,
    patience: z
      .int()
      .min(0)
      .default(10)
      .meta({ description: "Epochs without improvement after which training stops", examples: [5] }),
    min_delta: z
      .number()
      .min(0)
      .default(0)
      .meta({ description: "The least change that counts as an improvement", examples: [0.001] }),
    mode: z
      .enum(["min", "max"])
      .optional()
      .meta({ description: "Whether less is better; more is for accuracy and r2, less for all else, unless told", examples: ["min"] }),
  })
  .meta({ id: "EarlyStopping", description: "When to stop before the end", examples: [{ patience: 5 }] });

const Checkpointing = z
  .strictObject({
    every_steps: count("Updates from one checkpoint to the next", 1000).optional(),
    every_epochs: count("Epochs from one checkpoint to the next", 5).optional(),
    every_seconds: z
      .number()
      .min(1)
      .optional()
      .meta({ description: "Seconds from one checkpoint to the next; 30 where nothing is told", examples: [60] }),
    keep: z
      .int()
      .min(1)
      .max(100)
      .default(2)
      .meta({ description: "Checkpoints that are kept beside the best and the last", examples: [3] }),
  })
  .meta({ id: "Checkpointing", description: "When to keep what a run that is interrupted goes on from", examples: [{ every_epochs: 5 }] });

export const JobRequest = z
  .strictObject({
    ...programMembers,
    parameters: TensorInputs.optional().meta({
      description:
        "What is trained, by name, with the numbers to start from. For a network all of its parameters, or none to have them drawn from `seed`; for a graph or an expression the inputs that are trained",
      examples: [{ w: [0.5, -0.25], b: 0 }],
    }),
    loss: Name.optional().meta({
      description: "The value to minimise, a single number. Left out, it is the only output, or a network's loss",
      examples: ["loss"],
    }),
    inputs: TensorInputs.default({}).meta({
      description: "Tensors that are fed whole at every step",
      examples: [{ scale: 2 }],
    }),
    data: Data.default({}).meta({
      description:
        "What is fed in batches of rows, by the name of the input: the first axis counts the rows. Each is a tensor, or one of a dataset with `{dataset, tensor, transforms}`; or all of them are the tensors of one dataset",
      examples: [{ input: [[0], [1]], target: [[1], [0]] }],
    }),
    optimizer: OptimizerSource.meta({ description: "How the parameters are updated, with torch.optim's names, arguments and defaults" }),
    schedule: ScheduleSource.optional().meta({ description: "How the learning rate changes; it stays unless told" }),
    weight_decay: z
      .number()
      .min(0)
      .optional()
      .meta({ description: "The optimizer's argument of this name, which may stand here instead", examples: [0.0001] }),
    gradient_clipping: GradientClipping.optional().meta({ description: "How large gradients may be; any size unless told" }),
    batch_size: z
      .int()
      .min(1)
      .max(most)
      .nullable()
      .default(null)
      .meta({ description: "Rows of one update; null for all of them", examples: [32] }),
    drop_last: z
      .boolean()
      .default(false)
      .meta({ description: "Whether to leave out the rows at the end of an epoch that do not fill a batch", examples: [true] }),
    epochs: count("How often to go through the data; either this or `steps`", 20).optional(),
    steps: count("How many updates to make; either this or `epochs`", 3500).optional(),
    shuffle: z
      .boolean()
      .default(false)
      .meta({ description: "Whether each epoch goes through the rows in another order, drawn from `seed`", examples: [true] }),
    seed: z
      .int()
      .min(0)
      .default(0)
      .meta({ description: "Seed of everything that is random: initial parameters, dropout and the order of the rows", examples: [42] }),
    dtype: z
      .enum(["float64", "float32"])
      .default("float64")
      .meta({
        description: "What numbers without a type of their own are computed in, those of datasets among them",
        examples: ["float32"],
      }),
    validation: Validation.optional().meta({ description: "What is held back to judge the training by; nothing unless told" }),
    metrics: z
      .array(Metric)
      .max(20)
      .default([])
      .meta({ description: "What is measured beside the loss, on the batches and on the validation data", examples: [["accuracy"]] }),
    early_stopping: EarlyStopping.optional().meta({ description: "When to stop before the end; never unless told" }),
    checkpoint: Checkpointing.default({ keep: 2 }).meta({ description: "When to keep what an interrupted run goes on from" }),
    log_every: count("Updates from one row of the history to the next; about a thousand rows in all unless told", 1).optional(),
    threads: z
      .int()
      .min(1)
      .max(16)
      .optional()
      .meta({
        description: "Threads that may work on one step, within what the service allows; the result is the same for any number",
        examples: [2],
      }),
    tags: z
      .array(Tag)
      .max(20)
      .default([])
      .meta({ description: "Words to find the job by", examples: [["course-7"]] }),
    webhook: z
      .strictObject({
        url: z
          .url({ protocol: /^https?$/, error: "Expected an address that begins with https:// or http://" })
          .max(2048)
          // An address is shown to whoever may see the job.
          .refine((url) => !URL.canParse(url) || new URL(url).password === "", "An address holds no password: put a token into its path")
          .meta({ description: "Where to post the event that ends the job", examples: ["https://example.org/trained"] }),
        secret: z
          .string()
          .regex(/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/, "A secret is whsec_ and base64")
          .optional()
          .meta({
            description: "Key of the signature, as Standard Webhooks write it",
            examples: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
          }),
      })
      .optional()
      .meta({ description: "Who is told when the job is over" }),
  })
  .superRefine(exactlyOne(programNames))
  .refine(({ epochs, steps }) => (epochs === undefined) !== (steps === undefined), "A job has either epochs or steps")
  .meta({
    id: "JobRequest",
    description: "A program with a loss, data, and how to train it",
    oneOf: oneOfRequired(programNames),
    examples: [
      {
        expression: "loss = mean((w * x + b - t)^2)",
        parameters: { w: 0, b: 0 },
        data: { x: [0, 1, 2], t: [1, 3, 5] },
        optimizer: { type: "SGD", lr: 0.1 },
        steps: 100,
      },
    ],
  });
export type JobRequest = z.output<typeof JobRequest>;
