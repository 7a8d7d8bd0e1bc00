import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { codeOf } from "../../../src/doors/page/client/code/requests.ts";
import { en } from "../../../src/doors/page/client/i18n/en.ts";
import { zh } from "../../../src/doors/page/client/i18n/zh.ts";
import { PictureProgress, type PictureStep } from "../../../src/doors/page/client/picture/progress.ts";
import { languageOf, themeOf } from "../../../src/doors/page/client/shell/choices.ts";
import { readEvents, type ServerEvent } from "../../../src/doors/page/client/shell/events.ts";
import { answerWithKey, askForAnotherKey, askForKey, keyOf, keyQuestion } from "../../../src/doors/page/client/shell/key.ts";
import { latest } from "../../../src/doors/page/client/shell/latest.ts";
import { faultsOf } from "../../../src/doors/page/client/shell/problem.ts";
import { gradients } from "../../../src/compute/gradients.ts";
import { problemOf } from "../../support/problems.ts";
import { performed } from "../../support/tasks.ts";

test("a key that is known and does not suffice gives way to another", async () => {
  const asked = askForKey(null);
  answerWithKey("a grader's");
  expect(await asked).toBe(true);
  askForAnotherKey();
  expect(keyQuestion.value).toEqual({ wasRefused: false });
  answerWithKey("a user's");
  expect([keyOf(), keyQuestion.value]).toEqual(["a user's", null]);
});

describe("server-sent events", () => {
  const stream =
    'retry: 500\n\nid: 1\nevent: progress\ndata: {"loss": 1}\n\n: still here\n\nid: 2\r\nevent: log\r\ndata: über 😀\r\ndata: two lines\r\n\r\ndata:bare\n\nid: 3\nevent: half';

  async function read(pieces: readonly Uint8Array[]): Promise<{ events: ServerEvent[]; waits: number[] }> {
    const events: ServerEvent[] = [];
    const waits: number[] = [];
    const source = (async function* () {
      yield* pieces;
    })();
    for await (const event of readEvents(source, (wait) => waits.push(wait))) events.push(event);
    return { events, waits };
  }

  test.each([1, 2, 3, 7, 1_000])("are read out of pieces of %i bytes", async (size) => {
    const bytes = new TextEncoder().encode(stream);
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
    expect(await read(pieces)).toEqual({
      events: [
        { id: "1", type: "progress", data: '{"loss": 1}' },
        { id: "2", type: "log", data: "über 😀\ntwo lines" },
        { id: "2", type: "message", data: "bare" },
      ],
      waits: [500],
    });
  });
});

test("of what is asked for while an answer is awaited only the last is asked", async () => {
  const asked: number[] = [];
  const gate = Promise.withResolvers<void>();
  const ask = latest<number>(async (question) => {
    asked.push(question);
    await gate.promise;
  });
  for (const question of [1, 2, 3, 4]) ask(question);
  gate.resolve();
  await expect.poll(() => asked).toEqual([1, 4]);
});

describe("what the service says of a formula", () => {
  const refused = (request: object) => problemOf(() => performed(gradients)(request, {})).toDocument();

  test.each([
    ["y = x\nz = sofmax(y)", { line: 2, column: 5, suggestion: "softmax" }],
    ["y = (x + 1", { line: 1, column: 11, suggestion: undefined }],
    ["y = x @ [1, 2]", { line: 1, column: 9, suggestion: undefined }],
  ])("is at a line and a column: %j", (expression, fault) => {
    const found = faultsOf(refused({ expression, inputs: { x: [1, 2, 3] } }).errors);
    expect(found).toMatchObject([fault]);
    expect(found[0].message).not.toMatch(/^Line/);
  });
});

describe("steps", () => {
  const steps: PictureStep[] = [
    { id: "forward/c", kind: "forward", node: "c" },
    { id: "forward/e", kind: "forward", node: "e" },
    { id: "seed/e", kind: "seed", node: "e" },
    { id: "backward/e", kind: "backward", node: "e" },
    { id: "backward/c", kind: "backward", node: "c" },
    { id: "sum/b", kind: "sum", node: "b" },
  ];
  const places = {
    input: { from: "b", to: "c" },
    inner: { from: "c", to: "e" },
    literal: { from: null, to: "c" },
    out: { from: "e", to: null },
  };
  const at = (step: number | null) => {
    const progress = new PictureProgress(steps, step);
    const those = (has: (place: (typeof places)[keyof typeof places]) => boolean): string =>
      Object.entries(places)
        .filter(([, place]) => has(place))
        .map(([name]) => name)
        .join();
    return {
      values: those((place) => progress.hasValue(place)),
      gradients: those((place) => progress.hasGradient(place)),
      sum: progress.hasSum("b"),
      now: those((place) => progress.isAtWire(place)),
    };
  };

  test.each([
    [null, "input,inner,literal,out", "input,inner,literal,out", true, ""],
    [0, "input,inner,literal", "", false, "input,literal"],
    [1, "input,inner,literal,out", "", false, "inner"],
    [2, "input,inner,literal,out", "out", false, "out"],
    [3, "input,inner,literal,out", "inner,out", false, "inner"],
    [4, "input,inner,literal,out", "input,inner,literal,out", false, "input,literal"],
    [5, "input,inner,literal,out", "input,inner,literal,out", true, "input"],
  ])("%s: values come forward, gradients back, and sums where paths meet", (step, values, back, sum, now) => {
    expect(at(step)).toEqual({ values, gradients: back, sum, now });
  });

  test("what no step tells of is there from the start, and its gradient in the end", () => {
    const early = new PictureProgress(steps, 0);
    expect([early.hasValue({ from: "q", to: "r" }), early.hasGradient({ from: "q", to: "r" })]).toEqual([true, false]);
    expect(new PictureProgress(steps, 5).hasGradient({ from: "q", to: "r" })).toBe(true);
  });
});

describe("requests in other languages", () => {
  const body = { expression: `y = x' * "it's" \\ )--"`, inputs: { "权 'x": [1, -2.5], flag: true, none: null } };
  const request = { url: "http://127.0.0.1:8080/v1/gradients", body, member: "gradients", needsKey: false };

  test("curl is given what the page sends", () => {
    const printed = codeOf("curl", request).replace("curl ", "printf '%s\\n' ");
    const lines = execFileSync("sh", ["-c", printed], { encoding: "utf8" }).trimEnd().split("\n");
    expect(lines.slice(0, 3)).toEqual([request.url, "-H", "Content-Type: application/json"]);
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual(body);
  });

  test("Python and R are written as they are read there, and a key is never written down", () => {
    const python = codeOf("python", { ...request, needsKey: true });
    expect(python).toContain('"flag": True, "none": None');
    expect(python).toContain("os.environ['ADJOINT_KEY']");
    const r = codeOf("r", request);
    const [, dashes, text] = /r"(-*)\(([^]*)\)\1"/.exec(r) ?? [];
    expect(text).toBe(JSON.stringify(body));
    expect(text).not.toContain(`)${dashes}"`);
  });
});

describe("the reader's language", () => {
  test.each([
    [null, ["zh-CN", "en"], "zh"],
    [null, ["de-DE", "en-GB", "zh"], "en"],
    [null, ["fr", "zh-Hant-TW"], "zh"],
    [null, ["fr"], "en"],
    ["en", ["zh"], "en"],
    ["tlh", ["zh"], "zh"],
  ])("chosen %s, preferred %j: %s", (choice, preferred, language) => {
    expect(languageOf(choice, preferred)).toBe(language);
  });

  test("has every word, and none that was forgotten", () => {
    const words = (tree: unknown, path: string): [string, string][] =>
      typeof tree === "object" && tree !== null
        ? Object.entries(tree).flatMap(([name, part]: [string, unknown]) => words(part, `${path}/${name}`))
        : [[path, typeof tree === "function" ? String((tree as (...gaps: string[]) => unknown)("x", "y", "z")) : String(tree)]];
    const [first, second] = [words(en, ""), words(zh, "")];
    expect(second.map(([path]) => path).toSorted()).toEqual(first.map(([path]) => path).toSorted());
    for (const [path, text] of [...first, ...second]) expect([path, text.trim() === ""]).toEqual([path, false]);
    const chinese = second.filter(([, text]) => /\p{Script=Han}/u.test(text));
    expect(chinese.length / second.length).toBeGreaterThan(0.8);
  });

  test("and a theme that there is", () => {
    expect(["dark", "light", "auto", "pink", null].map(themeOf)).toEqual(["dark", "light", "auto", "auto", "auto"]);
  });
});
