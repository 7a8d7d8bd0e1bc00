import fc from "fast-check";
import { expect, test } from "vitest";
import { checkMethods } from "../../src/grading/check/request.ts";
import { CheckResponse } from "../../src/grading/check/response.ts";
import { check } from "../../src/grading/check/task.ts";
import { GradeResponse } from "../../src/grading/grade/response.ts";
import { grade } from "../../src/grading/grade/task.ts";
import { ProbeResponse } from "../../src/grading/probe/response.ts";
import { probe } from "../../src/grading/probe/task.ts";
import { presetNames } from "../../src/grading/tolerance.ts";
import type { Answer } from "../../src/tasks/perform.ts";
import { problemAnswer } from "../../src/workers/worker-loop.ts";
import { type Attempt, gradientsPath, type Json } from "../acceptance/fuzz/attempt.ts";
import { extreme, mostly, plain, stranger } from "../acceptance/fuzz/numbers.ts";
import { sources } from "../acceptance/fuzz/sources.ts";
import { faultsOf } from "../acceptance/fuzz/verdict.ts";
import { performed, sharedWithin } from "../support/tasks.ts";

// Small limits, so that what is large is refused and does not take its time.
const shared = sharedWithin({ elements: 1e5, operations: 1e8, nodes: 1000, bytes: 1e7, answerBytes: 1e6 }, 0);
const [grading, probing, checking] = [performed(grade, shared), performed(probe, shared), performed(check, shared)];

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

/** A request that was made for /v1/gradients, asked for something else; as it is where it is no object. */
function asking({ body }: Attempt, members: (rest: Record<string, unknown>) => object): Attempt {
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json !== "object" || json === null || Array.isArray(json)) return { path: gradientsPath, body };
    const { return: _, points: __, ...rest } = json as Record<string, unknown>;
    return { path: gradientsPath, body: JSON.stringify(members(rest)) };
  } catch {
    return { path: gradientsPath, body };
  }
}

const submissions: fc.Arbitrary<Attempt> = fc
  .tuple(
    programs,
    fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: strayClaims }),
    mostly(fc.constant({}), manner, 2),
  )
  .map(([attempt, claims, how]) =>
    asking(attempt, ({ wrt: _, encoding: __, ...members }) => {
      // What is claimed for a gradient has its shape at least, and is wrong nearly always.
      const gradients = { ...(members.inputs as object | undefined), ...(members.parameters as object | undefined) };
      return { ...members, submission: { gradients, ...(claims as object) }, ...(how as object) };
    }),
  );

const probes: fc.Arbitrary<Attempt> = fc
  .tuple(programs, fc.boolean(), fc.boolean())
  .map(([attempt, keeps, ties]) =>
    asking(attempt, ({ wrt: _, encoding: __, inputs, ...members }) => ({ ...members, ...(keeps && { inputs }), ties })),
  );

const methods: fc.Arbitrary<Json> = fc.record(
  {
    methods: mostly(fc.shuffledSubarray([...checkMethods], { minLength: 1 }), stranger, 40),
    preset: mostly(fc.constantFrom(...presetNames), stranger, 40),
    along: mostly(fc.constantFrom("entries", "directions"), stranger, 40),
    step: mostly(fc.constantFrom(1e-7, 1e-3, 1), extreme, 60),
    atol: mostly(plain, extreme, 60),
    samples: mostly(fc.integer({ min: 1, max: 5 }), extreme, 60),
    directions: mostly(fc.integer({ min: 1, max: 3 }), extreme, 60),
  },
  { requiredKeys: [] },
);

/** Mostly refused: they have little to do with the program. */
const strayMembers: fc.Arbitrary<Json> = fc.record(
  {
    generate: fc.dictionary(
      fc.constantFrom("x", "y", "input"),
      mostly(fc.record({ shape: fc.array(fc.nat(3), { maxLength: 3 }) }), stranger),
    ),
    gradients: fc.dictionary(fc.constantFrom("x", "y", "input", "z"), fc.oneof(plain, extreme, fc.constant([1, 2]))),
  },
  { requiredKeys: [] },
);

const checks: fc.Arbitrary<Attempt> = fc
  .tuple(programs, methods, mostly(fc.constant({}), strayMembers, 5))
  .map(([attempt, ...more]) => asking(attempt, (members) => Object.assign({ samples: 4 }, members, ...more)));

function answerTo(task: (body: string) => Answer, { body }: Attempt): Answer {
  try {
    return task(body);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "Problem") throw error;
    return problemAnswer(error);
  }
}

test.each([
  ["grade", submissions, (body: string) => grading(body, { language: "en" }), GradeResponse, { seed: 11, numRuns: 120 }, 15],
  ["probe", probes, (body: string) => probing(body, {}), ProbeResponse, { seed: 11, numRuns: 300 }, 30],
  ["check", checks, (body: string) => checking(body, {}), CheckResponse, { seed: 7, numRuns: 400 }, 40],
] as const)(
  "whatever /v1/%s is asked, the answer fits the contract or is a problem that says where and what",
  (_, attempts, task, schema, runs, least) => {
    let answered = 0;
    fc.assert(
      fc.property(attempts, (attempt) => {
        const { status, body, contentType } = answerTo(task, attempt);
        if (status !== 200) expect(faultsOf(attempt, { status, contentType, body: String(body) })).toEqual([]);
        else if (contentType.startsWith("application/json")) {
          answered++;
          schema.parse(JSON.parse(String(body)));
        }
      }),
      runs,
    );
    expect(answered).toBeGreaterThan(least);
  },
);
