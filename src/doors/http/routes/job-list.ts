import type { FastifyPluginCallbackZod } from "@fastify/type-provider-zod";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { isFinal, type Job as KeptJob } from "../../../jobs/contract.ts";
import { continueExamples, createExamples, jobExample, listExample } from "../../../jobs/examples.ts";
import { ContinueRequest, JobRequest, Tag } from "../../../training/request.ts";
import { Job, JobId, JobList, jobStatuses } from "../../../jobs/response.ts";
import { problem } from "../../../problems/problems.ts";
import { answerExamples, requestExamples } from "../contract.ts";
import { scopeOf } from "../../../clients/client.ts";
import { callerOf, submitterOf } from "../client-name.ts";
import { clientOf } from "../plugins/auth.ts";
import { continueJob, submitJob, type Submitted } from "../../../jobs/submission.ts";
import { viewFor, viewOfPage } from "../../../jobs/job-view.ts";
import { wholeNumber } from "../parameters.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import { preferenceHeader, preferHeader, preferredWait } from "../preferences.ts";
import { bodyOf, computeProblems, endsOf, optionalBodyOf, readProblems, sendAnswer } from "../answers.ts";
import type { JobParts } from "./job-parts.ts";

const jobAnswer = { description: "The job", schema: Job, examples: { job: { summary: "A job that succeeded", value: jobExample } } };
const submissionHeaders = {
  ...preferHeader,
  "Idempotency-Key": {
    description:
      "A text of the client's own of up to 255 characters: the same request under the same key, within a day, makes no second job but is answered with the first one",
    example: "8e03978e-40d5-43e8-bc93-6894a57f9324",
  },
};
const submissionAnswer = {
  status: 202,
  headers: {
    Location: { description: "The path of the job", example: `/v1/jobs/${jobExample.id}` },
    "Idempotency-Replayed": {
      description: "true where the key has come before, and the job is the first one's",
      example: "true",
    },
    ...preferenceHeader,
  },
  description: "The job, which waits for its turn or has begun",
  schema: Job,
};
const retryHeader = {
  "Retry-After": { description: "Seconds after which it is worth asking again, while the job is not over", example: 2 },
};

/** Training jobs: posted, listed, read and forgotten. */
export const jobList: FastifyPluginCallbackZod<JobParts> = (scope, { pool, storage, privateWebhooks, listeners, feeds }, done) => {
  const store = storage.jobs;

  /** The job as it is when it is over or the seconds have passed; as it is now where too many wait already. */
  const afterWait = async (request: FastifyRequest, id: string, seconds: number): Promise<KeptJob> => {
    const leave = seconds === 0 ? null : listeners.enterIfRoom(submitterOf(request));
    if (leave === null) return store.get(id);
    try {
      return await feeds.untilOver(id, seconds, endsOf(request));
    } finally {
      leave();
    }
  };

  const desk = { pool, storage, privateWebhooks };
  const handedIn = (request: FastifyRequest, body = bodyOf(request)) => ({
    body,
    client: submitterOf(request),
    key: idempotencyKey(request),
    caller: callerOf(request),
    scope: scopeOf(clientOf(request)),
    traceparent: request.traceparent,
  });

  /** The new job, as it is when the client would wait no longer. */
  const answerWith = async (submitted: Submitted, wait: number, request: FastifyRequest, reply: FastifyReply) => {
    if ("refusal" in submitted) return sendAnswer(reply, submitted.refusal);
    request.concerned = submitted.job.id;
    if (submitted.isReplay) reply.header("idempotency-replayed", "true");
    const job = wait === 0 ? submitted.job : await afterWait(request, submitted.job.id, wait);
    const isOver = wait > 0 && isFinal(job.status);
    return reply
      .code(isOver ? 200 : 202)
      .header("location", `/v1/jobs/${job.id}`)
      .send(viewFor(clientOf(request))(job));
  };

  scope.post(
    "/v1/jobs",
    {
      schema: {
        operationId: "createJob",
        tags: [tags.jobs.name],
        summary: "Train",
        description:
          "Checks a program with a loss, its data and how to train it, and keeps them as a job, which is answered at once and trained as soon as " +
          "its turn comes. What is accepted is not lost, whatever becomes of the process.",
        security: keyMayBeNeeded,
      },
      config: {
        audited: true,
        contract: {
          requestHeaders: submissionHeaders,
          request: { description: "What to train, on what, and how", schema: JobRequest, examples: requestExamples(createExamples) },
          answer: { ...submissionAnswer, examples: answerExamples(createExamples) },
          otherAnswers: [{ ...jobAnswer, description: "The job, which was over within the time that the client would wait" }],
          problems: [...computeProblems, 409, 410, 507],
        },
      },
    },
    async (request, reply) => {
      const wait = preferredWait(request, reply);
      return answerWith(await submitJob(handedIn(request), desk), wait, request, reply);
    },
  );

  scope.post(
    "/v1/jobs/:id/continue",
    {
      schema: {
        operationId: "continueJob",
        tags: [tags.jobs.name],
        summary: "Train on",
        description:
          "Makes a new job of one that is over, which goes on from where that one stood, for more epochs or steps: ten epochs and ten more come to the " +
          "very weights of twenty. Its settings are the first one's, but for a learning rate that is told.",
        params: z.object({ id: JobId }),
        security: keyMayBeNeeded,
      },
      config: {
        audited: true,
        contract: {
          requestHeaders: submissionHeaders,
          request: {
            description: "How much longer",
            schema: ContinueRequest,
            examples: requestExamples(continueExamples),
            isOptional: true,
          },
          answer: { ...submissionAnswer, examples: answerExamples(continueExamples) },
          otherAnswers: [{ ...jobAnswer, description: "The job, which was over within the time that the client would wait" }],
          problems: [...computeProblems, 409, 410, 507],
        },
      },
    },
    async (request, reply) => {
      const wait = preferredWait(request, reply);
      return answerWith(await continueJob(handedIn(request, optionalBodyOf(request)), request.params.id, desk), wait, request, reply);
    },
  );

  scope.get(
    "/v1/jobs",
    {
      schema: {
        operationId: "listJobs",
        tags: [tags.jobs.name],
        summary: "List the jobs",
        description: "The jobs, the newest first: all of them, or those of a status or with a tag.",
        querystring: z.strictObject({
          status: z
            .enum(jobStatuses)
            .optional()
            .meta({ description: "Only jobs that are this", examples: ["running"] }),
          tag: Tag.optional().meta({ description: "Only jobs with this tag", examples: ["course-7"] }),
          after: JobId.optional().meta({ description: "The id of the last job of the page before, which may have been deleted since" }),
          limit: wholeNumber(1, 100)
            .default(20)
            .meta({ description: "Jobs of one page", examples: [50] }),
        }),
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          answer: { description: "The jobs", schema: JobList, examples: { page: { summary: "One job", value: listExample } } },
          problems: readProblems,
        },
      },
    },
    async (request, reply) => {
      const client = clientOf(request);
      const page = viewOfPage(await store.list({ ...request.query, scope: scopeOf(client) }), viewFor(client));
      return reply.send({ ...page, first_id: page.data.at(0)?.id ?? null, last_id: page.data.at(-1)?.id ?? null });
    },
  );

  scope.get(
    "/v1/jobs/:id",
    {
      schema: {
        operationId: "readJob",
        tags: [tags.jobs.name],
        summary: "Read a job",
        description: "The job as it is now or, with `Prefer: wait=N`, as it is when it is over or the time is up.",
        params: z.object({ id: JobId }),
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          requestHeaders: preferHeader,
          answer: { ...jobAnswer, headers: { ...retryHeader, ...preferenceHeader } },
          problems: readProblems,
        },
      },
    },
    async (request, reply) => {
      const job = await afterWait(request, request.params.id, preferredWait(request, reply));
      if (!isFinal(job.status)) reply.header("retry-after", worthAsking(job.progress?.remaining_seconds ?? 1));
      return reply.send(viewFor(clientOf(request))(job));
    },
  );

  scope.delete(
    "/v1/jobs/:id",
    {
      schema: {
        operationId: "deleteJob",
        tags: [tags.jobs.name],
        summary: "Forget a job",
        description: "Removes a job that is over, with its events, its history and its weights.",
        params: z.object({ id: JobId }),
        security: keyMayBeNeeded,
      },
      config: { audited: true, contract: { answer: { status: 204, description: "It is gone" }, problems: [...readProblems, 409] } },
    },
    async ({ params }, reply) => {
      await store.delete(params.id);
      return reply.code(204).send();
    },
  );
  done();
};

const longestKey = 255;

function idempotencyKey({ headers }: FastifyRequest): string | undefined {
  const key = headers["idempotency-key"];
  if (key === undefined) return undefined;
  if (typeof key === "string" && key !== "" && key.length <= longestKey) return key;
  throw problem("invalid_request", `The header Idempotency-Key is a text of 1 to ${longestKey} characters`);
}

/** Seconds after which there may be something new to hear of a job that is expected to be over in so many. */
const worthAsking = (remaining: number): number => Math.min(30, Math.max(1, Math.ceil(remaining)));
