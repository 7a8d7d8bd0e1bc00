import type { FastifyPluginAsyncZod } from "@fastify/type-provider-zod";
import { z } from "zod";
import { GraphId } from "../../../program/source.ts";
import { readGraph, registerGraph } from "../../../compute/graphs.ts";
import type { SharedGraphs } from "../../../jobs/shared-graphs.ts";
import { aboutOperation, contractOf } from "./operations.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import { bodyOf, computeProblems, sendAnswer } from "../answers.ts";
import type { Workers } from "../../../workers/pool.ts";

interface GraphParts {
  readonly pool: Workers;
  /** Where processes share no folder: whom to tell of a graph that was registered here. */
  readonly sharedGraphs?: SharedGraphs | undefined;
}

/** Programs that are registered once, checked, and then used by their ids. */
export const graphs: FastifyPluginAsyncZod<GraphParts> = async (scope, { pool, sharedGraphs }) => {
  const { request, answer } = await contractOf(registerGraph);

  scope.post(
    "/v1/graphs",
    {
      schema: aboutOperation(registerGraph),
      config: { contract: { request, answer, problems: computeProblems.filter((status) => status !== 404) } },
    },
    async (request, reply) => {
      const answer = await pool.run(registerGraph, {}, bodyOf(request), { signal: request.departure });
      if (answer.facts !== undefined) await sharedGraphs?.publish(answer.facts.id);
      return sendAnswer(reply, answer);
    },
  );

  scope.get(
    "/v1/graphs/:id",
    {
      schema: {
        operationId: "readGraph",
        tags: [tags.graphs.name],
        summary: "Read a registered graph",
        description: "Answers with what registering the graph answered: its inputs, outputs and parameters, and its canonical form.",
        params: z.object({ id: GraphId }),
        security: keyMayBeNeeded,
      },
      config: { contract: { answer, problems: [400, 401, 404, 429, 500, 503, 504] } },
    },
    async ({ params, departure }, reply) => sendAnswer(reply, await pool.run(readGraph, params, undefined, { signal: departure })),
  );
};
