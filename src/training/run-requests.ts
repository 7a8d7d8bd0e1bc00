import { z } from "zod";
import { EvaluateResponse } from "../compute/responses.ts";
import { EvaluateRequest, GradientsRequest } from "../compute/requests.ts";
import { DatasetId } from "./datasets/schema.ts";
import { Name } from "../request/values.ts";

const { inputs, encoding, return: parts } = EvaluateRequest.shape;

/** POST /v1/jobs/{id}/predict. */
export const PredictRequest = z
  .strictObject({
    inputs: inputs.meta({
      description:
        "A tensor for each input of the program that is not trained, by name. A network's target may be left out, and what the job was given to feed whole",
      examples: [{ input: [[0.5]] }],
    }),
    outputs: z
      .array(Name)
      .min(1)
      .optional()
      .meta({
        description:
          "Of a graph or an expression: the values to answer with, in place of its outputs. Inputs that they do not need may be left out",
        examples: [["y"]],
      }),
    transform: z
      .boolean()
      .default(false)
      .meta({
        description:
          "Whether the inputs are as the dataset was before the job's transforms, which are then applied first, with the statistics of the training rows",
        examples: [true],
      }),
    dataset: DatasetId.optional().meta({
      description:
        "A dataset whose rows are predicted: its tensors are fed to the inputs of the same names, as the job's data were, after the job's transforms; a network is fed the only one, whatever its name",
    }),
    first_row: z
      .int()
      .min(0)
      .default(0)
      .meta({ description: "The first row of the dataset that is predicted, from 0", examples: [1000] }),
    rows: z
      .int()
      .min(1)
      .max(100_000)
      .default(1000)
      .meta({ description: "How many rows of the dataset to predict at the most", examples: [100] }),
    classes: z
      .boolean()
      .default(false)
      .meta({
        description:
          "Whether to answer with the class that each output decides for, too: by its name where the job was trained on a dataset whose target has names, else by its number",
        examples: [true],
      }),
    return: parts,
    encoding,
  })
  .meta({ id: "PredictRequest", description: "Inputs for a trained program", examples: [{ inputs: { input: [[0.5]] } }] });
export type PredictRequest = z.output<typeof PredictRequest>;

export const PredictResponse = z
  .object({
    ...EvaluateResponse.shape,
    classes: z
      .unknown()
      .optional()
      .meta({
        description:
          "The class of each output, in lists as the outputs are, or by itself for one row that is in no list; null where an output is NaN. Where it was asked for",
        examples: [["setosa", "virginica"]],
      }),
    first_row: z
      .int()
      .optional()
      .meta({ description: "The first row of the dataset that was predicted", examples: [0] }),
    rows: z
      .int()
      .optional()
      .meta({ description: "How many rows of the dataset were predicted", examples: [100] }),
    of_rows: z
      .int()
      .optional()
      .meta({ description: "How many rows the dataset has", examples: [150] }),
  })
  .meta({ id: "PredictResponse", description: "What a trained program makes of inputs or of a dataset" });

const { of, wrt, cotangent, return: gradientParts, points } = GradientsRequest.shape;

/** POST /v1/jobs/{id}/gradients. */
export const JobGradientsRequest = z.strictObject({ inputs, of, wrt, cotangent, return: gradientParts, points, encoding }).meta({
  id: "JobGradientsRequest",
  description: "Inputs for a trained program, and what to differentiate",
  examples: [{ inputs: { input: [[0.5]], target: [[0]] }, wrt: ["input"], return: ["gradients"] }],
});
export type JobGradientsRequest = z.output<typeof JobGradientsRequest>;
