import { z } from "zod";
import { JobSettings } from "./settings.ts";
import { programMembers } from "../program/source.ts";
import { Name, TensorOutput } from "../request/values.ts";

/** Everything that a job can be. */
export const jobStatuses = ["queued", "running", "pausing", "paused", "cancelling", "succeeded", "failed", "cancelled"] as const;

export const JobId = z
  .string()
  .regex(/^[\w-]{1,80}$/, "A job's id is made of letters, digits, _ and -")
  .meta({ description: "The id of a job", examples: ["job_5f2b8c1e9a7d4c3b6e0f1a2d"] });

export const JobStatusName = z.enum(jobStatuses).meta({
  id: "JobStatus",
  description:
    "queued: waits for its turn; running; pausing and cancelling: about to stop; paused: goes on when it is resumed; succeeded, failed and cancelled: over",
  examples: ["running"],
});

const time = (description: string, example = 1_764_300_000) =>
  z.int().meta({ description: `${description}, in seconds since 1970`, examples: [example] });

const timeOrNull = (description: string) =>
  time(description)
    .nullable()
    .meta({ description: `${description}, in seconds since 1970; null before` });
const status = JobStatusName.meta({ description: "How far it has come", examples: ["succeeded"] });

const step = z
  .int()
  .min(0)
  .meta({ description: "Updates made", examples: [1200] });
const epoch = z
  .int()
  .min(0)
  .meta({ description: "The epoch, from 1; 0 before the first", examples: [12] });

/** Numbers as JSON has them: those that are not finite are text. */
const Measure = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]);
const metric = Measure.meta({ description: "A metric; one that is not finite is text", examples: [0.0125] });

const Progress = z
  .object({
    step,
    epoch,
    loss: Measure.nullable().meta({
      description:
        "The loss of the last update's batch, before that update, as in the history; null before the first, or where it is not finite",
      examples: [0.0125],
    }),
    steps_per_second: z.number().meta({ description: "Updates per second of late", examples: [850.5] }),
    samples_per_second: z.number().meta({ description: "Rows of the data per second of late", examples: [27_216] }),
    remaining_seconds: z
      .number()
      .nullable()
      .meta({ description: "An estimate of the time left; null while there is none", examples: [2.7] }),
  })
  .meta({ id: "JobProgress", description: "How far a job has come, at its last report" });

const JobError = z
  .object({
    code: z.string().meta({ description: "diverged, or the code of a problem", examples: ["diverged"] }),
    message: z.string().meta({ description: "What happened", examples: ["The loss is NaN at step 17: exp_1 overflowed first."] }),
    param: z
      .string()
      .nullable()
      .meta({ description: "A JSON pointer into the request, or the name of a node or parameter; null for neither", examples: ["exp_1"] }),
  })
  .meta({ id: "JobError", description: "Why a job failed" });
const error = JobError.nullable().meta({ description: "Why the job failed; null unless it did" });

const counts = z.array(z.array(z.int().min(0)));
const Confusion = z.union([counts, z.array(counts)]).meta({
  examples: [
    [
      [8, 2],
      [1, 9],
    ],
  ],
});

const JobOutcome = z
  .looseObject({
    loss: Measure.meta({
      description:
        "The loss of all training data together, by the weights that the job ends with and as the program is used: without dropout",
      examples: [0.0041],
    }),
    stopped: z.enum(["completed", "early_stopping"]).meta({
      description: "Why the training stopped: completed (it made all its updates) or early_stopping (there was no improvement)",
      examples: ["completed"],
    }),
    steps: step,
    epochs: z
      .number()
      .min(0)
      .meta({ description: "How often it went through the data", examples: [12] }),
    samples: z
      .int()
      .min(0)
      .meta({ description: "Rows that its updates have seen", examples: [38_400] }),
    best: z
      .object({
        step,
        epoch,
        metrics: z
          .record(z.string(), metric)
          .meta({ description: "The metrics of that epoch", examples: [{ epoch_loss: 0.013, val_loss: 0.0125 }] }),
      })
      .nullable()
      .meta({
        description:
          "When the metric that is monitored was best; null where none is, or where it never was a number. NaN is worse than any number",
      }),
    weights: z
      .enum(["last", "best"])
      .optional()
      .meta({
        description:
          "Which weights the job ends with: those of its last step, or with `restore_best` those of its best epoch; left out by jobs of earlier versions",
        examples: ["last"],
      }),
    confusion: Confusion.optional().meta({
      description:
        "How often each class of the training data, by rows, was taken for each, by columns; where it was asked for, and a table for each of several labels",
    }),
    val_confusion: Confusion.optional().meta({ description: "The same of the validation data" }),
    compute_seconds: z.number().meta({ description: "Seconds that it computed", examples: [1.9] }),
    wall_seconds: z.number().meta({ description: "Seconds from its start to its end, whatever it waited for in between", examples: [2.4] }),
  })
  .meta({
    id: "JobOutcome",
    description:
      "What a job that succeeded has come to; further metrics of the training data, and those of the validation data as `val_…`, stand beside the loss",
  });

export const JobTicket = z
  .object({
    object: z.literal("training.job.ticket").meta({ description: "What this is", examples: ["training.job.ticket"] }),
    job_id: JobId,
    ticket: z.string().meta({
      description: "To be given as `ticket` in the query of the job's events",
      examples: ["tkt_8mQ2nR5vT1xZ4bC7dF0gH3jK6lP9sW2y"],
    }),
    expires_at: time("Until when it may be used"),
  })
  .meta({ id: "JobTicket", description: "Opens the events of one job once" });
export type JobTicket = z.output<typeof JobTicket>;

/** The settings stand beside the members that every job has. */
export const Job = z
  .looseObject({
    id: JobId,
    object: z.literal("training.job").meta({ description: "What this is", examples: ["training.job"] }),
    status,
    owner: z
      .string()
      .optional()
      .meta({ description: "Whose it is; only an admin is told", examples: ["ana"] }),
    created_at: time("When it was posted"),
    started_at: timeOrNull("When its training began"),
    finished_at: timeOrNull("When it was over"),
    step,
    steps: z
      .int()
      .nullable()
      .meta({ description: "How many updates it makes unless it stops early; null where that is not known", examples: [3500] }),
    pause_at: z
      .int()
      .nullable()
      .meta({ description: "The step at which it pauses by itself; null where it does not", examples: [null] }),
    epoch,
    progress: Progress.nullable().meta({ description: "Its last report; null before the first" }),
    error,
    result: JobOutcome.nullable().meta({ description: "What it has come to; null unless it succeeded" }),
    tags: z.array(z.string()).meta({ description: "The words it is found by", examples: [["course-7"]] }),
    datasets: z.array(z.string()).meta({ description: "Ids of the datasets that it reads", examples: [[]] }),
    webhook: z
      .object({ url: z.string().meta({ description: "Where the event that ends the job is posted", examples: ["https://example.org/"] }) })
      .nullable()
      .meta({ description: "Who is told when the job is over; null for nobody. The secret is never shown" }),
    ...JobSettings.shape,
  })
  .meta({
    id: "Job",
    description:
      "A training job, with the settings of its request and all their defaults; settings without a default are left out unless they were given",
  });
export type JobView = z.output<typeof Job>;

/** Pages of things that have ids. */
const list = <Item extends z.ZodType, Ends extends z.ZodRawShape>(id: string, what: string, item: Item, ends: Ends) =>
  z
    .object({
      object: z.literal("list").meta({ description: "What this is", examples: ["list"] }),
      data: z.array(item).meta({ description: what }),
      has_more: z.boolean().meta({ description: "Whether there are more behind the last one", examples: [false] }),
      ...ends,
    })
    .meta({ id, description: `A page of a list: ${what}` });

const ends = {
  first_id: JobId.nullable().meta({ description: "The id of the first one; null when there is none" }),
  last_id: JobId.nullable().meta({ description: "The id of the last one, to give as `after` for the next page; null when there is none" }),
};
export const JobList = list("JobList", "jobs, the newest first", Job, ends);

const eventTypes =
  "created, started, progress, checkpoint, checkpoint_damaged, pausing, paused, resumed, requeued, cancelling, and at the end succeeded, failed or cancelled";

export const JobEvent = z
  .looseObject({
    id: z
      .int()
      .min(1)
      .meta({ description: "Its number within the job: 1, 2, 3 … without gaps", examples: [3] }),
    object: z.literal("training.job.event").meta({ description: "What this is", examples: ["training.job.event"] }),
    type: z.string().meta({ description: `What happened: ${eventTypes}`, examples: ["progress"] }),
    created_at: time("When it happened"),
    message: z.string().meta({ description: "A sentence for people", examples: ["Step 1200 of 3500: loss 0.0125."] }),
  })
  .meta({
    id: "JobEvent",
    description: "Something that happened to a job, with the numbers that go with it beside the members named here",
  });
export type JobEventView = z.output<typeof JobEvent>;

export const JobEventList = list("JobEventList", "events in their order", JobEvent, {});

export const MetricsRow = z
  .object({
    step: z
      .int()
      .min(0)
      .meta({ description: "The update, from 1", examples: [1] }),
    epoch: z
      .int()
      .min(0)
      .meta({ description: "The epoch, from 1", examples: [1] }),
  })
  .catchall(metric)
  .meta({
    id: "JobMetricsRow",
    description:
      "A row of a job's history: `loss` is that of the step's batch, before its update. Where an epoch ends, `epoch_loss` is the loss of its batches together, each before its update (left out where an epoch is one batch, and `loss` says it), and the metrics that were asked for stand beside it, of the same batches, and as `val_…` those of the validation data after the update",
    examples: [{ step: 1, epoch: 1, loss: 699.448961138774, lr: 0.025 }],
  });
export const JobMetricsList = list("JobMetricsList", "rows in the order of their steps", MetricsRow, {});

const checkpointId = z.string().meta({ description: "step_ and the number of updates made, to give as `which`", examples: ["step_1200"] });

export const JobCheckpoint = z
  .object({
    id: checkpointId,
    object: z.literal("training.job.checkpoint").meta({ description: "What this is", examples: ["training.job.checkpoint"] }),
    created_at: time("When it was kept"),
    step,
    epoch,
    metrics: z.record(z.string(), metric).meta({
      description:
        "Of a final one what the result says of its weights: `loss` and the metrics of all training data, and `val_…`. Of another what was known of the last epoch that was over: `epoch_loss`, the metrics of its batches, and `val_…`",
      examples: [{ epoch_loss: 0.0125 }],
    }),
    bytes: z
      .int()
      .min(0)
      .meta({ description: "Bytes of its weights and of what resuming needs", examples: [20_480] }),
    best: z.boolean().meta({ description: "Whether it is the best so far, by the metric that is monitored", examples: [true] }),
    final: z.boolean().meta({ description: "Whether its weights are those that the finished job ends with", examples: [false] }),
  })
  .meta({ id: "JobCheckpoint", description: "Weights that a job has kept" });
export type JobCheckpoint = z.output<typeof JobCheckpoint>;
export const JobCheckpointList = list("JobCheckpointList", "checkpoints, the newest first", JobCheckpoint, {});

export const JobResult = z
  .looseObject({
    job_id: JobId,
    object: z.literal("training.job.result").meta({ description: "What this is", examples: ["training.job.result"] }),
    status,
    created_at: time("When the job was posted"),
    started_at: timeOrNull("When its training began"),
    finished_at: time("When it was over"),
    error,
  })
  .meta({
    id: "JobResult",
    description:
      "What became of a job: one that succeeded has the members of a JobOutcome beside those named here, which are its final losses and metrics, why the training stopped, and how long it took and computed",
  });

export const JobWeights = z
  .object({
    job_id: JobId,
    object: z.literal("training.job.weights").meta({ description: "What this is", examples: ["training.job.weights"] }),
    checkpoint: checkpointId,
    parameters: z.record(Name, TensorOutput).meta({
      description: "The weights by name: `parameters` of a further request takes them as they are",
      examples: [{ w: 1.99, b: 1.01 }],
    }),
  })
  .meta({ id: "JobWeights", description: "A job's weights" });
export type JobWeights = z.output<typeof JobWeights>;

export const JobProgram = z
  .object({
    job_id: JobId,
    object: z.literal("training.job.program").meta({ description: "What this is", examples: ["training.job.program"] }),
    checkpoint: checkpointId,
    request: z
      .object({
        ...programMembers,
        parameters: z
          .record(Name, TensorOutput)
          .optional()
          .meta({ description: "The weights of a network, by name", examples: [{ "0.weight": [[0.5]], "0.bias": [0.1] }] }),
        inputs: z.record(Name, TensorOutput).meta({
          description: "The first rows of the data, what is fed whole, and the weights of a graph or an expression, by name",
          examples: [{ x: [0, 1], t: [1, 3], w: 1.99, b: 1.01 }],
        }),
        of: Name.optional().meta({ description: "The value that is minimised, where the job was told", examples: ["loss"] }),
        seed: z
          .int()
          .min(0)
          .meta({ description: "Seed of what is random in it", examples: [42] }),
      })
      .meta({ description: "What POST /v1/gradients, /v1/picture and /v1/explain take" }),
  })
  .meta({ id: "JobProgram", description: "What a job trains" });
export type JobProgram = z.output<typeof JobProgram>;
