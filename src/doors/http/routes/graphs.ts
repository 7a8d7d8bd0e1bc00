import type { FastifyPluginCallbackZod } from "@fastify/type-provider-zod";
import { z } from "zod";
import { graphsExamples } from "../../../compute/examples.ts";
import { GraphId } from "../../../program/source.ts";
import { GraphsRequest } from "../../../compute/requests.ts";
import { GraphResponse } from "../../../compute/responses.ts";
import type { SharedGraphs } from "../../../jobs/shared-graphs.ts";
import { mentionedIds } from "../mentioned-ids.ts";
import { answerExamples, requestExamples } from "../contract.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import { bodyOf, computeProblems, type Runner, sendAnswer } from "./compute.ts";

interface GraphParts {
  readonly pool: Runner;
  /** Where processes share no folder: whom to tell of a graph that was registered here. */
  readonly sharedGraphs?: SharedGraphs | undefined;
}

/** Bytes of an answer in which its id stands. */
const longestHead = 200;

/** Programs that are registered once, checked, and then used by their ids. */
export const graphs: FastifyPluginCallbackZod<GraphParts> = (scope, { pool, sharedGraphs }, done) => {
  const answer = { description: "The registered program", schema: GraphResponse, examples: answerExamples(graphsExamples) };

  scope.post(
    "/v1/graphs",
    {
      schema: {
        operationId: "registerGraph",
        tags: [tags.graphs.name],
        summary: "Register a graph",
        description:
          "Checks a graph, expression or network and answers with its id, which later requests may give as `graph_id`. The id is a digest of " +
          "the canonical form: the same graph has the same id everywhere, and registering it again changes nothing.",
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          request: { description: "The program to register", schema: GraphsRequest, examples: requestExamples(graphsExamples) },
          answer,
          problems: computeProblems.filter((status) => status !== 404),
        },
      },
    },
    async (request, reply) => {
      const answer = await pool.run("registerGraph", bodyOf(request), { signal: request.departure });
      // The id is the first thing that the answer says.
      const head = Buffer.from(answer.body.slice(0, longestHead));
      if (answer.status === 200) for (const id of mentionedIds(head, 1)) await sharedGraphs?.publish(id);
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
    async ({ params, departure }, reply) =>
      sendAnswer(reply, await pool.run("readGraph", Buffer.from(JSON.stringify(params)), { signal: departure })),
  );
  done();
};
