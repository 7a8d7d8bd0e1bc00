import type { FastifyPluginCallbackZod } from "@fastify/type-provider-zod";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { isFinal, type Job as KeptJob } from "../../../jobs/contract.ts";
import { jobExample, resumeExample } from "../../../jobs/examples.ts";
import { Job, JobId } from "../../../jobs/response.ts";
import { ResumeRequest } from "../../../training/request.ts";
import { planResumption } from "../../../training/tasks/resume.ts";
import { viewFor } from "../../../jobs/job-view.ts";
import { clientOf } from "../plugins/auth.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import { callerOf } from "../client-name.ts";
import { computeProblems, optionalBodyOf, readProblems, sendAnswer } from "../answers.ts";
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
    description:
      "Puts a paused job back into the queue. With `pause_after` it pauses again by itself after so many updates: after 1, one looks at every step.",
  },
} as const;

/** What a client may ask of a job that is there. */
export const jobControl: FastifyPluginCallbackZod<JobParts> = (scope, { pool, storage: { jobs } }, done) => {
  for (const command of ["cancel", "pause", "resume"] as const) {
    const request = { description: "How far to go", schema: ResumeRequest, examples: { step: resumeExample }, isOptional: true };
    scope.post(
      `/v1/jobs/:id/${command}`,
      {
        schema: { ...commands[command], tags: [tags.jobs.name], params: z.object({ id: JobId }), security: keyMayBeNeeded },
        config: {
          audited: true,
          contract: {
            ...(command === "resume" && { request }),
            answer: {
              status: 202,
              description: "It will be so",
              schema: Job,
              examples: exampleWith(command === "resume" ? "queued" : asked[command]),
            },
            otherAnswers: [{ description: "It is so", schema: Job, examples: exampleWith(reached[command]) }],
            problems: [...(command === "resume" ? computeProblems : readProblems), 409],
          },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        if (command !== "resume") return answerWith(await jobs[command](id), request, reply);
        const { facts, ...refusal } = await pool.run(planResumption, {}, optionalBodyOf(request), callerOf(request));
        if (facts === undefined) return sendAnswer(reply, { ...refusal, facts });
        return answerWith(await jobs.resume(id, facts.pauseAfter), request, reply);
      },
    );
  }
  done();
};

function answerWith(job: KeptJob, request: FastifyRequest, reply: FastifyReply) {
  const isSo = isFinal(job.status) || job.status === "paused" || job.status === "running";
  return reply.code(isSo ? 200 : 202).send(viewFor(clientOf(request))(job));
}

const asked = { cancel: "cancelling", pause: "pausing" } as const;
const reached = { cancel: "cancelled", pause: "paused", resume: "running" } as const;

const exampleWith = (status: string) => ({
  [status]: { summary: `The job is ${status}`, value: { ...jobExample, status, finished_at: null, result: null } },
});
