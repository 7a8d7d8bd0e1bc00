import { z } from "zod";
import { JobRequest } from "../training/request.ts";
import { JobWarning } from "../training/warnings.ts";
import { Name } from "../request/values.ts";

const rows = (description: string, example: number) =>
  z
    .int()
    .min(0)
    .meta({ description, examples: [example] });

const {
  optimizer,
  schedule,
  gradient_clipping,
  restore_best,
  drop_last,
  shuffle,
  seed,
  dtype,
  metrics,
  early_stopping,
  checkpoint,
  log_every,
  threads,
} = JobRequest.shape;

/** How a job trains, as clients see it: its request without tensors and with all defaults filled in, and what follows from it. */
export const JobSettings = z
  .object({
    optimizer,
    schedule,
    gradient_clipping,
    restore_best,
    drop_last,
    shuffle,
    seed,
    dtype,
    metrics,
    early_stopping,
    checkpoint,
    log_every,
    threads,
    program: z
      .enum(["graph", "expression", "network", "graph_id"])
      .meta({ description: "How the program was given", examples: ["network"] }),
    loss: Name.meta({ description: "The value that is minimised", examples: ["loss"] }),
    parameters: rows("How many numbers are trained", 301),
    training_rows: rows("Rows of data that are trained on", 1437),
    validation_rows: rows("Rows that are held back to judge the training by", 360),
    batch_size: rows("Rows of one update", 32),
    continues: z
      .object({
        job_id: z.string().meta({ description: "The job that it goes on from", examples: ["job_5f2b8c1e9a7d4c3b6e0f1a2d"] }),
        step: rows("Where that job stood: its updates are counted on from there", 100),
      })
      .meta({ description: "What a job that continues another goes on from; left out for any other" }),
    warnings: z
      .array(JobWarning)
      .meta({ description: "What in the request is most often a mistake; empty when there is nothing", examples: [[]] }),
    epochs: z
      .number()
      .min(0)
      .meta({ description: "How often it goes through the data unless it stops early", examples: [20] }),
  })
  .partial();
