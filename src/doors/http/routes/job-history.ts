import { Readable } from "node:stream";
import type { FastifyPluginCallbackZod } from "@fastify/type-provider-zod";
import { z } from "zod";
import { checkpointsExample, metricsCsvExample, metricsExample, resultExample } from "../../../jobs/examples.ts";
import { JobCheckpointList, JobId, JobMetricsList, JobResult } from "../../../jobs/response.ts";
import { viewOfCheckpoint, viewOfPage, viewOfResult } from "../../../jobs/job-view.ts";
import { metricsCsv } from "../metrics-csv.ts";
import { wholeNumber } from "../parameters.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import { namesType, readProblems } from "../answers.ts";
import type { JobParts } from "./job-parts.ts";

/** What has become of a job: its losses and metrics, what it has kept, and how it ended. */
export const jobHistory: FastifyPluginCallbackZod<JobParts> = (scope, { storage: { jobs } }, done) => {
  scope.get(
    "/v1/jobs/:id/metrics",
    {
      schema: {
        operationId: "listJobMetrics",
        tags: [tags.jobs.name],
        summary: "Read a job's losses and metrics",
        description:
          "The history of the training, step by step as far as it was logged: as pages of JSON or, with `Accept: text/csv` or `format=csv`, all of it as CSV. " +
          "A long history is thinned while it grows: every row near the beginning and near the end stays, farther from both each tenth of the rows " +
          "of steps and of epochs, then each hundredth, and so on.",
        params: z.object({ id: JobId }),
        querystring: z.strictObject({
          after: wholeNumber(0)
            .default(0)
            .meta({ description: "The step of the last row that is known already", examples: [1000] }),
          limit: wholeNumber(1, 10_000)
            .default(1_000)
            .meta({ description: "Rows of one page", examples: [100] }),
          format: z
            .enum(["json", "csv"])
            .optional()
            .meta({ description: "How the rows are written, whatever `Accept` says", examples: ["csv"] }),
        }),
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          answer: {
            description: "The rows",
            schema: JobMetricsList,
            examples: { page: { summary: "The first steps", value: metricsExample } },
            otherForms: [
              {
                mediaType: "text/csv",
                schema: z.string().meta({ description: "A header line and a line for each row; empty where a row has no such metric" }),
                examples: { csv: { summary: "The same as CSV", value: metricsCsvExample } },
              },
            ],
          },
          problems: readProblems,
        },
      },
    },
    async (request, reply) => {
      const { method, params } = request;
      const { format, after, limit } = request.query;
      reply.header("vary", "Accept");
      const isCsv = format === undefined ? namesType(request, "text/csv") : format === "csv";
      if (!isCsv) return reply.send(viewOfPage(await jobs.metrics(params.id, { after, limit }), (row) => row));
      await jobs.get(params.id);
      reply.type("text/csv; charset=utf-8").header("content-disposition", `attachment; filename="${params.id}.csv"`);
      return reply.send(Readable.from(method === "HEAD" ? [] : metricsCsv(jobs, params.id, after)));
    },
  );

  scope.get(
    "/v1/jobs/:id/checkpoints",
    {
      schema: {
        operationId: "listJobCheckpoints",
        tags: [tags.jobs.name],
        summary: "List a job's checkpoints",
        description: "The weights that the job has kept, the newest first: the best, those at its end, and the last ones on the way.",
        params: z.object({ id: JobId }),
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          answer: {
            description: "The checkpoints",
            schema: JobCheckpointList,
            examples: { all: { summary: "Two checkpoints", value: checkpointsExample } },
          },
          problems: readProblems,
        },
      },
    },
    async ({ params }, reply) => reply.send(viewOfPage({ data: await jobs.checkpoints(params.id), has_more: false }, viewOfCheckpoint)),
  );

  scope.get(
    "/v1/jobs/:id/result",
    {
      schema: {
        operationId: "readJobResult",
        tags: [tags.jobs.name],
        summary: "Read a job's result",
        description: "What became of a job that is over: its final losses and metrics, why the training stopped, or why it failed.",
        params: z.object({ id: JobId }),
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          answer: {
            description: "The result",
            schema: JobResult,
            examples: { result: { summary: "A job that succeeded", value: resultExample } },
          },
          problems: [...readProblems, 409],
        },
      },
    },
    async ({ params }, reply) => reply.send(viewOfResult(await jobs.get(params.id))),
  );
  done();
};
