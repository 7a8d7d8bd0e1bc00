import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { FastifyPluginCallbackZod } from "@fastify/type-provider-zod";
import { z } from "zod";

import { datasetExamples } from "../../../training/datasets/examples.ts";
import { ChosenArrays } from "../../../training/datasets/chosen-arrays.ts";
import { ColumnRoles } from "../../../training/datasets/columns.ts";
import { formatTitles } from "../../../training/datasets/formats.ts";
import type { parseDataset } from "../../../training/datasets/task.ts";
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
          "What was found out from the file is told in `read`. Files with one array make the tensor `data`.",
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
      const { name } = query;
      const told = readingOf(query);
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

/** How the file is to be read. What a client does not say goes with any format, and is left out. Throws invalid_request. */
function readingOf(query: z.output<typeof DatasetQuery>): Omit<z.output<typeof parseDataset.parameters>, "path" | "blobPath" | "maxBytes"> {
  const { format, encoding, header, index_column, delimiter, decimal, thousands, comment, skip_lines, missing, missing_values } = query;
  return {
    format,
    encoding,
    header: truth(header),
    indexColumn: truth(index_column),
    delimiter: delimiter === "tab" ? "\t" : delimiter,
    decimal,
    thousands,
    comment,
    skipLines: skip_lines === undefined ? undefined : Number(skip_lines),
    missing,
    missingValues: missing_values?.split(",").map((text) => text.trim()),
    columns: jsonIn(ColumnRoles, "columns", query.columns, '{"input": ["a", "b"]}'),
    arrays: jsonIn(ChosenArrays, "arrays", query.arrays, '{"input": "x_train"}'),
  };
}

const truth = (text: "true" | "false" | "auto" | undefined): boolean | undefined =>
  text === undefined || text === "auto" ? undefined : text === "true";

/** A member of the query that is JSON. Throws invalid_request, with pointers that begin with the member. */
function jsonIn<S extends z.ZodType>(schema: S, name: string, text: string | undefined, example: string): z.output<S> | undefined {
  if (text === undefined) return undefined;
  const result = check(schema, jsonOf(text, name, example), `/${name}`);
  if (result.success) return result.data;
  const [{ pointer, detail }] = result.places;
  throw problem("invalid_request", `In the query, at ${pointer}: ${detail}`, result.places);
}

function jsonOf(text: string, name: string, example: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const detail = `Expected JSON, such as ${example}: ${error.detail}`;
    throw problem("invalid_request", `In the query, at /${name}: ${detail}`, [{ pointer: `/${name}`, detail }]);
  }
}
