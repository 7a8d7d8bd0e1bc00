import { z } from "zod";
import { EvaluateRequest, GradientsRequest } from "../compute/requests.ts";
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
    return: parts,
    encoding,
  })
  .meta({ id: "PredictRequest", description: "Inputs for a trained program", examples: [{ inputs: { input: [[0.5]] } }] });
export type PredictRequest = z.output<typeof PredictRequest>;

const { of, wrt, cotangent, return: gradientParts, points } = GradientsRequest.shape;

/** POST /v1/jobs/{id}/gradients. */
export const JobGradientsRequest = z.strictObject({ inputs, of, wrt, cotangent, return: gradientParts, points, encoding }).meta({
  id: "JobGradientsRequest",
  description: "Inputs for a trained program, and what to differentiate",
  examples: [{ inputs: { input: [[0.5]], target: [[0]] }, wrt: ["input"], return: ["gradients"] }],
});
export type JobGradientsRequest = z.output<typeof JobGradientsRequest>;
