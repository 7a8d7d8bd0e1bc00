import type { TaskContent } from "../../tasks/result.ts";
import { type GradeFormat, gradeFormats } from "../grade/request.ts";
import type { Language } from "../language.ts";
import {
  autolab,
  classroom50,
  codeGrade,
  gradescope,
  junit,
  prairieLearn,
  type Reported,
  tap,
  tapOfMany,
  text,
  textOfMany,
  ungradable,
} from "./reports.ts";

interface Writer {
  readonly mediaType: string;
  readonly write: (reported: Reported) => string;
  /** Many submissions in one document; null where the format is of one. */
  readonly many: ((all: readonly Reported[]) => string) | null;
  /** One of many submissions, where the format is of one. */
  readonly report: (reported: Reported) => unknown;
}

const json = (report: (reported: Reported) => object): Writer => ({
  mediaType: "application/json",
  write: (reported) => `${JSON.stringify(report(reported))}\n`,
  many: null,
  report,
});

const inOne = (mediaType: string, write: Writer["write"], many: Writer["many"]): Writer => ({ mediaType, write, many, report: write });

const writers: Readonly<Record<Exclude<GradeFormat, "json">, Writer>> = {
  gradescope: json(gradescope),
  prairielearn: json(prairieLearn),
  classroom50: json(classroom50),
  codegrade: json(codeGrade),
  autolab: inOne("text/plain", (reported) => `${text(reported)}\n${JSON.stringify(autolab(reported))}\n`, null),
  junit: inOne("application/xml", (reported) => junit([reported]), junit),
  tap: inOne("text/plain", tap, tapOfMany),
  text: inOne("text/plain", (reported) => `${text(reported)}\n`, textOfMany),
};

/** A verdict in the form that an autograder reads. */
export function formatted(format: Exclude<GradeFormat, "json">, reported: Reported): TaskContent {
  const { mediaType, write } = writers[format];
  return { kind: "text", text: write(reported), mediaType };
}

/** One report for each submission: in one document where the format has a place for many, else in a list. */
export function formattedMany(format: Exclude<GradeFormat, "json">, all: readonly Reported[]): TaskContent {
  const { mediaType, many, report } = writers[format];
  if (many !== null) return { kind: "text", text: many(all), mediaType };
  const submissions = all.map((reported) => ({ id: reported.verdict.id, report: report(reported) }));
  return { kind: "text", text: `${JSON.stringify({ submissions })}\n`, mediaType: "application/json" };
}

/** What an autograder reads when a request could not be graded at all: no points, and why; null for a format that there is not. */
export function refusedIn(name: string, detail: string, language: Language): string | null {
  const format = gradeFormats.find((each) => each === name);
  if (format === undefined || format === "json") return null;
  const item = { kind: "submission", passed: false, verdict: "unreadable", points: 0, max_points: 1, message: detail } as const;
  const verdict = { passed: false, score: 0, points: 0, max_points: 1, items: [item], first_wrong: null, diagnosis: [] };
  const reported = { verdict, language, metadata: {} };
  if (format === "prairielearn") return `${JSON.stringify(ungradable(reported, detail))}\n`;
  return writers[format].write(reported);
}
