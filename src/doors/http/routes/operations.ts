import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { AnyTask } from "../../../tasks/define.ts";
import { callerOf } from "../client-name.ts";
import { bodyOf, computeProblems, formNamed, sendAnswer } from "../answers.ts";
import type { Workers } from "../../../workers/pool.ts";
import { answerExamples, type OperationContract, requestExamples } from "../contract.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";

/**
 * A route for every task that a posted body alone asks for. The bodies go to the workers as they came. Other tasks may answer on the same
 * path whoever asks for their media types.
 */
export async function operations(scope: FastifyInstance, { pool, tasks }: { pool: Workers; tasks: readonly AnyTask[] }): Promise<void> {
  for (const task of tasks) {
    const { operation } = task;
    if (operation?.post === undefined) continue;
    const { path, parameters, vary, forms: own = [] } = operation.post;
    const others = tasks.flatMap((other) =>
      other.elsewhere?.path === path ? other.elsewhere.forms.map((form) => [form, other] as const) : [],
    );
    const tasksByForm = new Map<string, AnyTask>([...own.map((form) => [form, task] as const), ...others]);
    const forms = [...tasksByForm.keys()];
    const varies = [vary, forms.length === 0 ? undefined : "Accept"].filter((header) => header !== undefined).join(", ");
    const contract = { ...(await contractOf(task)), problems: computeProblems };
    const answer = { ...contract.answer, otherForms: forms.map(formOf) };
    scope.post(path, { schema: aboutOperation(task), config: { contract: { ...contract, answer } } }, async (request, reply) => {
      if (varies !== "") reply.header("vary", varies);
      const form = formNamed(request, operation.answer.mediaType ?? "application/json", forms);
      const performer = (form === null ? undefined : tasksByForm.get(form)) ?? task;
      const told = form === null || performer === task ? parameters(request.headers, form) : performer.elsewhere?.parameters(form);
      return sendAnswer(reply, await pool.run(performer, told, bodyOf(request), callerOf(request)));
    });
  }
}

/** How answers begin that are documents of their own. */
const beginnings: Readonly<Record<string, string>> = {
  "text/markdown": "# The gradient of $z$, step by step\n…",
  "text/html": "<!doctype html>…",
  "image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg">…</svg>',
  "text/vnd.graphviz": "digraph {…}",
  "text/vnd.mermaid": "flowchart LR\n…",
};

const formOf = (mediaType: string) => ({
  mediaType,
  schema: z.string(),
  examples: { document: { summary: "How it begins", value: beginnings[mediaType] ?? "…" } },
});

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
