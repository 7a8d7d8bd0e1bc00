import type { FastifyPluginCallbackZod } from "@fastify/type-provider-zod";
import { z } from "zod";
import { ticketExample } from "../../../jobs/examples.ts";
import { JobId, JobTicket } from "../../../jobs/response.ts";
import { readProblems } from "../answers.ts";
import { clientOf } from "../plugins/auth.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import type { JobParts } from "./job-parts.ts";

/** What a page in a browser shows in place of a key, which its streams of events cannot send. */
export const jobTickets: FastifyPluginCallbackZod<JobParts> = (scope, { storage }, done) => {
  scope.post(
    "/v1/jobs/:id/tickets",
    {
      schema: {
        operationId: "createJobTicket",
        tags: [tags.jobs.name],
        summary: "Have a ticket for a job's events",
        description:
          "A browser's EventSource sends no header and hence no key. The ticket opens the events of this job in its place, once and within a " +
          "minute: `new EventSource('/v1/jobs/{id}/events?ticket=…')`. When the stream breaks off, ask for another and go on with `after`.",
        params: z.object({ id: JobId }),
        security: keyMayBeNeeded,
      },
      config: {
        audited: true,
        contract: {
          answer: {
            status: 201,
            description: "The ticket, which is told only now",
            schema: JobTicket,
            examples: { ticket: { summary: "A ticket", value: ticketExample } },
          },
          problems: readProblems,
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      // Of a job that is not there, where everybody may see all.
      await storage.jobs.get(id);
      const { ticket, expiresAt } = await storage.tickets.issue(id, clientOf(request).name);
      const told: JobTicket = { object: "training.job.ticket", job_id: id, ticket, expires_at: Math.floor(expiresAt / 1000) };
      return reply.code(201).header("cache-control", "no-store").send(told);
    },
  );
  done();
};
