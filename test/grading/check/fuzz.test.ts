import fc from "fast-check";
import { expect, test } from "vitest";
import { problemAnswer } from "../../../src/workers/worker-loop.ts";
import { checkMethods } from "../../../src/grading/check/request.ts";
import { CheckResponse } from "../../../src/grading/check/response.ts";
import { presetNames } from "../../../src/grading/tolerance.ts";
import { type Attempt, gradientsPath, type Json } from "../../acceptance/fuzz/attempt.ts";
import { extreme, mostly, plain, stranger } from "../../acceptance/fuzz/numbers.ts";
import { sources } from "../../acceptance/fuzz/sources.ts";
import { faultsOf } from "../../acceptance/fuzz/verdict.ts";
import { taskWithin } from "./service.ts";

const manner: fc.Arbitrary<Json> = fc.record(
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
const stray: fc.Arbitrary<Json> = fc.record(
  {
    generate: fc.dictionary(
      fc.constantFrom("x", "y", "input"),
      mostly(fc.record({ shape: fc.array(fc.nat(3), { maxLength: 3 }) }), stranger),
    ),
    gradients: fc.dictionary(fc.constantFrom("x", "y", "input", "z"), fc.oneof(plain, extreme, fc.constant([1, 2]))),
  },
  { requiredKeys: [] },
);

/** A request that was made for /v1/gradients, asked to be checked. */
const attempts: fc.Arbitrary<Attempt> = fc
  .tuple(
    fc.oneof(...Object.values(sources).map(({ share, attempts }) => ({ weight: Math.round(100 * share), arbitrary: attempts }))),
    manner,
    mostly(fc.constant({}), stray, 5),
  )
  .map(([{ body }, ...more]) => {
    try {
      const json: unknown = JSON.parse(body);
      if (typeof json !== "object" || json === null || Array.isArray(json)) return { path: gradientsPath, body };
      const { return: _, points: __, ...rest } = json as Record<string, unknown>;
      return { path: gradientsPath, body: JSON.stringify(Object.assign({ samples: 4 }, rest, ...more)) };
    } catch {
      return { path: gradientsPath, body };
    }
  });

test("whatever is asked, the answer fits the contract or is a problem that says where and what", () => {
  // Small limits, so that what is large is refused and does not take its time.
  const task = taskWithin({ elements: 1e5, operations: 1e8, nodes: 1000, bytes: 1e7, answerBytes: 1e6 });
  let answered = 0;
  fc.assert(
    fc.property(attempts, (attempt) => {
      let reply;
      try {
        reply = task(attempt.body, {});
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "Problem") throw error;
        reply = problemAnswer(error);
      }
      if (reply.status === 200) {
        answered++;
        CheckResponse.parse(JSON.parse(String(reply.body)));
      } else {
        expect(faultsOf(attempt, { ...reply, body: String(reply.body) })).toEqual([]);
      }
    }),
    { seed: 7, numRuns: 400 },
  );
  expect(answered).toBeGreaterThan(40);
});
