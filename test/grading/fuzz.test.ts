import type { Answer } from "../../src/tasks/perform.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

import { problemAnswer } from "../../src/workers/worker-loop.ts";
import { grade } from "../../src/grading/grade/task.ts";
import { probe } from "../../src/grading/probe/task.ts";
import { GradeResponse } from "../../src/grading/grade/response.ts";
import { performed, sharedWithin } from "../support/tasks.ts";
import { presetNames } from "../../src/grading/tolerance.ts";
import { ProbeResponse } from "../../src/grading/probe/response.ts";
import { type Attempt, gradientsPath, type Json } from "../acceptance/fuzz/attempt.ts";
import { extreme, mostly, plain, stranger } from "../acceptance/fuzz/numbers.ts";
import { sources } from "../acceptance/fuzz/sources.ts";
import { faultsOf } from "../acceptance/fuzz/verdict.ts";

// Small limits, so that what is large is refused and does not take its time.
const shared = sharedWithin({ elements: 1e5, operations: 1e8, nodes: 1000, bytes: 1e7, answerBytes: 1e6 }, 0);
const [grading, probing] = [performed(grade, shared), performed(probe, shared)];
const tasks = { grade: (body: string) => grading(body, { language: "en" }), probe: (body: string) => probing(body, {}) };

const programs = fc.oneof(
  ...Object.values(sources).map(({ share, attempts }) => ({ weight: Math.round(100 * share), arbitrary: attempts })),
);

/** Claims that have little to do with the program. */
const strayClaims: fc.Arbitrary<Json> = fc.record(
  {
    outputs: fc.dictionary(fc.constantFrom("y", "output", "loss", "q"), fc.oneof(plain, extreme)),
    nodes: mostly(fc.dictionary(fc.constantFrom("h", "x", "add_1"), plain), stranger, 10),
    edges: fc.array(fc.record({ to: fc.constantFrom("add_1", "mul_1", "y"), input: fc.nat(2), gradient: fc.oneof(plain, extreme) }), {
      maxLength: 2,
    }),
  },
  { requiredKeys: [] },
);

const manner: fc.Arbitrary<Json> = fc.record(
  {
    preset: mostly(fc.constantFrom(...presetNames), stranger, 40),
    atol: mostly(plain, extreme, 40),
    partial_credit: fc.constantFrom("items", "elements", "none"),
    follow_through: fc.boolean(),
    worth: mostly(fc.record({ outputs: fc.dictionary(fc.constantFrom("y", "loss"), fc.oneof(plain, extreme)) }), stranger, 20),
    format: mostly(fc.constantFrom("json", "text", "junit", "tap", "gradescope"), stranger, 40),
  },
  { requiredKeys: [] },
);

/** The members of a request for /v1/gradients; null where it is none. */
function membersOf(body: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json !== "object" || json === null || Array.isArray(json)) return null;
    const { return: _, points: __, wrt: ___, encoding: ____, ...rest } = json as Record<string, unknown>;
    return rest;
  } catch {
    return null;
  }
}

const submissions: fc.Arbitrary<Attempt> = fc
  .tuple(
    programs,
    fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: strayClaims }),
    mostly(fc.constant({}), manner, 2),
  )
  .map(([{ body }, claims, how]) => {
    const members = membersOf(body);
    if (members === null) return { path: gradientsPath, body };
    // What is claimed for a gradient has its shape at least, and is wrong nearly always.
    const { inputs, parameters } = members;
    const gradients = { ...(inputs as object | undefined), ...(parameters as object | undefined) };
    return {
      path: gradientsPath,
      body: JSON.stringify({ ...members, submission: { gradients, ...(claims as object) }, ...(how as object) }),
    };
  });

const probes: fc.Arbitrary<Attempt> = fc.tuple(programs, fc.boolean(), fc.boolean()).map(([{ body }, keeps, ties]) => {
  const members = membersOf(body);
  if (members === null) return { path: gradientsPath, body };
  const { inputs, ...rest } = members;
  return { path: gradientsPath, body: JSON.stringify({ ...rest, ...(keeps && { inputs }), ties }) };
});

function answerTo(task: (body: string) => Answer, { body }: Attempt): Answer {
  try {
    return task(body);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "Problem") throw error;
    return problemAnswer(error);
  }
}

test.each([
  ["grade", submissions, GradeResponse],
  ["probe", probes, ProbeResponse],
] as const)("whatever /v1/%s is asked, the answer fits the contract or is a problem that says where and what", (name, attempts, schema) => {
  let answered = 0;
  fc.assert(
    fc.property(attempts, (attempt) => {
      const { status, body, contentType } = answerTo(tasks[name], attempt);
      if (status !== 200) expect(faultsOf(attempt, { status, contentType, body: String(body) })).toEqual([]);
      else if (contentType.startsWith("application/json")) {
        answered++;
        schema.parse(JSON.parse(String(body)));
      }
    }),
    { seed: 11, numRuns: 300 },
  );
  expect(answered).toBeGreaterThan(30);
});
