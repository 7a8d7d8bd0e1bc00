import type { FastifyInstance } from "fastify";
import type { AnyTask } from "../../../tasks/define.ts";
import { callerOf } from "../client-name.ts";
import { bodyOf, computeProblems, sendAnswer } from "../answers.ts";
import type { Workers } from "../../../workers/pool.ts";
import { answerExamples, type OperationContract, requestExamples } from "../contract.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";

/** A route for every task that a posted body alone asks for. The bodies go to the workers as they came. */
export async function operations(scope: FastifyInstance, { pool, tasks }: { pool: Workers; tasks: readonly AnyTask[] }): Promise<void> {
  for (const task of tasks) {
    const { operation } = task;
    if (operation?.post === undefined) continue;
    const { path, parameters, vary } = operation.post;
    const contract = { ...(await contractOf(task)), problems: computeProblems };
    scope.post(path, { schema: aboutOperation(task), config: { contract } }, async (request, reply) => {
      if (vary !== undefined) reply.header("vary", vary);
      const answer = await pool.run(task, parameters(request.headers), bodyOf(request), callerOf(request));
      return sendAnswer(reply, answer);
    });
  }
}

/** What the document says of an operation besides what it takes and answers. */
export function aboutOperation({ operation, name }: AnyTask) {
  if (operation === undefined) throw new Error(`the task ${name} is no operation`);
  const { operationId, tag, summary, description } = operation;
  return { operationId, tags: [tags[tag].name], summary, description, security: keyMayBeNeeded };
}

/** What a task takes and answers. */
export async function contractOf({ name, operation, body }: AnyTask): Promise<Pick<OperationContract, "request" | "answer">> {
  if (operation === undefined || body.kind !== "json") throw new Error(`the task ${name} is no operation with a JSON body`);
  const exchanges = await operation.examples();
  return {
    request: { description: operation.request, schema: body.schema, examples: requestExamples(exchanges) },
    answer: { ...operation.answer, examples: answerExamples(exchanges) },
  };
}
