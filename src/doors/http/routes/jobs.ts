import type { FastifyPluginAsyncZod } from "@fastify/type-provider-zod";
import { JobFeeds } from "../../../jobs/job-feed.ts";
import { writtenEvents } from "../event-stream.ts";
import { scopeOf } from "../../../clients/client.ts";
import { clientOf } from "../plugins/auth.ts";
import { jobControl } from "./job-control.ts";
import { jobEvents } from "./job-events.ts";
import { jobHistory } from "./job-history.ts";
import { jobList } from "./job-list.ts";
import type { JobParts } from "./job-parts.ts";
import { jobProgram } from "./job-program.ts";
import { jobRun } from "./job-run.ts";
import { jobTickets } from "./job-tickets.ts";
import { jobWeights } from "./job-weights.ts";

/** Training jobs, from the request to the weights. */
export const jobRoutes: FastifyPluginAsyncZod<Omit<JobParts, "feeds">> = async (scope, given) => {
  const parts: JobParts = { ...given, feeds: new JobFeeds(given.storage.jobs, writtenEvents) };
  // Every route with a job's id, whatever it does: another client's job is not there.
  scope.addHook("preHandler", async (request) => {
    const { id } = request.params as { readonly id?: string };
    const own = scopeOf(clientOf(request));
    if (id !== undefined && own !== null) await parts.storage.jobs.requireWithin(id, own);
  });
  for (const routes of [jobList, jobControl, jobEvents, jobTickets, jobHistory, jobWeights, jobProgram, jobRun])
    await scope.register(routes, parts);
};
