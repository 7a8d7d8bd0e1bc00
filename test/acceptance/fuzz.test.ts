import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { problemPath } from "../../src/problems/catalogue.ts";
import { type Service, startService } from "../support/service.ts";
import { type Attempt, attempt, evaluatePath } from "./fuzz/attempt.ts";
import { sources } from "./fuzz/sources.ts";
import { faultsOf, type Reply } from "./fuzz/verdict.ts";

/**
 * The fuzz run: requests that are right, nearly right and wrong in every way, each of which must be answered, by a result that fits its
 * schema or by a problem that names a place. `FUZZ_REQUESTS` makes the run longer, and `FUZZ_SEED` another one.
 */
const requests = Number(process.env.FUZZ_REQUESTS ?? 20_000);
const seed = Number(process.env.FUZZ_SEED ?? 1);

/** So many requests are under way at a time. */
const atOnce = 32;

/** Small, so that they are met. */
const limits = { elements: 2 ** 16, bytes: 2 ** 24, operations: 1e8, answerBytes: 2 ** 20, nodes: 2_000 };

let service: Service;
const statuses: number[] = [];
beforeAll(async () => {
  service = await startService({ limits });
});
afterAll(() => service[Symbol.asyncDispose]());

async function send({ path, body }: Attempt): Promise<Reply> {
  const headers = { "content-type": "application/json" };
  const { statusCode, headers: answered, payload } = await service.app.inject({ method: "POST", url: path, headers, payload: body });
  return { status: statusCode, contentType: String(answered["content-type"]), body: payload };
}

/** Sends all, and returns the status of each. Fails with the shortest request whose answer is faulty. */
async function sendAll(attempts: readonly Attempt[]): Promise<number[]> {
  const answered: number[] = [];
  const faulty: { attempt: Attempt; faults: string[] }[] = [];
  const waiting = attempts.values();
  const lane = async (): Promise<void> => {
    for (const next of waiting) {
      const reply = await send(next);
      answered.push(reply.status);
      const faults = faultsOf(next, reply);
      if (faults.length > 0) faulty.push({ attempt: next, faults });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const [shortest] = faulty.toSorted((a, b) => a.attempt.body.length - b.attempt.body.length);
  if (shortest)
    expect.fail(`${faulty.length} faulty answers, such as\n${shortest.faults.join("\n")}\nto ${JSON.stringify(shortest.attempt)}`);
  return answered;
}

describe.each(Object.entries(sources))("fuzz: %s", (_, { share, attempts }) => {
  const count = Math.ceil(share * requests);
  test(`${count} requests are answered in good order`, { timeout: 60_000 + 20 * count }, async () => {
    const answered = await sendAll(fc.sample(attempts, { numRuns: count, seed }));
    statuses.push(...answered);
    // A source that is all right or all wrong would not search where the two meet.
    expect(answered.filter((status) => status === 200).length).toBeGreaterThan(count / 200);
    expect(answered.filter((status) => status === 422).length).toBeGreaterThan(count / 50);
  });
});

test("all were sent, and no worker was lost over them", async () => {
  expect(statuses.length).toBeGreaterThanOrEqual(requests);
  expect(service.pool.stats()).toMatchObject({ workers: 2, replaced: 0 });
  expect((await service.app.inject("/readyz")).statusCode).toBe(200);
});

describe("the verdict on an answer", () => {
  const request = attempt(evaluatePath, { expression: "y = x", inputs: { x: [1, 2] } });
  const answer = (json: unknown): Reply => ({ status: 200, contentType: "application/json; charset=utf-8", body: JSON.stringify(json) });
  const refusal = { type: problemPath("shape_mismatch"), title: "Shapes do not fit", status: 422, code: "shape_mismatch" };
  const places = [{ pointer: "/inputs/x", detail: "No" }];
  const refused = (json: object, status = 422): Reply => ({ status, contentType: "application/problem+json", body: JSON.stringify(json) });

  test("is good for a result and for a problem", () => {
    expect(faultsOf(request, answer({ outputs: { y: [1, "NaN"] } }))).toEqual([]);
    expect(faultsOf(request, refused({ ...refusal, detail: "No", errors: places }))).toEqual([]);
  });

  test.each<[string, Reply]>([
    ["what is not JSON", { ...answer(0), body: "<html>" }],
    ["another content type", { ...answer({ outputs: { y: [1, 2] } }), contentType: "text/plain" }],
    ["members that are not what the schema says", answer({ outputs: [1, 2] })],
    ["null for a number", answer({ outputs: { y: [1, null] } })],
    ["lists of unequal lengths", answer({ outputs: { y: [[1], [1, 2]] } })],
    [
      "a gradient in another shape than its value's",
      answer({ outputs: {}, gradients: {}, nodes: [{ name: "y", value: [1, 2], gradient: 1 }] }),
    ],
    ["an internal error", refused({ ...refusal, code: "internal", status: 500, detail: "No", errors: places }, 500)],
    ["another status than its code's", refused({ ...refusal, detail: "No", errors: places }, 400)],
    ["a title of one's own", refused({ ...refusal, title: "Oh", detail: "No", errors: places })],
    ["a pointer that leads nowhere", refused({ ...refusal, detail: "No", errors: [{ pointer: "/inputs/y/0", detail: "No" }] })],
    ["no place at all", refused({ ...refusal, detail: "No", errors: [] })],
    ["a word of the machinery", refused({ ...refusal, detail: "x is undefined", errors: places })],
    ["JSON called none", refused({ ...refusal, code: "invalid_json", detail: "No", errors: places })],
  ])("is bad for %s", (_, reply) => {
    expect(faultsOf(request, reply)).not.toEqual([]);
  });
});
