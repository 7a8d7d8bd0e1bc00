import type { FastifyPluginCallbackZod } from "@fastify/type-provider-zod";
import { z } from "zod";
import { chosenWeights, Which } from "../../../jobs/chosen-weights.ts";
import { programExample } from "../../../jobs/examples.ts";
import { checkpointName } from "../../../jobs/job-view.ts";
import { idPrefix } from "../../../jobs/mentioned-ids.ts";
import { JobId, JobProgram } from "../../../jobs/response.ts";
import { Encoding } from "../../../request/values.ts";
import { readProgram } from "../../../training/tasks/program.ts";
import { readProblems, sendAnswer } from "../answers.ts";
import { callerOf } from "../client-name.ts";
import { wholeNumber } from "../parameters.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import type { JobParts } from "./job-parts.ts";

const Query = z.strictObject({
  which: Which,
  rows: wholeNumber(1, 1000)
    .default(2)
    .meta({ description: "Rows of the data that are told at the most", examples: [2] }),
  encoding: Encoding.meta({ description: "How tensors are written as JSON: list, flat or base64" }),
});

/** What a job trains, to be looked at by the endpoints that look at programs. */
export const jobProgram: FastifyPluginCallbackZod<JobParts> = (scope, { pool, storage }, done) => {
  const { jobs, blobs } = storage;
  scope.get(
    "/v1/jobs/:id/program",
    {
      schema: {
        operationId: "readJobProgram",
        tags: [tags.jobs.name],
        summary: "Take a job's program",
        description:
          "What the job trains, as a request: the program, with the job's weights and the first rows of its data as they are fed, behind its " +
          "transforms. `/v1/gradients`, `/v1/picture` and `/v1/explain` take it as it is.",
        params: z.object({ id: JobId }),
        querystring: Query,
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          answer: {
            description: "The program",
            schema: JobProgram,
            examples: { line: { summary: "A line, and two of the points that it goes through", value: programExample } },
          },
          problems: [...readProblems, 410, 413, 504],
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { which, rows, encoding } = request.query;
      const [job, checkpoint] = await Promise.all([jobs.get(id), chosenWeights(storage, id, which)]);
      const paths = await Promise.all(
        job.datasets.map(async (each) => [each, await blobs.localPath(each.slice(idPrefix.length))] as const),
      );
      const [assignment, weights] = await Promise.all([blobs.localPath(job.submission), blobs.localPath(checkpoint.weights)]);
      const told = { job_id: id, object: "training.job.program", checkpoint: checkpointName(checkpoint) };
      const parameters = { assignment, weights, datasets: Object.fromEntries(paths), rows, encoding, told };
      return sendAnswer(reply, await pool.run(readProgram, parameters, undefined, callerOf(request)));
    },
  );
  done();
};
