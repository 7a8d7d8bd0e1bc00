import type { FastifyPluginCallbackZod } from "@fastify/type-provider-zod";
import { z } from "zod";
import { isFinal } from "../../../jobs/contract.ts";
import { jobExample } from "../../../jobs/examples.ts";
import { Job, JobId } from "../../../jobs/response.ts";
import { viewFor } from "../../../jobs/job-view.ts";
import { clientOf } from "../plugins/auth.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import { readProblems } from "../answers.ts";
import type { JobParts } from "./job-parts.ts";

const commands = {
  cancel: {
    operationId: "cancelJob",
    summary: "Cancel a job",
    description:
      "Stops a job for good. One that runs stops after its step, and keeps the weights it has come to. A job that is cancelled already stays so.",
  },
  pause: {
    operationId: "pauseJob",
    summary: "Pause a job",
    description: "Has a job rest until it is resumed. It goes on with the very numbers it would have had without the pause.",
  },
  resume: {
    operationId: "resumeJob",
    summary: "Resume a job",
    description: "Puts a paused job back into the queue.",
  },
} as const;

/** What a client may ask of a job that is there. */
export const jobControl: FastifyPluginCallbackZod<JobParts> = (scope, { storage: { jobs } }, done) => {
  for (const command of ["cancel", "pause", "resume"] as const) {
    scope.post(
      `/v1/jobs/:id/${command}`,
      {
        schema: { ...commands[command], tags: [tags.jobs.name], params: z.object({ id: JobId }), security: keyMayBeNeeded },
        config: {
          audited: true,
          contract: {
            answer: {
              status: 202,
              description: "It will be so",
              schema: Job,
              examples: exampleWith(command === "resume" ? "queued" : asked[command]),
            },
            otherAnswers: [{ description: "It is so", schema: Job, examples: exampleWith(reached[command]) }],
            problems: [...readProblems, 409],
          },
        },
      },
      async (request, reply) => {
        const job = await jobs[command](request.params.id);
        const isSo = isFinal(job.status) || job.status === "paused" || job.status === "running";
        return reply.code(isSo ? 200 : 202).send(viewFor(clientOf(request))(job));
      },
    );
  }
  done();
};

const asked = { cancel: "cancelling", pause: "pausing" } as const;
const reached = { cancel: "cancelled", pause: "paused", resume: "running" } as const;

const exampleWith = (status: string) => ({
  [status]: { summary: `The job is ${status}`, value: { ...jobExample, status, finished_at: null, result: null } },
});
