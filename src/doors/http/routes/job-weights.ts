import { Readable } from "node:stream";
import type { FastifyPluginCallbackZod } from "@fastify/type-provider-zod";
import { z } from "zod";
import { weightsExample } from "../../../jobs/examples.ts";
import { readWeights } from "../../../training/tasks/weights.ts";
import { JobId, JobWeights } from "../../../jobs/response.ts";
import { Encoding } from "../../../request/values.ts";
import { chosenWeights, Which } from "../../../jobs/chosen-weights.ts";
import { checkpointName } from "../../../jobs/job-view.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import { knows } from "../resource.ts";
import { callerOf } from "../client-name.ts";
import { namesType, readProblems, sendAnswer } from "../answers.ts";
import type { JobParts } from "./job-parts.ts";

const Query = z.strictObject({
  which: Which,
  format: z
    .enum(["safetensors", "json"])
    .optional()
    .meta({
      description: "How they are written: safetensors unless told here or, with `Accept: application/json`, there",
      examples: ["json"],
    }),
  encoding: Encoding.meta({ description: "How tensors are written as JSON: list, flat or base64" }),
});

/** The weights that a job has come to, as a file and as JSON. */
export const jobWeights: FastifyPluginCallbackZod<JobParts> = (scope, { pool, storage }, done) => {
  const { blobs } = storage;
  scope.get(
    "/v1/jobs/:id/weights",
    {
      // Weights hardly shrink.
      compress: false,
      schema: {
        operationId: "readJobWeights",
        tags: [tags.jobs.name],
        summary: "Take a job's weights",
        description:
          "The parameters by name, and what layers keep beside them: as a safetensors file, which loads into the `torch.nn.Sequential` of the same " +
          "layers, or as JSON. The ETag is the digest of the file.",
        params: z.object({ id: JobId }),
        querystring: Query,
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          answer: {
            headers: { ETag: { description: "The digest of the weights", example: `"${"9f86d081884c7d65".repeat(4)}"` } },
            description: "The weights",
            schema: JobWeights,
            examples: { json: { summary: "As JSON", value: weightsExample } },
            otherForms: [
              {
                mediaType: "application/octet-stream",
                schema: z.string().meta({ description: "A safetensors file", format: "binary" }),
                examples: {
                  file: {
                    summary: "The beginning of a file",
                    value: '\u0058\u0000\u0000…{"w":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}…',
                  },
                },
              },
            ],
          },
          otherAnswers: [{ status: 304, description: "The client has them already" }],
          problems: [...readProblems, 410, 413, 504],
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { which, format, encoding } = request.query;
      const checkpoint = await chosenWeights(storage, id, which);
      const isJson = format === undefined ? namesType(request, "application/json", "application/octet-stream") : format === "json";
      const etag = isJson ? `"${checkpoint.weights}-${encoding}"` : `"${checkpoint.weights}"`;
      reply.headers({ etag, vary: "Accept", "cache-control": "private, no-cache" });
      if (knows(request, etag)) return reply.code(304).send();
      if (isJson) {
        const told = { job_id: id, object: "training.job.weights", checkpoint: checkpointName(checkpoint) };
        const path = await blobs.localPath(checkpoint.weights);
        return sendAnswer(reply, await pool.run(readWeights, { path, encoding, told }, undefined, callerOf(request)));
      }
      const size = await blobs.size(checkpoint.weights);
      reply.type("application/octet-stream").header("content-disposition", `attachment; filename="${id}.safetensors"`);
      if (size !== null) reply.header("content-length", size);
      return reply.send(request.method === "HEAD" ? Readable.from([]) : await blobs.stream(checkpoint.weights));
    },
  );
  done();
};
