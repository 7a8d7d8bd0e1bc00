import type { Answer } from "../../../tasks/context.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import type { WorkerPool } from "../../../workers/pool.ts";
import { evaluateExamples, gradientsExamples } from "../../../compute/examples.ts";
import { problem } from "../../../problems/problems.ts";
import { EvaluateRequest, GradientsRequest } from "../../../compute/requests.ts";
import { EvaluateResponse, GradientsResponse } from "../../../compute/responses.ts";
import { answerExamples, requestExamples } from "../contract.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";

export type Runner = Pick<WorkerPool, "run">;

/** What may go wrong with anything that is computed. */
export const computeProblems = [400, 401, 404, 408, 413, 415, 422, 429, 500, 503, 504];

/** What may go wrong with anything that is read by its id. */
export const readProblems = [400, 401, 404, 429, 500, 503];

/** Values and gradients of programs. The bodies go to the workers as they came. */
export function compute(scope: FastifyInstance, { pool }: { pool: Runner }): void {
  scope.post(
    "/v1/evaluate",
    {
      schema: {
        operationId: "evaluate",
        tags: [tags.compute.name],
        summary: "Run a program forward",
        description: "Answers with the outputs, and with the value of every node when `return` asks for `nodes`.",
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          request: { description: "A program and its inputs", schema: EvaluateRequest, examples: requestExamples(evaluateExamples) },
          answer: { description: "The values", schema: EvaluateResponse, examples: answerExamples(evaluateExamples) },
          problems: computeProblems,
        },
      },
    },
    answerWith(pool, "evaluate"),
  );

  scope.post(
    "/v1/gradients",
    {
      schema: {
        operationId: "gradients",
        tags: [tags.compute.name],
        summary: "Run a program forward and backward",
        description:
          "Answers with the outputs, the gradients with respect to the inputs, the value and gradient of every node, and the gradient " +
          "that travels on every edge. The gradient of an edge is taken before the sum at a fan-out; that of a value is the sum over its edges.",
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          request: {
            description: "A program, its inputs, and what to differentiate",
            schema: GradientsRequest,
            examples: requestExamples(gradientsExamples),
          },
          answer: { description: "Values and gradients", schema: GradientsResponse, examples: answerExamples(gradientsExamples) },
          problems: computeProblems,
        },
      },
    },
    answerWith(pool, "gradients"),
  );
}

/** Has the pool run a task on the body, and sends what it answers. */
export function answerWith(pool: Runner, task: string) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    sendAnswer(reply, await pool.run(task, bodyOf(request), { signal: request.departure }));
}

/** The bytes of a request's body. Throws Problem when there are none. */
export function bodyOf({ body }: Pick<FastifyRequest, "body">): Buffer {
  if (!Buffer.isBuffer(body) || body.length === 0) throw problem("invalid_json", "The body is empty; it should be a JSON object");
  return body;
}

/** Answers travel as text or as the bytes of text, and either way as they are. */
export function sendAnswer(reply: FastifyReply, { status, contentType, body }: Answer): FastifyReply {
  return reply.code(status).header("content-type", contentType).send(body);
}
