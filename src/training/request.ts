import { z } from "zod";
import { exactlyOne, oneOfRequired, programMembers } from "../program/source.ts";
import { Checkpointing } from "./checkpointing.ts";
import { GradientClipping } from "./clipping.ts";
import { OptimizerSource } from "./optimizers/catalogue.ts";
import { ScheduleSource } from "./schedules/catalogue.ts";
import { Data } from "./data-source.ts";
import { Metric } from "./measures.ts";
import { splitMembers, splitShare } from "./splitting.ts";
import { EarlyStopping } from "./stopping.ts";
import { boundOfNames, bounds } from "../request/bounds.ts";
import { otherNames } from "../request/other-names.ts";
import { Name, TensorInputs } from "../request/values.ts";

const programNames = Object.keys(programMembers);
const most = 2 ** 31 - 1;
const count = (description: string, example: number) =>
  z
    .int()
    .min(1)
    .max(most)
    .meta({ description, examples: [example] });

/** A word to find jobs by. The pattern is spelled out, as that of names. */
export const Tag = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]*$/u, "A tag may not contain control characters")
  .meta({ description: "A word of 1 to 64 characters without control characters", examples: ["course-7"] });

const Tags = z
  .array(Tag)
  .max(20)
  .default([])
  .meta({ description: "Words to find the job by", examples: [["course-7"]] });

const pauseAfter = z
  .int()
  .min(0)
  .max(most)
  .optional()
  .meta({
    description: "Updates from here after which the job pauses by itself, to be looked at, and resumed; it does not unless told",
    examples: [20],
  });

const Webhook = z
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
  .meta({ description: "Who is told when the job is over" });

/** As scikit-learn and Keras call a split. */
const splitElsewhere = {
  fraction: "split",
  test_size: "split",
  validation_split: "split",
  ratio: "split",
  size: "split",
  stratified: "stratify",
};

const HeldBack = z
  .strictObject({
    ...splitMembers,
    data: Data.optional().meta({
      description: "Data of their own, in the form of the request's `data`",
      examples: [{ input: [[2]], target: [[5]] }],
    }),
  })
  .refine(({ split, data }) => (split === undefined) !== (data === undefined), "Validation has either split or data")
  .refine(
    ({ data, shuffle, stratify }) => data === undefined || (shuffle === undefined && stratify === undefined),
    "shuffle and stratify say how the rows of a split are chosen",
  )
  .register(otherNames, splitElsewhere);

const Validation = z.union([splitShare.transform((split): z.output<typeof HeldBack> => ({ split })), HeldBack]).meta({
  id: "Validation",
  description: "What is held back to judge the training by, after every epoch; a number is a split",
  examples: [{ split: 0.2, shuffle: true }],
});

export const JobRequest = z
  .strictObject({
    ...programMembers,
    parameters: TensorInputs.optional()
      .register(bounds, boundOfNames)
      .meta({
        description:
          "What is trained, by name, with the numbers to start from. For a network all of its parameters, or none to have them drawn from `seed`; for a graph or an expression the inputs that are trained",
        examples: [{ w: [0.5, -0.25], b: 0 }],
      }),
    loss: Name.optional().meta({
      description: "The value to minimise, a single number. Left out, it is the only output, or a network's loss",
      examples: ["loss"],
    }),
    inputs: TensorInputs.default({})
      .register(bounds, boundOfNames)
      .meta({
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
    restore_best: z
      .boolean()
      .optional()
      .meta({
        description:
          "Whether the job ends with the weights of its best epoch, by the metric that `early_stopping` monitors, in place of the last",
        examples: [true],
      }),
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
    pause_after: pauseAfter,
    tags: Tags,
    webhook: Webhook,
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
  })
  .register(otherNames, {
    lr: "optimizer.lr",
    learning_rate: "optimizer.lr",
    momentum: "optimizer.momentum",
    validation_split: "validation.split",
    validation_data: "validation.data",
    early_stop: "early_stopping",
    patience: "early_stopping.patience",
    restore_best_weights: "restore_best",
    lr_scheduler: "schedule",
    max_epochs: "epochs",
    iterations: "steps",
    random_state: "seed",
    model: "network",
  });
export type JobRequest = z.output<typeof JobRequest>;

/** POST /v1/jobs/{id}/continue. */
export const ContinueRequest = z
  .strictObject({
    epochs: count("How often to go through the data from here on", 10).optional(),
    steps: count("How many further updates to make", 500).optional(),
    optimizer: z
      .strictObject({
        lr: z
          .number()
          .min(0)
          .meta({ description: "The learning rate from here on", examples: [0.01] }),
      })
      .optional()
      .meta({
        description: "What the optimizer does otherwise than before; what it has kept of the gradients stays",
        examples: [{ lr: 0.01 }],
      })
      .register(otherNames, { learning_rate: "lr" }),
    pause_after: pauseAfter,
    tags: Tags,
    webhook: Webhook,
  })
  .refine(({ epochs, steps }) => epochs === undefined || steps === undefined, "A job goes on for epochs or for steps")
  .meta({
    id: "ContinueRequest",
    description: "How much longer to train; with neither epochs nor steps, what is left of a job that ended early",
    examples: [{ epochs: 10 }],
  })
  .register(otherNames, { lr: "optimizer.lr", learning_rate: "optimizer.lr" });
export type ContinueRequest = z.output<typeof ContinueRequest>;

/** POST /v1/jobs/{id}/resume. */
export const ResumeRequest = z.strictObject({ pause_after: pauseAfter }).meta({
  id: "ResumeRequest",
  description: "How far to go: to the end unless told",
  examples: [{ pause_after: 1 }],
});
