import { answer, record } from "../../engine/answer.ts";
import { decodeGiven, feedsOf, merged, settleCotangent } from "../../engine/given.ts";
import { Preparations } from "../../engine/prepare.ts";
import type { Compiler } from "../../engine/compile.ts";
import { type Context, readRequest } from "../../engine/tasks/context.ts";
import type { Handler } from "../../engine/worker-loop.ts";
import type { GivenInputs } from "../../graph/draft.ts";
import { formatShape, sameShape, sizeOf } from "../../tensor/shape.ts";
import { type Tensor, tensorOf } from "../../tensor/tensor.ts";
import { type CheckMethod, CheckRequest } from "../../wire/check-request.ts";
import type { CheckResponse } from "../../wire/check-response.ts";
import { encodeTensor } from "../../wire/encode.ts";
import type { Limits } from "../../wire/limits.ts";
import { Problem, pointerTo, problem, problemAt } from "../../wire/problems.ts";
import { type ProgramSource, programOf } from "../../wire/program-source.ts";
import { decodeTensor } from "../../wire/tensor.ts";
import { type Claim, type Compared, eachDirection } from "./claim.ts";
import { complexSteps, differencesAlong, differencesOfEntries, imaginaryStep, isAlongDirections, stepOf } from "./differences.ts";
import { drawCotangent, drawInputs, openDeclarations, placeOfDrawn } from "./draw.ts";
import { Point, sizesOf } from "./point.ts";
import { reportOfDirections, reportOfEntries } from "./report.ts";
import { type Subject, subjectOf } from "./subject.ts";
import { steps, taylorRemainders } from "./taylor.ts";
import { warningsOf } from "./warnings.ts";

/** POST /v1/check: gradients, the service's own or claimed ones, beside what numbers alone say of them. */
export function checkTask({ limits, compiler, cacheBytes }: Context): Handler {
  const preparations = new Preparations<Subject>(limits, cacheBytes);

  return (body, { cancelled }) => {
    const request = readRequest(CheckRequest, body, limits);
    const source = programOf(request);
    const drawn = inputsToDraw(request, source, compiler, limits);
    const given = merged([
      drawn,
      decodeGiven(request.inputs, ["inputs"], limits),
      decodeGiven(request.parameters ?? {}, ["parameters"], limits),
    ]);
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
      claimedPlaces(request, () => subjectOf(compiler.compile(source, given, request.seed), asked, limits)),
    );
    requireBounded(subject, request, limits);

    const feeds = feedsOf(subject.program, given);
    const weights = weightsOf(subject, request, limits);
    const point = new Point(subject, feeds, weights, { given, cancelled });
    const gradients = claimed === null ? point.gradients : claimedGradients(subject, claimed);
    const claim: Claim = { point, gradients, request };
    const { found, compared } = runMethods(claim);
    const otherwise = (): Point["gradients"] => {
      const numbers = drawCotangent(weights.shape, request.seed);
      return new Point(subject, feeds, tensorOf(weights.dtype, weights.shape, numbers), { given, cancelled }).gradients;
    };
    const result: CheckResponse = {
      passed: Object.values(found).every(({ passed }) => passed),
      objective: subject.objective.name,
      ...(drawn.tensors.size > 0 && { inputs: drawnInputs(subject, feeds, drawn, request) }),
      ...(request.cotangent === undefined && sizeOf(weights.shape) > 1 && { cotangent: encodeTensor(weights, request.encoding) }),
      ...found,
      warnings: warningsOf(claim, compared, otherwise),
      ...(point.nonfinite !== null && { nonfinite: point.nonfinite }),
    };
    return { ...answer(result, limits), passed: result.passed };
  };
}

/** What each method of the request says, and the entries that were compared by differences. */
function runMethods(claim: Claim): { found: Pick<CheckResponse, CheckMethod>; compared: readonly Compared[] } {
  const { request, point } = claim;
  const found: Pick<CheckResponse, CheckMethod> = {};
  let compared: readonly Compared[] = [];
  for (const method of request.methods) {
    switch (method) {
      case "central_difference":
        if (isAlongDirections(request)) {
          const { passed, ...rest } = reportOfDirections(differencesAlong(claim));
          found.central_difference = { passed, step: stepOf(request), ...rest };
        } else {
          compared = differencesOfEntries(claim);
          found.central_difference = reportOfEntries(compared, stepOf(request));
        }
        break;
      case "complex_step":
        found.complex_step = reportOfEntries(complexSteps(claim), imaginaryStep);
        break;
      case "dot_product":
        found.dot_product = reportOfDirections(
          eachDirection(claim, (direction) => ({ numerical: point.weigh(point.tangent(direction)), kink: undefined })),
        );
        break;
      case "taylor_remainder":
        found.taylor_remainder = taylorRemainders(claim);
    }
  }
  return { found, compared };
}

const wrtOf = ({ wrt, gradients }: CheckRequest): readonly string[] | undefined =>
  wrt ?? (gradients === undefined ? undefined : Object.keys(gradients));

/** Where the names to differentiate by are those of the claims, faults stand there. */
function claimedPlaces<T>({ wrt, gradients }: CheckRequest, work: () => T): T {
  const names = Object.keys(gradients ?? {});
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Problem) || wrt !== undefined || names.length === 0) throw error;
    const errors = error.errors.map((place) => {
      const at = /^\/wrt\/(\d+)$/.exec(place.pointer)?.[1];
      return at === undefined ? place : { ...place, pointer: pointerTo("gradients", names[Number(at)]) };
    });
    throw new Problem(error.code, error.detail, errors);
  }
}

function inputsToDraw(request: CheckRequest, source: ProgramSource, compiler: Compiler, limits: Limits): GivenInputs {
  const isGiven = (name: string): boolean => Object.hasOwn(request.inputs, name) || Object.hasOwn(request.generate, name);
  const twice = Object.keys(request.generate).find((name) => Object.hasOwn(request.inputs, name));
  if (twice !== undefined) {
    throw problemAt("invalid_request", placeOfDrawn(twice), `${twice} is given under inputs, so it cannot be drawn as well`);
  }
  const declared = openDeclarations(declarationsOf(source, compiler), isGiven);
  return drawInputs({ ...declared, ...request.generate }, request.seed, limits, placeOfDrawn);
}

function declarationsOf(source: ProgramSource, compiler: Compiler): Parameters<typeof openDeclarations>[0] {
  if (source.kind === "graph") return source.source.inputs ?? {};
  if (source.kind !== "graph_id") return {};
  const registered = compiler.registered(source.source, "/graph_id");
  return "graph" in registered ? (registered.graph.inputs ?? {}) : {};
}

const drawnInputs = (subject: Subject, feeds: readonly Tensor[], drawn: GivenInputs, { encoding }: CheckRequest): CheckResponse["inputs"] =>
  record(
    subject.program.inputs.flatMap(({ name }, at) => (drawn.tensors.has(name) ? [[name, encodeTensor(feeds[at], encoding)] as const] : [])),
  );

function weightsOf({ objective }: Subject, request: CheckRequest, limits: Limits): Tensor {
  if (request.cotangent !== undefined) return settleCotangent(decodeTensor(request.cotangent, "/cotangent", limits), objective);
  const { dtype, shape } = objective.value;
  return tensorOf(dtype, shape, sizeOf(shape) === 1 ? [1] : drawCotangent(shape, request.seed));
}

function claimedGradients({ variables }: Subject, { tensors, pointers }: GivenInputs): ArrayLike<number>[] {
  return variables.map(({ name, value }, at) => {
    const claimed = tensors.get(name);
    if (claimed === undefined) throw problemAt("invalid_request", pointerTo("wrt", at), `No gradient of ${name} stands under gradients`);
    const pointer = pointers.get(name) ?? "";
    if (claimed.kind === "bool") throw problemAt("type_mismatch", pointer, `The gradient of ${name} is made of booleans`);
    if (!sameShape(claimed.shape, value.shape)) {
      const detail = `The gradient of ${name} has shape ${formatShape(claimed.shape)}, but ${name} has shape ${formatShape(value.shape)}`;
      throw problemAt("shape_mismatch", pointer, detail);
    }
    return claimed.data;
  });
}

/** How many bytes an entry takes in the answer, at the least. */
const bytesPerEntry = 100;

/** Refuses what would take too long, or too long an answer, before it begins. */
function requireBounded({ variables, values, complex, tangent }: Subject, request: CheckRequest, limits: Limits): void {
  const { methods, samples, directions } = request;
  const entries = sizesOf(variables).reduce((sum, size) => sum + Math.min(size, samples), 0);
  const differences = methods.includes("central_difference");
  const moves = isAlongDirections(request) ? directions : entries;
  const evaluations = (differences ? 2 * moves : 0) + (methods.includes("taylor_remainder") ? steps.length * directions : 0);
  const operations = values.operations * evaluations + (complex?.operations ?? 0) * entries + (tangent?.operations ?? 0) * directions;
  if (operations > limits.operations) {
    const detail = `The check would take about ${operations.toExponential(2)} operations, and at most ${limits.operations.toExponential(2)} are allowed: check fewer samples`;
    throw problemAt("operations_limit", "/samples", detail);
  }
  const reported = (differences ? moves : 0) + (complex === null ? 0 : entries);
  if (reported * bytesPerEntry > limits.answerBytes) {
    throw problem("answer_too_large", `The answer would be longer than ${limits.answerBytes} bytes: check fewer samples`);
  }
}
