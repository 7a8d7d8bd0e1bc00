import type { FastifyInstance } from "fastify";
import { languageOf } from "../../../grading/messages.ts";
import { gradeExamples, probeExamples } from "../../../grading/grade/examples.ts";
import { GradeRequest } from "../../../grading/grade/request.ts";
import { GradeResponse } from "../../../grading/grade/response.ts";
import { ProbeRequest } from "../../../grading/probe/request.ts";
import { ProbeResponse } from "../../../grading/probe/response.ts";
import { answerExamples, requestExamples } from "../contract.ts";
import { keyMayBeNeeded, tags } from "../plugins/openapi.ts";
import { answerWith, computeProblems, type Runner } from "./compute.ts";

/** Submissions judged, and inputs to judge them at. The bodies go to the workers as they came. */
export function grade(scope: FastifyInstance, { pool }: { pool: Runner }): void {
  const answers = { en: answerWith(pool, "grade.en"), zh: answerWith(pool, "grade.zh") };

  scope.post(
    "/v1/grade",
    {
      schema: {
        operationId: "grade",
        tags: [tags.grading.name],
        summary: "Judge submitted values and gradients, and find the mistakes",
        description:
          "Compares what was submitted with what it should be, item by item, each given the submission's own items before it, so that one " +
          "error costs points once. Names the first wrong item in the order of computation, and the known mistakes that explain what is " +
          "wrong, with the place where each was made and a sentence for the student, in English or Chinese by `Accept-Language`. `format` " +
          "gives the verdict in the form that an autograder reads.",
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          request: {
            description: "A program, its inputs, and submissions",
            schema: GradeRequest,
            examples: requestExamples(gradeExamples),
          },
          answer: { description: "The verdict", schema: GradeResponse, examples: answerExamples(gradeExamples) },
          problems: computeProblems,
        },
      },
    },
    (request, reply) => {
      reply.header("vary", "Accept-Language");
      return answers[languageOf(request.headers["accept-language"])](request, reply);
    },
  );

  scope.post(
    "/v1/probe",
    {
      schema: {
        operationId: "probe",
        tags: [tags.grading.name],
        summary: "Draw inputs that tell mistakes apart",
        description:
          "Draws inputs for a program at which the known mistakes give different numbers: away from kinks and from 0, with random targets " +
          "and cotangents. Says which mistakes can be told apart at these inputs, which look the same, and which do not show. Grade there.",
        security: keyMayBeNeeded,
      },
      config: {
        contract: {
          request: {
            description: "A program and what its inputs are like",
            schema: ProbeRequest,
            examples: requestExamples(probeExamples),
          },
          answer: { description: "The inputs, and what they show", schema: ProbeResponse, examples: answerExamples(probeExamples) },
          problems: computeProblems,
        },
      },
    },
    answerWith(pool, "probe"),
  );
}
