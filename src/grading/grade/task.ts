import { z } from "zod";
import { defineTask, json, type Shared } from "../../tasks/define.ts";
import { type TaskContent, documentOf } from "../../tasks/result.ts";
import { Cancelled } from "../../run/executable.ts";
import { atPoint } from "../../program/points.ts";
import { decodeGiven, feedsOf, givenIn, merged, settleCotangent } from "../../program/feeds.ts";
import { Preparations } from "../../tasks/preparations.ts";

import type { GivenInputs } from "../../program/draft.ts";
import { copyOf } from "../../tensor/tensor.ts";
import { GradeRequest } from "./request.ts";
import { GradeResponse, type Verdict } from "./response.ts";
import type { Program } from "../../program/program.ts";
import { programOf } from "../../program/source.ts";
import { decodeTensor } from "../../request/tensor.ts";
import type { ItemRequest } from "../items.ts";
import { type Language, languageOf, languages } from "../language.ts";
import { formatted, formattedMany, refusedIn } from "../formats/format.ts";
import { type PreparedGrading, prepareGrading } from "./prepare.ts";
import type { Standard } from "./evidence.ts";
import { Grader } from "./grader.ts";

/** POST /v1/grade: submissions judged, in the language that the request names or else the parameter. */
export const grade = defineTask({
  name: "grade",
  parameters: z.strictObject({ language: z.enum(languages) }),
  // What students submit is no fault of whoever posts it.
  body: json(GradeRequest, ["submission", "submissions"]),
  operation: {
    operationId: "grade",
    tag: "grading",
    summary: "Judge submitted values and gradients, and find the mistakes",
    description:
      "Compares what was submitted with what it should be, item by item, each given the submission's own items before it, so that one " +
      "error costs points once. Whatever was submitted gets a verdict, what cannot be read and what the program does not have included. Names the first wrong item in the order of computation, and the known mistakes that explain what is " +
      "wrong, with the place where each was made and a sentence for the student, in English or Chinese by `Accept-Language`. `format` " +
      "gives the verdict in the form that an autograder reads.",
    request: "A program, its inputs, and submissions",
    answer: { description: "The verdict", schema: GradeResponse },
    examples: async () => (await import("./examples.ts")).gradeExamples,
    post: {
      path: "/v1/grade",
      parameters: (headers) => ({ language: languageOf(String(headers["accept-language"] ?? "")) }),
      vary: "Accept-Language",
    },
    command: {
      summary: "judge what is claimed of a program, and say what went wrong",
      parameters: { language: "en" },
      refusedIn: (format, detail) => refusedIn(format, detail, "en"),
    },
  },
  prepare: (shared) => {
    const judge = judgeFor(shared);
    return (request, { parameters, cancelled }) => {
      const language = request.language ?? parameters.language;
      const verdicts = judge(request, language, cancelled);
      return { content: contentOf(request, language, verdicts), facts: { passed: verdicts.every(({ passed }) => passed) } };
    };
  },
});

/** The verdicts in the form that the request asks for. */
function contentOf({ format, submissions, metadata = {} }: GradeRequest, language: Language, verdicts: readonly Verdict[]): TaskContent {
  const [verdict] = verdicts;
  if (format === "json") return documentOf(submissions === undefined ? verdict : { submissions: verdicts });
  const reported = verdicts.map((each) => ({ verdict: each, language, metadata }));
  return submissions === undefined ? formatted(format, reported[0]) : formattedMany(format, reported);
}

/** Submissions with the ids that they stand under; undefined where they bring their own. */
function submissionsOf({ submission, submissions }: GradeRequest): (readonly [id: string | undefined, submission: unknown])[] {
  if (submissions === undefined) return [[undefined, submission]];
  return Array.isArray(submissions) ? submissions.map((each: unknown) => [undefined, each] as const) : Object.entries(submissions);
}

/** Grades requests. What is compiled is kept between them. Throws Problem and Cancelled. */
export function judgeFor(thread: Shared) {
  const { limits, compiler } = thread;
  const preparations = new Preparations<PreparedGrading>(thread);

  return (request: GradeRequest, language: Language, cancelled: () => boolean): Verdict[] => {
    const source = programOf(request);
    const shared = givenIn(request, limits);
    const cotangent = request.cotangent === undefined ? null : decodeTensor(request.cotangent, "/cotangent", limits);
    const points: readonly GivenInputs[] =
      request.points === undefined
        ? [shared]
        : request.points.map((point, at) => merged([shared, decodeGiven(point, ["points", at], limits)]));

    const question = { of: request.of, cotangent: cotangent !== null };
    const preparedFor = (given: GivenInputs, items: readonly ItemRequest[], program: () => Program): PreparedGrading =>
      preparations.get(source, JSON.stringify([question, request.seed, items.map(namesOf)]), given, () =>
        prepareGrading(program(), { ...question, items }, limits),
      );
    const programAt = (point: number): PreparedGrading =>
      preparedFor(points[point], [], () => compiler.compile(source, points[point], { seed: request.seed }));

    const standardAt = (point: number, items: readonly ItemRequest[]): Standard => {
      const given = points[point];
      const prepared = preparedFor(given, items, () => programAt(point).program);
      const feeds = feedsOf(prepared.program, given);
      if (cotangent !== null && prepared.derivatives !== null) feeds.push(settleCotangent(cotangent, prepared.derivatives.objective));
      const feeding = { feeds, given, cancelled };
      return { ...feeding, prepared, expected: prepared.right.run(feeding).wanted.map(copyOf) };
    };

    // What is wrong with the task is said whatever was submitted.
    const finders = points.map((_, point) => {
      const finder = (): PreparedGrading["finder"] => programAt(point).finder;
      return request.points === undefined ? finder() : atPoint(point, finder);
    });
    const grader = new Grader(request, { finders, standardAt, language, limits });
    const unlessCancelled = <T>(result: () => T): T => {
      if (cancelled()) throw new Cancelled();
      return result();
    };
    const read = submissionsOf(request).map(([id, submission]) => unlessCancelled(() => grader.read(submission, id)));
    return read.map((each) => unlessCancelled(() => grader.grade(each)));
  };
}

const namesOf = ({ pointer: _, ...name }: ItemRequest): Omit<ItemRequest, "pointer"> => name;
