import type { FastifyPluginAsyncZod } from "@fastify/type-provider-zod";
import { z } from "zod";
import { GraphId } from "../../../program/source.ts";
import { readGraph, registerGraph } from "../../../compute/graphs.ts";
import type { RegisteredGraphs } from "../../../jobs/registered-graphs.ts";
import { callerOf } from "../client-name.ts";
import { clientOf } from "../plugins/auth.ts";
import { aboutOperation, contractOf } from "./operations.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import { bodyOf, computeProblems, sendAnswer } from "../answers.ts";
import type { Workers } from "../../../workers/pool.ts";

interface GraphParts {
  readonly pool: Workers;
  /** Who looks after what is registered. */
  readonly graphs: RegisteredGraphs;
}

/** Programs that are registered once, checked, and then used by their ids. */
export const graphs: FastifyPluginAsyncZod<GraphParts> = async (scope, { pool, graphs: kept }) => {
  const { request, answer } = await contractOf(registerGraph);

  scope.post(
    "/v1/graphs",
    {
      schema: aboutOperation(registerGraph),
      config: { audited: true, contract: { request, answer, problems: [...computeProblems.filter((status) => status !== 404), 507] } },
    },
    async (request, reply) => {
      const answer = await pool.run(registerGraph, {}, bodyOf(request), callerOf(request));
      request.concerned = answer.facts?.id;
      try {
        if (answer.facts !== undefined) await kept.added(clientOf(request), answer.facts);
      } catch (error) {
        answer.release?.();
        throw error;
      }
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
      config: { contract: { answer, problems: [400, 401, 403, 404, 429, 500, 503, 504] } },
    },
    async (request, reply) => sendAnswer(reply, await pool.run(readGraph, request.params, undefined, callerOf(request))),
  );

  scope.delete(
    "/v1/graphs/:id",
    {
      schema: {
        operationId: "deleteGraph",
        tags: [tags.graphs.name],
        summary: "Forget a registered graph",
        description:
          "Forgets a graph that this client has registered. Jobs that were posted with its id keep the program themselves, and whoever else has registered the same graph keeps it.",
        params: z.object({ id: GraphId }),
        security: keyMayBeNeeded,
      },
      config: {
        audited: true,
        contract: { answer: { status: 204, description: "The graph is gone" }, problems: [400, 401, 403, 404, 429, 500, 503] },
      },
    },
    async (request, reply) => {
      await kept.delete(clientOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
};
