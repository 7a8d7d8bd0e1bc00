import { defineTask, json, noParameters, type Shared } from "../../tasks/define.ts";
import type { TaskResult } from "../../tasks/result.ts";
import { decodeGiven, feedsOf, givenIn, merged, settleCotangent } from "../../program/feeds.ts";
import { Preparations } from "../../tasks/preparations.ts";
import { account } from "../../memory/account.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { type Tensor, tensorOf } from "../../tensor/tensor.ts";
import { type CheckMethod, CheckRequest } from "./request.ts";
import { CheckResponse } from "./response.ts";
import type { Limits } from "../../request/limits.ts";
import { problem, problemAt } from "../../problems/problems.ts";
import { programOf } from "../../program/source.ts";
import { decodeTensor } from "../../request/tensor.ts";
import { type Examination, type Compared, eachDirection } from "./examination.ts";
import { complexSteps, differencesAlong, differencesOfEntries, imaginaryStep, isAlongDirections, stepOf } from "./differences.ts";
import { drawCotangent, drawInputs } from "./draw.ts";
import { drawnInputs, inputsToDraw, placeOfDrawn, wholeInputs } from "./inputs.ts";
import { claimedGradients, claimedPlaces, wrtOf } from "./claimed.ts";
import { Point, sizesOf } from "./point.ts";
import { reportOfDirections, reportOfEntries } from "./report.ts";
import { type Subject, subjectOf } from "./subject.ts";
import { steps, taylorRemainders } from "./taylor.ts";
import { warningsOf } from "./warnings.ts";

/** POST /v1/check: gradients, the service's own or claimed ones, beside what numbers alone say of them. */
export const check = defineTask({
  name: "check",
  parameters: noParameters,
  body: json(CheckRequest),
  operation: {
    operationId: "check",
    tag: "grading",
    summary: "Check gradients by numbers",
    description:
      "Compares the gradients of a program, or gradients that the request claims, with what numbers alone say of them: central " +
      "differences, a step off the real axis, the dot-product test, the order of the Taylor remainder. Inputs may be drawn at random. " +
      "Where a kink lies between the points compared, the answer says so in place of calling it an error.",
    request: "A program and how to check it",
    answer: { description: "What was compared, and the verdicts", schema: CheckResponse },
    examples: async () => (await import("./examples.ts")).checkExamples,
    post: { path: "/v1/check", parameters: () => ({}) },
    command: { summary: "check gradients by numbers", parameters: {} },
  },
  prepare: (shared) => {
    const checker = checkerOf(shared);
    return (request, { cancelled }) => checker(request, cancelled);
  },
});

/** Checks requests. What is compiled is kept between them. */
function checkerOf(shared: Shared) {
  const { limits, compiler } = shared;
  const preparations = new Preparations<Subject>(shared);

  return (request: CheckRequest, cancelled: () => boolean): TaskResult<{ readonly passed: boolean }> => {
    const source = programOf(request);
    const wanted = inputsToDraw(request, source, compiler);
    const place = placeOfDrawn(request, source);
    const given = merged([drawInputs(wanted, request.seed, limits, place), givenIn(request, limits)]);
    const claimed = request.gradients === undefined ? null : decodeGiven(request.gradients, ["gradients"], limits);
    // Weights of our own are no secret from our own gradients, but claimed ones were made with some that the request must say.
    const asked = {
      of: request.of,
      wrt: wrtOf(request),
      cotangent: request.cotangent !== undefined || claimed === null,
      methods: request.methods,
    };
    const question = JSON.stringify([asked, request.seed]);
    const subject = preparations.get(source, question, given, () =>
      claimedPlaces(request, () => subjectOf(compiler.compile(source, given, { seed: request.seed }), asked, limits)),
    );
    requireBounded(subject, request, limits);

    // What the program turns out to take as whole numbers is drawn anew as such.
    const whole = drawInputs(wholeInputs(subject, wanted), request.seed, limits, place);
    const feeding = { feeds: feedsOf(subject.program, merged([given, whole])), given, cancelled };
    const weights = weightsOf(subject, request, limits);
    const point = new Point(subject, feeding, weights);
    const gradients = claimed === null ? point.gradients : claimedGradients(subject, claimed);
    const examination: Examination = { point, gradients, request };
    const { found, compared } = runMethods(examination);
    const otherwise = (): Point["gradients"] => {
      const numbers = drawCotangent(weights.shape, request.seed);
      return new Point(subject, feeding, tensorOf(weights.dtype, weights.shape, numbers)).gradients;
    };
    const passed = Object.values(found).every((each) => each.passed);
    const warnings = warningsOf(examination, compared, otherwise);
    return {
      content: {
        kind: "document",
        encoding: request.encoding,
        compose: (write) => ({
          passed,
          objective: subject.objective.name,
          ...(Object.keys(wanted).length > 0 && { inputs: drawnInputs(subject, feeding.feeds, wanted, write) }),
          ...(request.cotangent === undefined && sizeOf(weights.shape) > 1 && { cotangent: write(weights) }),
          ...found,
          warnings,
          ...(point.nonfinite !== null && { nonfinite: point.nonfinite }),
        }),
      },
      facts: { passed },
    };
  };
}

/** What each method of the request says, and the entries that were compared by differences. */
function runMethods(examination: Examination): { found: Pick<CheckResponse, CheckMethod>; compared: readonly Compared[] } {
  const { request, point } = examination;
  const found: Pick<CheckResponse, CheckMethod> = {};
  let compared: readonly Compared[] = [];
  for (const method of request.methods) {
    switch (method) {
      case "central_difference":
        if (isAlongDirections(request)) {
          const { passed, ...rest } = reportOfDirections(differencesAlong(examination));
          found.central_difference = { passed, step: stepOf(request), ...rest };
        } else {
          compared = differencesOfEntries(examination);
          found.central_difference = reportOfEntries(compared, stepOf(request));
        }
        break;
      case "complex_step":
        found.complex_step = reportOfEntries(complexSteps(examination), imaginaryStep);
        break;
      case "dot_product":
        found.dot_product = reportOfDirections(
          eachDirection(examination, (direction) => ({
            numerical: point.weigh(point.tangent(direction)),
            kink: undefined,
            step: 0,
            isUnproven: false,
          })),
        );
        break;
      case "taylor_remainder":
        found.taylor_remainder = taylorRemainders(examination);
    }
  }
  return { found, compared };
}

function weightsOf({ objective }: Subject, request: CheckRequest, limits: Limits): Tensor {
  if (request.cotangent !== undefined) return settleCotangent(decodeTensor(request.cotangent, "/cotangent", limits), objective);
  const { dtype, shape } = objective.value;
  return tensorOf(dtype, shape, sizeOf(shape) === 1 ? [1] : drawCotangent(shape, request.seed));
}

/** How many bytes an entry takes in the answer, at the least, and in memory, with its text. */
const bytesPerEntry = 100;
const heapPerEntry = 600;

/** Refuses what would take too long, or too long an answer, before it begins. */
function requireBounded({ variables, values, complex, tangent }: Subject, request: CheckRequest, limits: Limits): void {
  const { methods, samples, directions } = request;
  const entries = sizesOf(variables).reduce((sum, size) => sum + Math.min(size, samples), 0);
  const differences = methods.includes("central_difference");
  const moves = isAlongDirections(request) ? directions : entries;
  const evaluations = (differences ? 2 * moves : 0) + (methods.includes("taylor_remainder") ? 2 * steps.length * directions : 0);
  const operations = values.operations * evaluations + (complex?.operations ?? 0) * entries + (tangent?.operations ?? 0) * directions;
  if (operations > limits.operations) {
    const detail = `The check would take about ${operations.toExponential(2)} operations, and at most ${limits.operations.toExponential(2)} are allowed: check fewer samples`;
    throw problemAt("operations_limit", "/samples", detail);
  }
  const reported = (differences ? moves : 0) + (complex === null ? 0 : entries);
  if (reported * bytesPerEntry > limits.answerBytes) {
    throw problem("answer_too_large", `The answer would be longer than ${limits.answerBytes} bytes: check fewer samples`);
  }
  account().chargeHeap(reported * heapPerEntry);
}
