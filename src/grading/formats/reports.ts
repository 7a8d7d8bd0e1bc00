import type { GradeRequest } from "../grade/request.ts";
import type { Verdict } from "../grade/response.ts";
import type { Language } from "../language.ts";
import { brief, causesByItem, linesOf, summaryOf, titleOf } from "./wording.ts";

/** What a report is written from. */
export interface Reported {
  readonly verdict: Verdict;
  readonly language: Language;
  readonly metadata: NonNullable<GradeRequest["metadata"]>;
}

/** One test per item, in the words that most formats share. */
function testsOf({ verdict, language }: Reported) {
  const causes = causesByItem(verdict);
  return verdict.items.map((item) => ({
    title: titleOf(item, language),
    verdict: item.verdict,
    passed: item.passed,
    points: brief(item.points),
    maxPoints: brief(item.max_points),
    output: linesOf(item, causes, language).join("\n"),
  }));
}

/** Gradescope's results.json. */
export function gradescope(reported: Reported): object {
  const { verdict, language } = reported;
  return {
    score: brief(verdict.points),
    output: [summaryOf(verdict, language), ...(verdict.undecided === undefined ? [] : [verdict.undecided])].join("\n"),
    output_format: "text",
    visibility: "visible",
    stdout_visibility: "hidden",
    tests: testsOf(reported).map(({ title, passed, points, maxPoints, output }, at) => ({
      score: points,
      max_score: maxPoints,
      status: passed ? "passed" : "failed",
      name: title,
      number: String(at + 1),
      output,
      output_format: "text",
      visibility: "visible",
    })),
  };
}

/** PrairieLearn takes at most a megabyte; texts beyond this are cut. */
const mostCharacters = 500_000;

/** PrairieLearn's results.json. */
export function prairieLearn(reported: Reported): object {
  const { verdict, language } = reported;
  const tests = testsOf(reported);
  const most = Math.floor(mostCharacters / Math.max(1, tests.length));
  return {
    gradable: true,
    score: verdict.score,
    message: [summaryOf(verdict, language), ...(verdict.undecided === undefined ? [] : [verdict.undecided])].join("\n"),
    output: "",
    tests: tests.map(({ title, points, maxPoints, output }) => ({
      name: title,
      points,
      max_points: maxPoints,
      message: output.slice(0, most),
    })),
  };
}

/** Such a result does not count as an attempt. */
export const ungradable = (reported: Reported, detail: string): object => ({
  ...prairieLearn(reported),
  gradable: false,
  format_errors: [detail],
});

/** A result of Classroom 50. What the service cannot know is taken from the request's metadata, and left out without it. */
export function classroom50(reported: Reported): object {
  const { verdict, metadata } = reported;
  const { classroom, assignment, submission = verdict.id, commit, datetime } = metadata;
  return {
    schema: "classroom50/result/v1",
    score: brief(verdict.points),
    "max-score": brief(verdict.max_points),
    tests: testsOf(reported).map(({ title, passed, points, maxPoints }) => ({
      "test-name": title,
      passed,
      score: points,
      "max-score": maxPoints,
    })),
    ...Object.fromEntries(
      Object.entries({ classroom, assignment, submission, commit, datetime }).filter(([, value]) => value !== undefined),
    ),
  };
}

/** The line that CodeGrade reads from file descriptor 3. */
export const codeGrade = ({ verdict }: Reported): object => ({
  tag: "points",
  points: verdict.max_points === 0 ? `${Number(verdict.passed)}/1` : `${brief(verdict.points)}/${brief(verdict.max_points)}`,
});

/** What Autolab reads from the last line of stdout: a score per item, or one for the problem that the metadata name. */
export function autolab(reported: Reported): object {
  const { verdict, metadata } = reported;
  if (metadata.problem !== undefined) return { scores: { [metadata.problem]: brief(verdict.points) } };
  return { scores: Object.fromEntries(testsOf(reported).map(({ title, points }) => [title, points])) };
}

/** Of many submissions a section each. */
export const textOfMany = (all: readonly Reported[]): string =>
  all.map((reported, at) => `${reported.verdict.id ?? `submission ${at + 1}`}\n${text(reported)}\n`).join("\n");

/** For people: a line per item, and below it why. */
export function text(reported: Reported): string {
  const { verdict, language } = reported;
  const items = testsOf(reported).map(({ title, passed, points, maxPoints, output }) => {
    const [first, ...more] = output.split("\n");
    return [`${passed ? "✓" : "✗"} ${title} (${points}/${maxPoints}): ${first}`, ...more.map((line) => `    ${line}`)].join("\n");
  });
  const undecided = verdict.undecided === undefined ? [] : [verdict.undecided];
  return [...items, ...undecided, summaryOf(verdict, language)].join("\n");
}

/** JUnit's XML, as continuous integration reads it: a suite for each submission. */
export function junit(all: readonly Reported[]): string {
  const suites = all.map((reported, at) => suiteOf(reported, all.length === 1 ? "grade" : `submission ${at + 1}`));
  const counts = countsOf(suites.flatMap(({ tests }) => tests));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    ...suites.flatMap(({ lines }) => lines),
    "</testsuites>",
    "",
  ].join("\n");
}

const countsOf = (tests: ReturnType<typeof testsOf>): string =>
  `tests="${tests.length}" failures="${tests.filter(({ passed }) => !passed).length}" errors="0"`;

function suiteOf(reported: Reported, unnamed: string) {
  const tests = testsOf(reported);
  const name = escaped(reported.verdict.id ?? unnamed);
  const cases = tests.map(({ title, verdict, passed, output }) => {
    const open = `    <testcase classname="${name}" name="${escaped(title)}"`;
    if (passed) return `${open}/>`;
    const [message] = output.split("\n");
    return `${open}>\n      <failure type="${verdict}" message="${escaped(message)}">${escaped(output)}</failure>\n    </testcase>`;
  });
  return { tests, lines: [`  <testsuite name="${name}" ${countsOf(tests)} skipped="0">`, ...cases, "  </testsuite>"] };
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/** Text for XML, which has no way to write most control characters. */
const escaped = (raw: string): string =>
  raw
    .replaceAll(/[&<>"']/g, (character) => entities[character])
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu, "\ufffd");

/** The Test Anything Protocol, version 14, with what is wrong as YAML below the test. */
export const tap = (reported: Reported): string => ["TAP version 14", ...tapLines(reported), ""].join("\n");

/** The same with a subtest for each submission. */
export function tapOfMany(all: readonly Reported[]): string {
  const subtests = all.flatMap((reported, at) => {
    const name = tapName(reported.verdict.id ?? `submission ${at + 1}`);
    const result = `${reported.verdict.passed ? "ok" : "not ok"} ${at + 1} - ${name}`;
    return [`# Subtest: ${name}`, ...tapLines(reported).map((line) => `    ${line}`), result];
  });
  return ["TAP version 14", `1..${all.length}`, ...subtests, ""].join("\n");
}

/** One line, in which a hash begins a directive. */
const tapName = (text: string): string =>
  text
    .replaceAll(/\p{Cc}/gu, " ")
    .replaceAll("\\", "\\\\")
    .replaceAll("#", "\\#");

function tapLines(reported: Reported): string[] {
  const tests = testsOf(reported);
  const lines = tests.flatMap(({ title, passed, points, maxPoints, output }, at) => {
    const line = `${passed ? "ok" : "not ok"} ${at + 1} - ${tapName(title)}`;
    if (passed) return [line];
    return [line, "  ---", `  message: ${JSON.stringify(output)}`, `  points: ${points}`, `  max_points: ${maxPoints}`, "  ..."];
  });
  return [`1..${tests.length}`, ...lines];
}
