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

/** JUnit's XML, as continuous integration reads it. */
export function junit(reported: Reported): string {
  const tests = testsOf(reported);
  const failures = tests.filter(({ passed }) => !passed).length;
  const name = escaped(reported.verdict.id ?? "grade");
  const cases = tests.map(({ title, passed, output }) => {
    const open = `    <testcase classname="${name}" name="${escaped(title)}"`;
    if (passed) return `${open}/>`;
    const [message] = output.split("\n");
    return `${open}>\n      <failure type="wrong" message="${escaped(message)}">${escaped(output)}</failure>\n    </testcase>`;
  });
  const counts = `tests="${tests.length}" failures="${failures}" errors="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${name}" ${counts} skipped="0">`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/** Text for XML, which has no way to write most control characters. */
const escaped = (raw: string): string =>
  raw
    .replaceAll(/[&<>"']/g, (character) => entities[character])
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu, "\ufffd");

/** The Test Anything Protocol, version 14, with what is wrong as YAML below the test. */
export function tap(reported: Reported): string {
  const tests = testsOf(reported);
  const lines = tests.flatMap(({ title, passed, points, maxPoints, output }, at) => {
    // A hash begins a directive.
    const line = `${passed ? "ok" : "not ok"} ${at + 1} - ${title.replaceAll("\\", "\\\\").replaceAll("#", "\\#")}`;
    if (passed) return [line];
    return [line, "  ---", `  message: ${JSON.stringify(output)}`, `  points: ${points}`, `  max_points: ${maxPoints}`, "  ..."];
  });
  return ["TAP version 14", `1..${tests.length}`, ...lines, ""].join("\n");
}
