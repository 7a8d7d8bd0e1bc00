import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type GradeFormat, gradeFormats } from "../../../src/grading/grade/request.ts";
import { refusedIn } from "../../../src/grading/formats/format.ts";
import { gradeAnswer } from "../answers.ts";

/** The shapes that autograders publish, member by member: what is not listed there is refused. */

const points = z.number().min(0);
const visibility = z.enum(["hidden", "after_due_date", "after_published", "visible"]);
const outputFormat = z.enum(["text", "html", "simple_format", "md", "ansi"]);

const Gradescope = z.strictObject({
  score: points,
  execution_time: z.number().optional(),
  output: z.string(),
  output_format: outputFormat,
  visibility,
  stdout_visibility: visibility,
  extra_data: z.unknown().optional(),
  tests: z.array(
    z.strictObject({
      score: points,
      max_score: points,
      status: z.enum(["passed", "failed"]),
      name: z.string(),
      number: z.string(),
      output: z.string(),
      output_format: outputFormat,
      tags: z.array(z.string()).optional(),
      visibility,
      extra_data: z.unknown().optional(),
    }),
  ),
  leaderboard: z.array(z.unknown()).optional(),
});

const PrairieLearn = z.strictObject({
  gradable: z.boolean(),
  score: z.number().min(0).max(1),
  message: z.string(),
  output: z.string(),
  images: z.array(z.unknown()).optional(),
  tests: z.array(
    z.strictObject({
      name: z.string(),
      description: z.string().optional(),
      points,
      max_points: points,
      message: z.string(),
      output: z.string().optional(),
      images: z.array(z.unknown()).optional(),
    }),
  ),
});

const Classroom50 = z.strictObject({
  schema: z.literal("classroom50/result/v1"),
  score: points,
  "max-score": points,
  tests: z.array(z.strictObject({ "test-name": z.string(), passed: z.boolean(), score: points, "max-score": points })),
  classroom: z.string().optional(),
  assignment: z.string().optional(),
  submission: z.string().optional(),
  commit: z.string().optional(),
  datetime: z.string().optional(),
});

const CodeGrade = z.strictObject({ tag: z.literal("points"), points: z.string().regex(/^\d+(\.\d+)?\/\d+(\.\d+)?$/) });

const Autolab = z.strictObject({ scores: z.record(z.string(), points) });

const request = {
  expression: "e = (a+b)*(b+1)",
  inputs: { a: 2, b: 1 },
  submission: { id: "student-17", gradients: { a: 2, b: 3 }, outputs: { e: 6 } },
  worth: { gradients: { a: 1, b: 2 }, outputs: { e: 0.5 } },
};
const right = { ...request, submission: { gradients: { a: 2, b: 5 }, outputs: { e: 6 } } };
/** A name with everything that some notation takes for its own. */
const awkward = {
  graph: { nodes: [{ name: `<é & "1"> # ok\\ ]]>`, op: "Mul", inputs: ["a", "b"] }] },
  inputs: { a: 1, b: 2 },
  submission: { id: "\u0001 <&>", nodes: { [`<é & "1"> # ok\\ ]]>`]: 3 } },
};

function written(format: GradeFormat, of: object = request): string {
  const { body, status } = gradeAnswer({ ...of, format });
  expect(status).toBe(200);
  return String(body);
}

describe("gradescope", () => {
  test("has the shape of results.json", () => {
    const results = Gradescope.parse(JSON.parse(written("gradescope")));
    expect(results).toMatchObject({ score: 1.5, output: "did not pass: 1.5 of 3.5 points" });
    expect(results.tests.map(({ name, status, score, max_score }) => [name, status, score, max_score])).toEqual([
      ["output e", "passed", 0.5, 0.5],
      ["gradient a", "passed", 1, 1],
      ["gradient b", "failed", 0, 2],
    ]);
    expect(results.tests[2].output).toContain("b feeds two nodes");
    expect(results.score).toBe(results.tests.reduce((sum, { score }) => sum + score, 0));
  });
});

describe("prairielearn", () => {
  test("has the shape of results.json", () => {
    const results = PrairieLearn.parse(JSON.parse(written("prairielearn")));
    expect(results.score).toBeCloseTo(1.5 / 3.5, 12);
    expect(results.tests[2]).toMatchObject({ points: 0, max_points: 2, message: expect.stringContaining("b feeds two nodes") as unknown });
  });

  test("stays below a megabyte", () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`x${at}`, at]));
    const expression = `y = ${Object.keys(many).join(" + ")}`;
    const zero = Object.fromEntries(Object.keys(many).map((name) => [name, -1]));
    expect(written("prairielearn", { expression, inputs: many, submission: { gradients: zero } }).length).toBeLessThan(2 ** 20);
  });
});

describe("classroom50", () => {
  test("has the shape of a result, with what the request says of it", () => {
    const metadata = { classroom: "cs", assignment: "backprop", commit: "0a1b2c", datetime: "2026-09-01T12:00:00Z" };
    const result = Classroom50.parse(JSON.parse(written("classroom50", { ...request, metadata })));
    expect(result).toMatchObject({ ...metadata, submission: "student-17", score: 1.5, "max-score": 3.5 });
    expect(Classroom50.parse(JSON.parse(written("classroom50"))).commit).toBeUndefined();
  });
});

describe("codegrade", () => {
  test("is one line for file descriptor 3", () => {
    const line = written("codegrade");
    expect(line).toMatch(/^[^\n]+\n$/);
    expect(CodeGrade.parse(JSON.parse(line)).points).toBe("1.5/3.5");
  });
});

describe("autolab", () => {
  const lastLine = (text: string): unknown => JSON.parse(text.trimEnd().split("\n").at(-1) ?? "");

  test("ends with the scores, one per item", () => {
    expect(Autolab.parse(lastLine(written("autolab"))).scores).toEqual({ "output e": 0.5, "gradient a": 1, "gradient b": 0 });
  });

  test("or one for the problem that the request names", () => {
    const answer = written("autolab", { ...request, metadata: { problem: "Prob1" } });
    expect(Autolab.parse(lastLine(answer)).scores).toEqual({ Prob1: 1.5 });
    expect(answer).toContain("b feeds two nodes");
  });
});

/** As Python's parser, which is no part of the service, reads the XML. */
function parsed(xml: string): unknown {
  const program =
    "import sys, json, xml.etree.ElementTree as E\n" +
    "def d(e): return [e.tag, e.attrib, (e.text or '').strip(), [d(c) for c in e]]\n" +
    "print(json.dumps(d(E.fromstring(sys.stdin.buffer.read()))))";
  return JSON.parse(execFileSync("python3", ["-c", program], { input: xml, encoding: "utf8" }));
}

describe("junit", () => {
  test("is XML that counts tests and failures, and says what failed", () => {
    const counts = { tests: "3", failures: "1", errors: "0" };
    const place = { classname: "student-17" };
    expect(parsed(written("junit"))).toEqual([
      "testsuites",
      counts,
      "",
      [
        [
          "testsuite",
          { name: "student-17", ...counts, skipped: "0" },
          "",
          [
            ["testcase", { ...place, name: "output e" }, "", []],
            ["testcase", { ...place, name: "gradient a" }, "", []],
            [
              "testcase",
              { ...place, name: "gradient b" },
              "",
              [["failure", { type: "wrong", message: "wrong" }, expect.stringContaining("b feeds two nodes"), []]],
            ],
          ],
        ],
      ],
    ]);
  });

  test("stays XML whatever the names are", () => {
    expect(JSON.stringify(parsed(written("junit", awkward)))).toContain(
      String.raw`value <\u00e9 & \"1\"> # ok\\ ]]>`.replace("\\u00e9", "é"),
    );
  });
});

describe("tap", () => {
  test("has a plan, a line per test, and YAML below what failed", () => {
    const [version, plan, ...lines] = written("tap").trimEnd().split("\n");
    expect([version, plan]).toEqual(["TAP version 14", "1..3"]);
    expect(lines.filter((line) => /^(not )?ok/.test(line))).toEqual(["ok 1 - output e", "ok 2 - gradient a", "not ok 3 - gradient b"]);
    const block = lines.slice(lines.indexOf("  ---") + 1, lines.indexOf("  ..."));
    const fields = Object.fromEntries(
      block.map((line) => [line.trim().split(":")[0], JSON.parse(line.slice(line.indexOf(":") + 1)) as unknown]),
    );
    expect(fields).toMatchObject({ points: 0, max_points: 2, message: expect.stringContaining("b feeds two nodes") as unknown });
  });

  test("escapes what would begin a directive", () => {
    expect(written("tap", awkward)).toContain(String.raw`not ok 1 - value <é & "1"> \# ok\\ ]]>`);
  });
});

test("text is a line per item, and the result at the end, in the client's language", () => {
  expect(written("text").trimEnd().split("\n")).toEqual([
    "✓ output e (0.5/0.5): correct",
    "✓ gradient a (1/1): correct",
    "✗ gradient b (0/2): wrong",
    "    worst element: expected 5, submitted 3",
    expect.stringMatching(/^ {4}b feeds two nodes; /),
    "did not pass: 1.5 of 3.5 points",
  ]);
  expect(
    written("text", { ...right, language: "zh" })
      .trimEnd()
      .split("\n")
      .at(-1),
  ).toBe("通过：3.5 分中得 3.5 分");
});

describe("many submissions", () => {
  const submissions = [request.submission, { ...right.submission, id: "# 2\n<&>" }, null];
  const many = { ...request, submission: undefined, submissions };

  test.each(["gradescope", "prairielearn", "classroom50", "codegrade", "autolab"] as const)("in %s are a list of reports", (format) => {
    const answer = gradeAnswer({ ...many, format });
    const { submissions: all } = JSON.parse(String(answer.body)) as { submissions: { id?: string; report: unknown }[] };
    expect(answer.contentType).toBe("application/json; charset=utf-8");
    expect(all.map(({ id }) => id)).toEqual(["student-17", "# 2\n<&>", undefined]);
    const alone = written(format, request);
    expect(all[0].report).toEqual(format === "autolab" ? alone : JSON.parse(alone));
  });

  test("in junit are suites, in tap subtests and in text sections", () => {
    const suites = parsed(written("junit", many)) as [string, object, string, [string, { name: string }][]];
    expect(suites[1]).toEqual({ tests: "10", failures: "5", errors: "0" });
    expect(suites[3].map(([, { name }]) => name)).toEqual(["student-17", "# 2\n<&>".replace("\n", " "), "submission 3"]);
    const tap = written("tap", many).split("\n");
    expect(tap.filter((line) => /^\S/.test(line))).toEqual([
      "TAP version 14",
      "1..3",
      "# Subtest: student-17",
      "not ok 1 - student-17",
      "# Subtest: \\# 2 <&>",
      "ok 2 - \\# 2 <&>",
      "# Subtest: submission 3",
      "not ok 3 - submission 3",
    ]);
    expect(tap.filter((line) => /^ {4}(not )?ok/.test(line))).toHaveLength(10);
    expect(
      written("text", many)
        .split("\n\n")
        .map((section) => section.split("\n")[0]),
    ).toEqual(["student-17", "# 2", "submission 3"]);
  });

  test.each(gradeFormats)("that are none are an empty report in %s", (format) => {
    expect(written(format, { ...many, submissions: [] })).toBeTypeOf("string");
  });
});

describe("a request that could not be graded", () => {
  test.each(gradeFormats.filter((format) => format !== "json"))("is a report of no points in %s", (format) => {
    const report = refusedIn(format, 'Line 1, column 3: expected a value, found <">', "en") ?? "";
    if (format === "gradescope") expect(Gradescope.parse(JSON.parse(report))).toMatchObject({ score: 0, tests: [{ status: "failed" }] });
    if (format === "prairielearn") {
      const { format_errors, ...rest } = JSON.parse(report) as { format_errors: string[] };
      expect(PrairieLearn.parse(rest)).toMatchObject({ gradable: false, score: 0 });
      expect(format_errors).toEqual(['Line 1, column 3: expected a value, found <">']);
    }
    if (format === "classroom50") Classroom50.parse(JSON.parse(report));
    if (format === "codegrade") expect(CodeGrade.parse(JSON.parse(report)).points).toBe("0/1");
    if (format === "junit") expect(JSON.stringify(parsed(report))).toContain("cannot be read");
    if (format !== "codegrade" && format !== "classroom50") expect(report).toContain("Line 1, column 3");
  });

  test("is told by its problem where no report is asked for", () => {
    expect(refusedIn("json", "no", "en")).toBeNull();
    expect(refusedIn("gradescop", "no", "en")).toBeNull();
  });
});

test.each(gradeFormats)("%s says by its type what it is, and beside the answer whether everything passed", (format) => {
  const types = { junit: "application/xml", tap: "text/plain", text: "text/plain", autolab: "text/plain" } as Readonly<
    Record<string, string>
  >;
  const answer = gradeAnswer({ ...request, format });
  expect(answer.contentType).toBe(`${types[format] ?? "application/json"}; charset=utf-8`);
  expect(answer.facts).toEqual({ passed: false });
  expect(gradeAnswer({ ...right, format }).facts).toEqual({ passed: true });
});
