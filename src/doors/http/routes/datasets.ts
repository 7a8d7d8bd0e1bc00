import type { FastifyPluginCallbackZod } from "@fastify/type-provider-zod";
import { z } from "zod";
import { scopeOf } from "../../../clients/client.ts";
import type { DatasetStore } from "../../../jobs/contract.ts";
import { datasetExamples, datasetListExample } from "../../../training/datasets/examples.ts";
import { Dataset, DatasetId, DatasetList } from "../../../training/datasets/schema.ts";
import { viewOfDataset } from "../../../jobs/dataset-view.ts";
import { wholeNumber } from "../parameters.ts";
import { clientOf } from "../plugins/auth.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";

/** The datasets that are kept: listed, described and deleted. */
export const datasets: FastifyPluginCallbackZod<{ datasets: DatasetStore }> = (scope, { datasets }, done) => {
  scope.get(
    "/v1/datasets",
    {
      schema: {
        operationId: "listDatasets",
        tags: [tags.datasets.name],
        summary: "List the datasets",
        description: "Answers with the datasets, the newest first, a page at a time.",
        querystring: z.strictObject({
          after: DatasetId.optional().meta({ description: "The last id of the page before, which may have been deleted since" }),
          limit: wholeNumber(1, 100)
            .default(20)
            .meta({ description: "Datasets of one page", examples: [20] }),
        }),
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          answer: { description: "A page", schema: DatasetList, examples: { one: { summary: "One dataset", value: datasetListExample } } },
          problems: [400, 401, 403, 404, 429, 500, 503],
        },
      },
    },
    async (request, reply) => {
      const client = clientOf(request);
      const page = await datasets.list({ ...request.query, scope: scopeOf(client) });
      const data = page.data.map((dataset) => viewOfDataset(dataset, client));
      const list: DatasetList = {
        object: "list",
        data,
        has_more: page.has_more,
        first_id: data[0]?.id ?? null,
        last_id: data.at(-1)?.id ?? null,
      };
      return reply.send(list);
    },
  );

  const params = z.object({ id: DatasetId });
  scope.get(
    "/v1/datasets/:id",
    {
      schema: {
        operationId: "readDataset",
        tags: [tags.datasets.name],
        summary: "Read about a dataset",
        description: "Answers with what the upload answered.",
        params,
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          answer: {
            description: "The dataset",
            schema: Dataset,
            examples: { csv: { summary: "Made of a CSV", value: datasetExamples.upload.answer } },
          },
          problems: [400, 401, 403, 404, 429, 500, 503],
        },
      },
    },
    async (request, reply) => {
      const client = clientOf(request);
      return reply.send(viewOfDataset(await datasets.get(request.params.id, scopeOf(client)), client));
    },
  );

  scope.delete(
    "/v1/datasets/:id",
    {
      schema: {
        operationId: "deleteDataset",
        tags: [tags.datasets.name],
        summary: "Delete a dataset",
        description: "Forgets a dataset that no job reads which is not over.",
        params,
        security: keyMayBeNeeded,
      },
      config: {
        audited: true,
        contract: {
          answer: { status: 204, description: "The dataset is gone" },
          problems: [400, 401, 403, 404, 409, 429, 500, 503],
        },
      },
    },
    async (request, reply) => {
      await datasets.delete(request.params.id, scopeOf(clientOf(request)));
      return reply.code(204).send();
    },
  );
  done();
};
