import { answer } from "../../engine/answer.ts";
import { Cancelled } from "../../engine/execute.ts";
import { decodeGiven, feedsOf, merged, settleCotangent } from "../../engine/given.ts";
import { Preparations } from "../../engine/prepare.ts";
import type { Answer } from "../../engine/pool-protocol.ts";
import { type Context, readRequest } from "../../engine/tasks/context.ts";
import type { Handler } from "../../engine/worker-loop.ts";
import type { GivenInputs } from "../../graph/draft.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { GradeRequest } from "../../wire/grade-request.ts";
import type { Verdict } from "../../wire/grade-response.ts";
import type { Limits } from "../../wire/limits.ts";
import { programOf } from "../../wire/program-source.ts";
import { decodeTensor } from "../../wire/tensor.ts";
import type { ItemRequest } from "../items.ts";
import type { Language } from "../messages.ts";
import { formatted } from "../formats/format.ts";
import { type PreparedGrading, prepareGrading } from "./prepare.ts";
import { Grader, type Situation } from "./grader.ts";

/** What was graded, before it is written in a format. */
export interface Graded {
  readonly request: GradeRequest;
  readonly verdicts: readonly Verdict[];
}

/** POST /v1/grade for clients that read a language, unless their request names another. */
export function gradeTask(context: Context, language: Language): Handler {
  const grade = grading(context);
  return (body, { cancelled }) => {
    const graded = grade(body, language, cancelled);
    return { ...gradeAnswer(graded, context.limits), passed: graded.verdicts.every(({ passed }) => passed) };
  };
}

/** The answer in the form that the request asks for. */
export function gradeAnswer({ request, verdicts }: Graded, limits: Limits): Answer {
  if (request.format !== "json") return formatted(request.format, verdicts);
  return answer(request.submission === undefined ? { submissions: verdicts } : verdicts[0], limits);
}

/** Grades requests. What is compiled is kept between them. Throws Problem and Cancelled. */
export function grading({
  limits,
  compiler,
  cacheBytes,
}: Context): (body: string | Uint8Array, language: Language, cancelled: () => boolean) => Graded {
  const preparations = new Preparations<PreparedGrading>(limits, cacheBytes);

  return (body, language, cancelled) => {
    const request = readRequest(GradeRequest, body, limits);
    const source = programOf(request);
    const shared = [decodeGiven(request.inputs, ["inputs"], limits), decodeGiven(request.parameters ?? {}, ["parameters"], limits)];
    const cotangent = request.cotangent === undefined ? null : decodeTensor(request.cotangent, "/cotangent", limits);
    const points: readonly GivenInputs[] =
      request.points === undefined
        ? [merged(shared)]
        : request.points.map((point, at) => merged([...shared, decodeGiven(point, ["points", at], limits)]));

    const situationAt = (point: number, items: readonly ItemRequest[]): Situation => {
      const given = points[point];
      const names = items.map(({ pointer: _, ...name }) => name);
      const question = JSON.stringify([request.of, cotangent !== null, request.seed, names]);
      const prepared = preparations.get(source, question, given, () => {
        const program = compiler.compile(source, given, request.seed);
        return prepareGrading(program, { of: request.of, cotangent: cotangent !== null, items }, limits);
      });
      const feeds = feedsOf(prepared.program, given);
      if (cotangent !== null && prepared.derivatives !== null) feeds.push(settleCotangent(cotangent, prepared.derivatives.objective));
      const { wanted } = prepared.right.run(feeds, cancelled, given);
      return { prepared, given, feeds, expected: wanted.map(copyOf) };
    };

    const grader = new Grader(request, situationAt, request.language ?? language, limits);
    const submissions = request.submissions ?? (request.submission === undefined ? [] : [request.submission]);
    const verdicts = submissions.map((submission, at) => {
      if (cancelled()) throw new Cancelled();
      return grader.grade(submission, request.submissions === undefined ? "/submission" : `/submissions/${at}`, cancelled);
    });
    return { request, verdicts };
  };
}

const copyOf = (tensor: Tensor): Tensor => ({ ...tensor, data: tensor.data.slice() });
