import type { FastifyPluginCallbackZod } from "@fastify/type-provider-zod";
import { z } from "zod";
import { jobGradients, predict } from "../../../training/tasks/predict.ts";
import { jobGradientsExamples, predictExamples } from "../../../jobs/examples.ts";
import { JobId } from "../../../jobs/response.ts";
import { JobGradientsRequest, PredictRequest, PredictResponse } from "../../../training/run-requests.ts";
import { GradientsResponse } from "../../../compute/responses.ts";
import { chosenWeights, Which } from "../../../jobs/chosen-weights.ts";
import { datasetsFor } from "../../../jobs/predicted-datasets.ts";
import { scopeOf } from "../../../clients/client.ts";
import { clientOf } from "../plugins/auth.ts";
import { answerExamples, requestExamples } from "../contract.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import { callerOf } from "../client-name.ts";
import { bodyOf, computeProblems, sendAnswer } from "../answers.ts";
import type { JobParts } from "./job-parts.ts";

const operations = [
  {
    path: "/v1/jobs/:id/predict",
    task: predict,
    about: {
      operationId: "predict",
      summary: "Predict with a job's weights",
      description:
        "Runs the job's program forward on the inputs of the request, with the weights that the job has come to. Networks run as they do in use: without dropout, and without their loss unless there is a target. With `dataset` its rows are predicted, a thousand at a time unless told.",
    },
    contract: {
      request: { description: "The inputs", schema: PredictRequest, examples: requestExamples(predictExamples) },
      answer: { description: "The values", schema: PredictResponse, examples: answerExamples(predictExamples) },
    },
  },
  {
    path: "/v1/jobs/:id/gradients",
    task: jobGradients,
    about: {
      operationId: "jobGradients",
      summary: "Differentiate with a job's weights",
      description: "Runs the job's program forward and backward on the inputs of the request, with the weights that the job has come to.",
    },
    contract: {
      request: {
        description: "The inputs, and what to differentiate",
        schema: JobGradientsRequest,
        examples: requestExamples(jobGradientsExamples),
      },
      answer: { description: "Values and gradients", schema: GradientsResponse, examples: answerExamples(jobGradientsExamples) },
    },
  },
] as const;

/** A job's program, run with its weights. The bodies go to the workers as they came, with the paths of the files that they need. */
export const jobRun: FastifyPluginCallbackZod<JobParts> = (scope, { pool, storage }, done) => {
  const { jobs, blobs } = storage;
  for (const { path, task, about, contract } of operations) {
    scope.post(
      path,
      {
        schema: {
          ...about,
          tags: [tags.jobs.name],
          params: z.object({ id: JobId }),
          querystring: z.strictObject({ which: Which }),
          security: keyMayBeNeeded,
        },
        config: { contract: { ...contract, problems: [...computeProblems, 410] } },
      },
      async (request, reply) => {
        const body = bodyOf(request);
        const { id } = request.params;
        const [job, checkpoint] = await Promise.all([jobs.get(id), chosenWeights(storage, id, request.query.which)]);
        const [assignment, weights] = await Promise.all([blobs.localPath(job.submission), blobs.localPath(checkpoint.weights)]);
        const files = { assignment, weights };
        const answer =
          task === predict
            ? await pool.run(
                predict,
                { ...files, ...(await datasetsFor(storage, job, body, scopeOf(clientOf(request)))) },
                body,
                callerOf(request),
              )
            : await pool.run(jobGradients, files, body, callerOf(request));
        return sendAnswer(reply, answer);
      },
    );
  }
  done();
};
