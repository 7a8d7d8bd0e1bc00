import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cause } from "../../src/grading/diagnosis/diagnose.ts";
import { messageOf } from "../../src/grading/diagnosis/message.ts";
import { languageOf, languages } from "../../src/grading/language.ts";
import { mistakes } from "../../src/grading/mistakes/catalogue.ts";
import { missingFanoutSum } from "../../src/grading/mistakes/missing-fanout-sum.ts";
import { wrongSign } from "../../src/grading/mistakes/wrong-sign.ts";
import { type Service, startService } from "../support/service.ts";

const cause = (mistake: Cause["mistake"], more: Partial<Cause> = {}): Cause => ({
  mistake,
  name: "W1",
  edges: [{ from: "W1", to: "z1", input: 1 }],
  factor: 2,
  fanout: 3,
  explained: new Set([0]),
  residual: 0,
  place: 0,
  cost: 1,
  also: [],
  counted: null,
  ...more,
});

describe.each(languages)("in %s", (language) => {
  test.each(mistakes.map((mistake) => [mistake.name, mistake] as const))(
    "%s has a sentence of its own that names the place",
    (_, mistake) => {
      const message = messageOf(cause(mistake), language);
      expect(message).toContain("W1");
      expect(message).not.toMatch(/undefined|null|NaN\b(?! )|\$\{/);
      expect(/[\u4e00-\u9fff]/.test(message)).toBe(language === "zh");
    },
  );

  test("no two mistakes have the same sentence", () => {
    expect(new Set(mistakes.map((mistake) => messageOf(cause(mistake), language))).size).toBe(mistakes.length);
  });

  test("other places of the same mistake are named", () => {
    expect(messageOf(cause(wrongSign, { also: ["z2", "p"] }), language)).toMatch(/z2(, |、)p/);
  });
});

test("a value that one node uses twice is not said to feed several", () => {
  expect(messageOf(cause(missingFanoutSum, { fanout: 1 }), "en")).toMatch(/^W1 is used more than once by one node; /);
  expect(messageOf(cause(missingFanoutSum, { edges: [] }), "en")).toMatch(/^Inside W1 /);
});

test.each<[string | undefined, string]>([
  [undefined, "en"],
  ["", "en"],
  ["zh-CN,zh;q=0.9,en;q=0.8", "zh"],
  ["en-US,en;q=0.9,zh;q=0.8", "en"],
  ["fr, zh-TW;q=0.5", "zh"],
  ["fr", "en"],
  ["en;q=0.2, zh;q=0.7", "zh"],
  ["zh;q=0, en", "en"],
  ["zh;q=x", "zh"],
  ["*", "en"],
  [",;=,,", "en"],
])("of %j the language is %s", (header, language) => {
  expect(languageOf(header)).toBe(language);
});

describe("over HTTP", () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ workers: 1 });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const post = (headers: Record<string, string>, members: object = {}) =>
    service.app.inject({
      method: "POST",
      url: "/v1/grade",
      headers: { "content-type": "application/json", ...headers },
      payload: JSON.stringify({ expression: "e = (a+b)*(b+1)", inputs: { a: 2, b: 1 }, submission: { gradients: { b: 3 } }, ...members }),
    });

  test("the header decides the language", async () => {
    const chinese = await post({ "accept-language": "zh-CN" });
    expect(chinese.json<{ diagnosis: { message: string }[] }>().diagnosis[0].message).toContain("流向两个节点");
    expect(chinese.headers.vary).toContain("Accept-Language");
    const english = await post({});
    expect(english.json<{ diagnosis: { message: string }[] }>().diagnosis[0].message).toContain("feeds two nodes");
  });

  test("formats come with their content types", async () => {
    const answer = await post({ "accept-language": "zh" }, { format: "junit" });
    expect(answer.headers["content-type"]).toBe("application/xml; charset=utf-8");
    expect(answer.body).toContain("流向两个节点");
  });

  test("whatever is submitted is answered with a verdict", async () => {
    const task = '{"expression": "e = (a+b)*(b+1)", "inputs": {"a": 2, "b": 1}, "submission": ';
    for (const submission of [
      "null",
      '"dW = 3"',
      '{"gradients": {"a": NaN, "__proto__": [1, [2]]}}',
      `${"[".repeat(3000)}${"]".repeat(3000)}`,
    ]) {
      const headers = { "content-type": "application/json" };
      const answer = await service.app.inject({ method: "POST", url: "/v1/grade", headers, payload: `${task}${submission}}` });
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({ passed: false, points: 0 });
    }
  });

  test("refusals are problem documents, whatever the format", async () => {
    const answer = await post({}, { format: "tap", worth: { gradients: { q: 1 } } });
    expect(answer.statusCode).toBe(422);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
  });
});
