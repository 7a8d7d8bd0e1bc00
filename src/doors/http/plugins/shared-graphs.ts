import type { FastifyInstance } from "fastify";
import type { SharedGraphs } from "../../../jobs/shared-graphs.ts";
import { mentionedIds } from "../../../jobs/mentioned-ids.ts";

/** A request names one graph. */
const mostGraphs = 16;

/** The routes of this scope know the graphs that were registered with other processes. */
export function shareGraphs(scope: FastifyInstance, graphs: SharedGraphs): void {
  scope.addHook("preHandler", async ({ body, params }) => {
    const { id = "" } = params as { readonly id?: string };
    await graphs.fetch(mentionedIds(Buffer.isBuffer(body) ? body : Buffer.from(id), mostGraphs));
  });
}
