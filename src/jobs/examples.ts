import type { z } from "zod";
import { exchanges } from "../compute/examples.ts";
import type * as responses from "./response.ts";

/**
 * A job from its request to its weights, as the service answers, for the contract. A test asks the service; ids, times and speeds
 * are those of one day.
 */
const id = "job_5f2b8c1e9a7d4c3b6e0f1a2d";
const created_at = 1_764_300_000;

const line = {
  expression: "y = w * x + b; loss = mean((y - t)^2)",
  parameters: { w: 0, b: 0 },
  data: { x: [0, 1, 2], t: [1, 3, 5] },
  optimizer: { type: "SGD", lr: 0.1 },
  steps: 100,
  log_every: 1,
  tags: ["lines"],
};

const settings = {
  optimizer: { type: "SGD", lr: 0.1, momentum: 0, dampening: 0, weight_decay: 0, nesterov: false, maximize: false },
  drop_last: false,
  shuffle: false,
  seed: 0,
  dtype: "float64",
  metrics: [],
  checkpoint: { keep: 2 },
  log_every: 1,
  program: "expression",
  loss: "loss",
  parameters: 2,
  training_rows: 3,
  validation_rows: 0,
  batch_size: 3,
  warnings: [],
  epochs: 100,
} satisfies Partial<responses.JobView>;

const queued: responses.JobView = {
  id,
  object: "training.job",
  status: "queued",
  created_at,
  started_at: null,
  finished_at: null,
  step: 0,
  steps: 100,
  pause_at: null,
  epoch: 0,
  progress: null,
  error: null,
  result: null,
  tags: ["lines"],
  datasets: [],
  webhook: null,
  ...settings,
};

const result = {
  loss: 3.6521341863147946e-7,
  stopped: "completed",
  steps: 100,
  epochs: 100,
  samples: 300,
  best: null,
  weights: "last",
  compute_seconds: 0.018,
  wall_seconds: 0.43,
} satisfies responses.JobView["result"];

export const createExamples = exchanges({
  line: { summary: "A line through three points", request: line, answer: queued },
});

export const continueExamples = exchanges({
  line: {
    summary: "A hundred steps more",
    request: { steps: 100 },
    answer: {
      ...queued,
      id: "job_0c4d7e2f8b1a5d6c9e3f7a21",
      tags: [],
      steps: 200,
      epochs: 200,
      continues: { job_id: id, step: 100 },
    },
  },
});

export const resumeExample = { summary: "One update", value: { pause_after: 1 } };

export const jobExample: responses.JobView = {
  ...queued,
  status: "succeeded",
  started_at: created_at,
  finished_at: created_at + 1,
  step: 100,
  epoch: 100,
  progress: {
    step: 100,
    epoch: 100,
    loss: 4.0969723652696805e-7,
    steps_per_second: 6307,
    samples_per_second: 18_921,
    remaining_seconds: 0,
  },
  result,
};

export const listExample: z.output<typeof responses.JobList> = {
  object: "list",
  data: [jobExample],
  has_more: false,
  first_id: id,
  last_id: id,
};

const events: responses.JobEventView[] = [
  { id: 1, object: "training.job.event", type: "created", created_at, message: "The job waits for its turn." },
  { id: 2, object: "training.job.event", type: "started", created_at, message: "The training starts.", attempt: 1 },
  {
    id: 3,
    object: "training.job.event",
    type: "progress",
    created_at,
    message: "step 100 of 100, loss 4.09697e-7, 6.31e+3 steps/s, 0 s left",
    ...jobExample.progress,
  },
  {
    id: 4,
    object: "training.job.event",
    type: "succeeded",
    created_at: created_at + 1,
    message: "all steps are done: loss 3.6521341863147946e-7 after 100 steps",
  },
];
export const eventsExample: z.output<typeof responses.JobEventList> = { object: "list", data: events, has_more: false };
export const eventStreamExample = `retry: 2000\n\n${events
  .map((event) => `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join("")}`;

export const metricsExample: z.output<typeof responses.JobMetricsList> = {
  object: "list",
  data: [
    { step: 1, epoch: 1, loss: 11.666666666666666, lr: 0.1 },
    { step: 2, epoch: 2, loss: 3.2074074074074073, lr: 0.1 },
  ],
  has_more: true,
};
export const metricsCsvExample = "step,epoch,loss,lr\r\n1,1,11.666666666666666,0.1\r\n2,2,3.2074074074074073,0.1\r\n";

export const checkpointsExample: z.output<typeof responses.JobCheckpointList> = {
  object: "list",
  data: [
    {
      id: "step_100",
      object: "training.job.checkpoint",
      created_at: created_at + 1,
      step: 100,
      epoch: 100,
      metrics: { loss: 3.6521341863147946e-7 },
      bytes: 368,
      best: false,
      final: true,
    },
  ],
  has_more: false,
};

export const resultExample: z.output<typeof responses.JobResult> = {
  job_id: id,
  object: "training.job.result",
  status: "succeeded",
  created_at,
  started_at: created_at,
  finished_at: created_at + 1,
  error: null,
  ...result,
};

export const weightsExample: responses.JobWeights = {
  job_id: id,
  object: "training.job.weights",
  checkpoint: "step_100",
  parameters: { w: 1.9993313102369459, b: 1.000927757487448 },
};

export const programExample: responses.JobProgram = {
  job_id: id,
  object: "training.job.program",
  checkpoint: "step_100",
  request: {
    expression: line.expression,
    inputs: { w: 1.9993313102369459, b: 1.000927757487448, x: [0, 1], t: [1, 3] },
    seed: 0,
  },
};

export const ticketExample: responses.JobTicket = {
  object: "training.job.ticket",
  job_id: id,
  ticket: "tkt_8mQ2nR5vT1xZ4bC7dF0gH3jK6lP9sW2y",
  expires_at: 1_764_300_060,
};

export const predictExamples = exchanges({
  line: {
    summary: "Two further points of the line",
    request: { inputs: { x: [3, 4] }, outputs: ["y"] },
    answer: { outputs: { y: [6.998921688198285, 8.998252998435232] } },
  },
});

export const jobGradientsExamples = exchanges({
  line: {
    summary: "What the trained loss says of its parameters",
    request: { inputs: { x: [3], t: [8] }, return: ["outputs", "gradients"] },
    answer: {
      outputs: { loss: 1.0021577863597713 },
      gradients: { w: -6.006469870810289, x: [-4.002974425568625], b: -2.0021566236034296, t: [2.0021566236034296] },
    },
  },
});
