import { type Answer, type Handler, type Context, readRequest } from "../../tasks/context.ts";
import { answer } from "../../tasks/answer.ts";
import { Cancelled } from "../../run/executable.ts";
import { decodeGiven, feedsOf, merged, settleCotangent } from "../../program/feeds.ts";
import { Preparations } from "../../tasks/preparations.ts";

import type { GivenInputs } from "../../program/draft.ts";
import { copyOf } from "../../tensor/tensor.ts";
import { GradeRequest } from "./request.ts";
import type { Verdict } from "./response.ts";
import type { Limits } from "../../request/limits.ts";
import { programOf } from "../../program/source.ts";
import { decodeTensor } from "../../request/tensor.ts";
import type { ItemRequest } from "../items.ts";
import type { Language } from "../messages.ts";
import { formatted } from "../formats/format.ts";
import { type PreparedGrading, prepareGrading } from "./prepare.ts";
import { Grader, type Situation } from "./grader.ts";

/** What was graded, before it is written in a format. */
interface Graded {
  readonly request: GradeRequest;
  readonly language: Language;
  readonly verdicts: readonly Verdict[];
}

/** POST /v1/grade, by the language of the sentences unless the request names another. The handlers share what they compile. */
export function gradeTasks(context: Context): Readonly<Record<`grade.${Language}`, Handler>> {
  const grade = grading(context);
  const task =
    (language: Language): Handler =>
    (body, { cancelled }) =>
      gradeAnswer(grade(body, language, cancelled), context.limits);
  return { "grade.en": task("en"), "grade.zh": task("zh") };
}

/** The answer in the form that the request asks for. */
function gradeAnswer({ request, language, verdicts }: Graded, limits: Limits): Answer {
  const passed = verdicts.every((verdict) => verdict.passed);
  const [verdict] = verdicts;
  if (request.format !== "json") return { ...formatted(request.format, { verdict, language, metadata: request.metadata ?? {} }), passed };
  return { ...answer(request.submission === undefined ? { submissions: verdicts } : verdict, limits), passed };
}

/** Grades requests. What is compiled is kept between them. Throws Problem and Cancelled. */
function grading({
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
        const program = compiler.compile(source, given, { seed: request.seed });
        return prepareGrading(program, { of: request.of, cotangent: cotangent !== null, items }, limits);
      });
      const feeds = feedsOf(prepared.program, given);
      if (cotangent !== null && prepared.derivatives !== null) feeds.push(settleCotangent(cotangent, prepared.derivatives.objective));
      const { wanted } = prepared.right.run(feeds, cancelled, given);
      return { prepared, given, feeds, expected: wanted.map(copyOf) };
    };

    const spoken = request.language ?? language;
    const grader = new Grader(request, situationAt, spoken, limits);
    const submissions = request.submissions ?? (request.submission === undefined ? [] : [request.submission]);
    const verdicts = submissions.map((submission, at) => {
      if (cancelled()) throw new Cancelled();
      return grader.grade(submission, request.submissions === undefined ? "/submission" : `/submissions/${at}`, cancelled);
    });
    return { request, language: spoken, verdicts };
  };
}
