import type { FastifyPluginAsyncZod } from "@fastify/type-provider-zod";
import { jobControl } from "./job-control.ts";
import { jobEvents } from "./job-events.ts";
import { jobHistory } from "./job-history.ts";
import { jobList } from "./job-list.ts";
import type { JobParts } from "./job-parts.ts";
import { jobRun } from "./job-run.ts";
import { jobWeights } from "./job-weights.ts";

/** Training jobs, from the request to the weights. */
export const jobRoutes: FastifyPluginAsyncZod<JobParts> = async (scope, parts) => {
  for (const routes of [jobList, jobControl, jobEvents, jobHistory, jobWeights, jobRun]) await scope.register(routes, parts);
};
