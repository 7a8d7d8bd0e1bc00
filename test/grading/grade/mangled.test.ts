import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GradeResponse, type Verdict } from "../../../src/grading/grade/response.ts";
import { gradeFormats } from "../../../src/grading/grade/request.ts";
import { gradeAnswer } from "../answers.ts";

// What students hand in, spoilt in every way: a text, since it holds what JSON.stringify cannot write.

const task = {
  expression: "h = tanh(X @ W + b); loss = mean((h - y)^2)",
  inputs: {
    X: [
      [1, -0.5],
      [0.25, 2],
      [-1, 0.75],
    ],
    W: [[0.5], [-0.25]],
    b: [0.1],
    y: [[1], [0], [0.5]],
  },
};
const right = {
  outputs: '{"loss": 0.9195757562}',
  gradients: '{"W": [[-0.1], [0.2]], "b": [0.3], "h": [[0], [0], [0]]}',
};

const number = fc.oneof(
  fc.double().map((x) => (Number.isNaN(x) ? "NaN" : x === Infinity ? "Infinity" : x === -Infinity ? "-Infinity" : JSON.stringify(x))),
  fc.constantFrom("NaN", "-Infinity", "1e999", "-1e-400", "123456789012345678901234567890", '"NaN"', '"Infinity"', "-0"),
);
const word = fc.constantFrom(
  '"abc"',
  '"1+2j"',
  '"0.5"',
  '""',
  '"__proto__"',
  "null",
  "true",
  "false",
  '"\\u0000\\ud800"',
  '"data:image/png;base64,iVBORw0KGgo="',
);
const name = fc.constantFrom(
  ..."W b h loss X y w1 dW W.grad __proto__ constructor id gradients gradient grads outputs nodes points edges from to input θ".split(" "),
  "",
  "\n",
  "x".repeat(300),
);
const dtype = fc.constantFrom("float32", "float64", "int64", "bool", "complex64", "object");
const object = (members: readonly (readonly [string, string])[]): string =>
  `{${members.map(([key, value]) => `${JSON.stringify(key)}: ${value}`).join()}}`;

const { any } = fc.letrec<{ any: string; tensor: string }>((tie) => ({
  tensor: fc.oneof(
    { depthSize: "small" },
    number,
    word,
    fc.array(tie("tensor"), { maxLength: 4 }).map((items) => `[${items.join()}]`),
    fc
      .tuple(dtype, fc.array(fc.nat(3), { maxLength: 3 }), tie("tensor"))
      .map(([type, shape, data]) => `{"dtype": "${type}", "shape": [${shape.join()}], "data": ${data}}`),
    fc.tuple(dtype, fc.nat(4)).map(([type, size]) => `{"dtype": "${type}", "shape": [${size}], "base64": "AAAAAAAAAAAAAAAAAAAAAA=="}`),
  ),
  any: fc.oneof(
    { depthSize: "small" },
    tie("tensor"),
    fc.array(fc.tuple(name, tie("any")), { maxLength: 4 }).map(object),
    fc.array(tie("any"), { maxLength: 3 }).map((items) => `[${items.join()}]`),
  ),
}));

/** A submission of the usual form with something wrong in it, mostly; else anything. */
const mangled = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.tuple(name, any), { maxLength: 4 }).map((claims) => object([["gradients", object(claims)]])) },
  {
    weight: 2,
    arbitrary: fc.array(fc.tuple(name, any), { maxLength: 3 }).map((claims) =>
      object([
        ["gradients", right.gradients],
        ["nodes", object(claims)],
      ]),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.array(fc.tuple(name, any), { maxLength: 4 }).map((claims) => object([["outputs", right.outputs], ...claims])),
  },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(any, fc.array(fc.tuple(name, any), { maxLength: 4 }).map(object)), { maxLength: 3 })
      .map((edges) => object([["edges", `[${edges.join()}]`]])),
  },
  { weight: 2, arbitrary: any },
  // A file as a text, cut off somewhere.
  { weight: 1, arbitrary: fc.tuple(any, fc.nat(30)).map(([text, at]) => JSON.stringify(text.slice(0, at))) },
);

const count = 1000;
const mangledOnes = fc.sample(mangled, { seed: 17, numRuns: count });
const body = (members: object, submissions: string): string =>
  `${JSON.stringify({ ...task, ...members }).slice(0, -1)}, "submissions": ${submissions}}`;
const all = `[${mangledOnes.join()}]`;
/** What is long comes as bytes. */
function answered(text: string): string {
  const { body: answer } = gradeAnswer(text);
  return typeof answer === "string" ? answer : Buffer.from(answer).toString();
}

const worth = { gradients: { W: 2, b: 1 } };

describe(`${count} mangled submissions`, () => {
  test("have as many verdicts, none of which passes what is not right", () => {
    const { submissions = [] } = GradeResponse.parse(JSON.parse(answered(body({ worth }, all))));
    expect(submissions).toHaveLength(count);
    const kinds = new Set<string>();
    for (const { items, passed, points, max_points, first_wrong } of submissions) {
      expect(passed || first_wrong !== null).toBe(true);
      expect([passed, points, max_points]).toEqual([false, 0, 3]);
      for (const { verdict, passed: isRight, message } of items) {
        kinds.add(verdict);
        if (!isRight && (verdict === "unreadable" || verdict === "unknown_name")) expect(message).toBeTruthy();
      }
    }
    expect([...kinds].toSorted()).toEqual(["missing", "not_finite", "shape_mismatch", "unknown_name", "unreadable", "wrong"]);
  });

  test.each(gradeFormats)("are as many reports in %s", (format) => {
    const text = answered(body({ format, worth, diagnose: false }, all));
    if (format === "junit") expect(text.match(/<testsuite /g)).toHaveLength(count);
    else if (format === "tap") expect(text.match(/^# Subtest: /gm)).toHaveLength(count);
    else if (format === "text") expect(text.match(/^did not pass: 0 of 3 points$/gm)).toHaveLength(count);
    else expect((JSON.parse(text) as { submissions: unknown[] }).submissions).toHaveLength(count);
  });

  test("one by one are judged as they are together", () => {
    const { submissions } = JSON.parse(answered(body({}, all))) as { submissions: Verdict[] };
    mangledOnes.slice(0, 100).forEach((submission, at) => {
      const alone = body({}, "").replace('"submissions": }', `"submission": ${submission.replaceAll("$", "$$$$")}}`);
      expect(JSON.parse(answered(alone))).toEqual(submissions[at]);
    });
  });
});
