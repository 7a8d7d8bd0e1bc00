import type { FastifyInstance } from "fastify";
import type { RegisteredGraphs } from "../../../jobs/registered-graphs.ts";
import { mentionedIds } from "../../../jobs/mentioned-ids.ts";
import { clientOf } from "./auth.ts";

/** A request names one graph. */
const mostGraphs = 16;

/** The routes of this scope know the graphs that were registered with other processes. */
export function shareGraphs(scope: FastifyInstance, graphs: RegisteredGraphs): void {
  scope.addHook("preHandler", async (request) => {
    const { body, params } = request;
    const { id = "" } = params as { readonly id?: string };
    await graphs.fetch(clientOf(request), mentionedIds(Buffer.isBuffer(body) ? body : Buffer.from(id), mostGraphs));
  });
}
