import { Readable } from "node:stream";
import type { FastifyPluginCallbackZod } from "@fastify/type-provider-zod";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { isFinal } from "../../../jobs/contract.ts";
import { eventsExample, eventStreamExample } from "../../../jobs/examples.ts";
import { JobEventList, JobId } from "../../../jobs/response.ts";
import { problem } from "../../../problems/problems.ts";
import { eventStream, taken } from "../event-stream.ts";
import { submitterOf } from "../client-name.ts";
import { viewOfEvent, viewOfPage } from "../../../jobs/job-view.ts";
import { wholeNumber } from "../parameters.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import { endsOf, namesType, readProblems, takesType } from "../answers.ts";
import type { JobParts } from "./job-parts.ts";

const Query = z.strictObject({
  after: wholeNumber(0)
    .default(0)
    .meta({ description: "The number of the last event that is known already", examples: [3] }),
  limit: wholeNumber(1, 1000)
    .default(100)
    .meta({ description: "Events of one page", examples: [20] }),
  stream: z
    .enum(["true", "false"])
    .optional()
    .meta({ description: "Whether to answer with a stream, whatever `Accept` says", examples: ["true"] }),
  ticket: z
    .string()
    .optional()
    .meta({
      description: "In place of a key: a ticket of POST /v1/jobs/{id}/tickets, which is good for once",
      examples: ["tkt_8mQ2nR5vT1xZ4bC7dF0gH3jK6lP9sW2y"],
    }),
});

/** What happens to a job: as pages, and as a stream that goes on until the job is over. */
export const jobEvents: FastifyPluginCallbackZod<JobParts> = (scope, { storage: { jobs, tickets }, keys, feeds, listeners }, done) => {
  /** Who was given the ticket that a request shows. */
  const identify = async ({ params, query }: FastifyRequest) => {
    const { id } = params as { readonly id: string };
    const { ticket } = query as { readonly ticket?: unknown };
    const name = typeof ticket === "string" ? await tickets.redeem(ticket, id) : null;
    return name === null ? undefined : keys.named(name);
  };

  scope.get(
    "/v1/jobs/:id/events",
    {
      compress: false,
      schema: {
        operationId: "listJobEvents",
        tags: [tags.jobs.name],
        summary: "Watch a job",
        description:
          "The job's events, as a page of JSON or, with `Accept: text/event-stream` or `stream=true`, as server-sent events: those that were, " +
          "then those to come, and last the one that ends the job, behind which the stream ends. `id` is the event's number, `event` its type, " +
          "`data` the event on one line. A client that lost the stream goes on behind `Last-Event-ID` without gaps or repeats, and is " +
          "answered 204 when there is nothing more to come. curl gets the stream unless it asks for JSON: `curl -N …/events`.",
        params: z.object({ id: JobId }),
        querystring: Query,
        security: keyMayBeNeeded,
      },
      config: {
        identify,
        contract: {
          requestHeaders: {
            "Last-Event-ID": { description: "The number of the last event that the client has had; goes before `after`", example: "3" },
          },
          answer: {
            description: "The events",
            schema: JobEventList,
            examples: { page: { summary: "The first ones", value: eventsExample } },
            otherForms: [
              {
                mediaType: "text/event-stream",
                schema: z.string().meta({ description: "Server-sent events" }),
                examples: { stream: { summary: "A short job", value: eventStreamExample } },
              },
            ],
          },
          otherAnswers: [{ status: 204, description: "Of a stream: the job is over, and the client has had its last event" }],
          problems: readProblems,
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      reply.header("cache-control", "no-store").header("vary", "Accept, User-Agent");
      if (!wantsStream(request, request.query)) {
        const { limit } = request.query;
        return reply.send(viewOfPage(await jobs.events(id, { after: lastKnown(request, request.query), limit }), viewOfEvent));
      }
      const after = lastKnown(request, request.query);
      const job = await jobs.get(id);
      if (isFinal(job.status) && (await jobs.events(id, { after, limit: 1 })).data.length === 0) return reply.code(204).send();
      // A proxy that collects what passes would keep the events back.
      reply.type("text/event-stream; charset=utf-8").header("x-accel-buffering", "no");
      if (request.method === "HEAD") return reply.send(Readable.from([]));
      const leave = listeners.enter(submitterOf(request));
      const follower = feeds.follow(id, endsOf(request));
      const stream = Readable.from(taken(eventStream(job, after, follower), () => stream.destroy()));
      // However it ends, also before it has begun.
      stream.once("close", () => {
        follower[Symbol.dispose]();
        leave();
      });
      return reply.send(stream);
    },
  );
  done();
};

/**
 * Whether the answer is a stream. Programs that accept anything expect JSON that ends; people with curl, who accept anything too, would
 * watch the job.
 */
function wantsStream(request: FastifyRequest, { stream }: z.output<typeof Query>): boolean {
  if (stream !== undefined) return stream === "true";
  if (namesType(request, "text/event-stream")) return true;
  const isCurl = request.headers["user-agent"]?.startsWith("curl/") === true;
  return isCurl && takesType(request, "text/event-stream") && !namesType(request, "application/json");
}

/** The number of the last event that the client has had. */
function lastKnown({ headers }: FastifyRequest, { after }: z.output<typeof Query>): number {
  const given = headers["last-event-id"];
  if (given === undefined || given === "") return after;
  if (!/^\d{1,15}$/.test(String(given))) throw problem("invalid_request", "The header Last-Event-ID is not the number of an event");
  return Number(given);
}
