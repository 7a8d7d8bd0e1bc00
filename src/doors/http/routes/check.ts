import type { FastifyInstance } from "fastify";
import { checkExamples } from "../../../grading/check/examples.ts";
import { CheckRequest } from "../../../grading/check/request.ts";
import { CheckResponse } from "../../../grading/check/response.ts";
import { answerExamples, requestExamples } from "../contract.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import { answerWith, computeProblems, type Runner } from "./compute.ts";

/** Gradients beside numerical ones. The body goes to a worker as it came. */
export function check(scope: FastifyInstance, { pool }: { pool: Runner }): void {
  scope.post(
    "/v1/check",
    {
      schema: {
        operationId: "check",
        tags: [tags.grading.name],
        summary: "Check gradients by numbers",
        description:
          "Compares the gradients of a program, or gradients that the request claims, with what numbers alone say of them: central " +
          "differences, a step off the real axis, the dot-product test, the order of the Taylor remainder. Inputs may be drawn at random. " +
          "Where a kink lies between the points compared, the answer says so in place of calling it an error.",
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          request: { description: "A program and how to check it", schema: CheckRequest, examples: requestExamples(checkExamples) },
          answer: { description: "What was compared, and the verdicts", schema: CheckResponse, examples: answerExamples(checkExamples) },
          problems: computeProblems,
        },
      },
    },
    answerWith(pool, "check"),
  );
}
