import type { FastifyPluginAsyncZod } from "@fastify/type-provider-zod";
import type { Storage } from "../../../jobs/contract.ts";
import type { Workers } from "../../../workers/pool.ts";
import { jobControl } from "./job-control.ts";
import { jobEvents } from "./job-events.ts";
import { jobHistory } from "./job-history.ts";
import { jobList } from "./job-list.ts";
import { jobRun } from "./job-run.ts";
import { jobWeights } from "./job-weights.ts";

/** What the routes of jobs are given. */
export interface JobParts {
  readonly pool: Workers;
  readonly storage: Storage;
  readonly apiKeys: readonly string[];
  /** Whether webhooks may go to addresses of a private network. */
  readonly privateWebhooks: boolean;
}

/** Training jobs, from the request to the weights. */
export const jobRoutes: FastifyPluginAsyncZod<JobParts> = async (scope, parts) => {
  for (const routes of [jobList, jobControl, jobEvents, jobHistory, jobWeights, jobRun]) await scope.register(routes, parts);
};
