import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { FastifyPluginCallbackZod } from "@fastify/type-provider-zod";
import { z } from "zod";

import { datasetExamples } from "../../../training/datasets/examples.ts";
import { ColumnRoles } from "../../../training/datasets/columns.ts";
import { formatTitles } from "../../../training/datasets/formats.ts";
import { Dataset, DatasetQuery } from "../../../training/datasets/schema.ts";
import { parseJson } from "../../../request/json.ts";
import { Problem, problem } from "../../../problems/problems.ts";
import { check } from "../../../request/validate.ts";
import { viewOfDataset } from "../../../jobs/dataset-view.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import { type DatasetDesk, uploadDataset, uploadTooLarge } from "../../../jobs/upload.ts";
import { sendAnswer } from "../answers.ts";
import { callerOf } from "../client-name.ts";
import { clientOf } from "../plugins/auth.ts";

/** Seconds after which a client may try again when there was no room. */
const retryAfter = 5;

interface UploadParts extends DatasetDesk {
  /** How many bytes a client may keep that is not told otherwise; null: as many as it likes. */
  readonly usualShare: number | null;
}

/** Data for training, uploaded as files: a file comes as it is, whatever type its sender gives it, and is never in memory as a whole here. */
export const datasetUpload: FastifyPluginCallbackZod<UploadParts> = (scope, desk, done) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", ({ headers }, payload, parsed) => {
    if (/^multipart\//i.test(headers["content-type"] ?? "")) throw isForm();
    parsed(null, payload);
  });
  scope.post(
    "/v1/datasets",
    {
      schema: {
        operationId: "uploadDataset",
        tags: [tags.datasets.name],
        summary: "Upload a dataset",
        description:
          `Takes a file as the body: ${formatTitles}, as it is or packed with gzip. ` +
          "It becomes named tensors that share their first size, the rows. The id is a digest of the " +
          "content: the same content has the same id, and uploading it again answers 200 with what is there. " +
          "CSV: an empty cell is an error; NaN, inf and Infinity are numbers when they are written so. Files with one array make the tensor `data`.",
        querystring: DatasetQuery,
        security: keyMayBeNeeded,
      },
      config: {
        audited: true,
        contract: {
          request: {
            description: "The file",
            mediaType: "application/octet-stream",
            schema: z.string().meta({ description: "The bytes of the file", format: "binary" }),
            examples: { csv: { summary: "A CSV", value: datasetExamples.upload.file } },
          },
          answer: {
            status: 201,
            description: "The dataset, which is new",
            schema: Dataset,
            headers: { Location: { description: "The path of the dataset", example: `/v1/datasets/${datasetExamples.upload.answer.id}` } },
            examples: { csv: { summary: "Made of a CSV", value: datasetExamples.upload.answer } },
          },
          otherAnswers: [
            {
              description: "The same content was there already",
              schema: Dataset,
              examples: { csv: { summary: "Made of a CSV", value: datasetExamples.upload.answer } },
            },
          ],
          problems: [400, 401, 403, 408, 413, 415, 422, 429, 500, 503, 504, 507],
        },
      },
      onError: ({ raw }, _reply, _error, hooked) => {
        forgetRest(raw);
        hooked();
      },
    },
    async (request, reply) => {
      const { query, body, headers } = request;
      if (!(body instanceof Readable)) throw problem("invalid_dataset", "The body is empty; it should be a file");
      if (Number(headers["content-length"] ?? 0) > desk.maxDatasetBytes) throw uploadTooLarge(desk.maxDatasetBytes);
      const { name, header, columns, ...reading } = query;
      const told = { ...reading, header: header && header === "true", columns: columnRoles(columns) };
      const { name: owner, limits } = clientOf(request);
      const share = limits.stored_bytes ?? desk.usualShare;
      const uploaded = await uploadDataset({ file: body, name, reading: told, caller: callerOf(request), owner, share }, desk);
      if ("refusal" in uploaded) {
        if (uploaded.refusal.status === 503) reply.header("retry-after", retryAfter);
        return sendAnswer(reply, uploaded.refusal);
      }
      const { dataset, isNew } = uploaded;
      request.concerned = dataset.id;
      reply.code(isNew ? 201 : 200).header("location", `/v1/datasets/${dataset.id}`);
      return reply.send(viewOfDataset(dataset, clientOf(request)));
    },
  );
  done();
};

/** What still comes of a body that was refused is read and forgotten, so that the client, once it has sent all, reads the answer. */
function forgetRest(raw: IncomingMessage): void {
  raw.unpipe();
  raw.on("error", () => {}).resume();
}

const isForm = (): Problem =>
  problem("unsupported_media_type", "The body is a form: send the file itself as the body, as curl does with --data-binary @file");

/** The roles in the query's text. Throws invalid_request, with pointers that begin with /columns. */
function columnRoles(text: unknown): ColumnRoles | undefined {
  if (typeof text !== "string") return undefined;
  const result = check(ColumnRoles, jsonOf(text), "/columns");
  if (result.success) return result.data;
  const [{ pointer, detail }] = result.places;
  throw problem("invalid_request", `In the query, at ${pointer}: ${detail}`, result.places);
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const detail = `Expected JSON, such as {"input": ["a", "b"]}: ${error.detail}`;
    throw problem("invalid_request", `In the query, at /columns: ${detail}`, [{ pointer: "/columns", detail }]);
  }
}
