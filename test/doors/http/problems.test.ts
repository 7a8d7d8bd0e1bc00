import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { problemCodes, problemPath, problems } from "../../../src/problems/catalogue.ts";
import { answerOf, eventually, postText, problemIn, rawClient, startApp } from "./fixture.ts";

type App = Awaited<ReturnType<typeof startApp>>;
let http: App;
let origin: string;
beforeAll(async () => {
  http = await startApp({ maxBodyBytes: 1000, headersMs: 300, requestMs: 600 });
  origin = await http.listen();
});
afterAll(() => http[Symbol.asyncDispose]());

describe("every error is a problem document:", () => {
  test("404 for a path that nothing is at", async () => {
    const document = problemIn(await http.app.inject("/some/where?secret=1"), "not_found");
    expect(document).toMatchObject({ detail: "There is nothing at /some/where", errors: [] });
  });

  test.each(["/v1/gradient", "/v1/gradients/", "//v1//gradients", "/V1/Gradients", "/gradients"])(
    "404 for %s, with the path that was meant",
    async (url) => {
      const document = problemIn(await http.app.inject({ method: "POST", url }), "not_found");
      expect(document.detail).toBe(`There is nothing at ${url}; did you mean /v1/gradients?`);
      expect(document.errors[0].suggestion).toBe("/v1/gradients");
    },
  );

  test.each([
    ["/v1/operators/", "/v1/operators"],
    ["/operators/Add", "/v1/operators/Add"],
    ["/v1/operators/Add/", "/v1/operators/Add"],
    ["/v1/graphs//", "/v1/graphs"],
  ])("404 for %s, which is %s", async (url, meant) => {
    expect(problemIn(await http.app.inject(url), "not_found").errors[0].suggestion).toBe(meant);
  });

  test.each(["PUT", "PATCH", "DELETE", "GET", "TRACE"] as const)("405 for %s, with the methods that the path takes", async (method) => {
    const answer = await http.app.inject({ method: method as "PUT", url: "/v1/gradients" });
    problemIn(answer, "method_not_allowed");
    expect(answer.headers.allow).toBe("OPTIONS, POST");
  });

  test("405 where only GET is possible, whatever the body", async () => {
    const answer = await http.app.inject({ method: "POST", url: "/v1/operators", headers: { "content-type": "text/csv" }, payload: "1,2" });
    problemIn(answer, "method_not_allowed");
    expect(answer.headers.allow).toBe("GET, HEAD, OPTIONS");
  });

  test("OPTIONS tells the methods", async () => {
    const answer = await http.app.inject({ method: "OPTIONS", url: "/v1/gradients" });
    expect(answer.statusCode).toBe(204);
    expect(answer.headers.allow).toBe("OPTIONS, POST");
  });

  test.each([
    ["text/plain"],
    ["application/x-www-form-urlencoded"],
    ["application/jsonx"],
    ["application/json; charset=latin1"],
    ["application/json; charset=UTF-16"],
  ])("415 for %s", async (type) => {
    const { detail } = problemIn(await http.post("{}", { "content-type": type }), "unsupported_media_type");
    const charset = /charset=(.*)/.exec(type)?.[1];
    expect(detail).toBe(
      charset === undefined
        ? `The body is ${type}: send JSON in UTF-8, with the header Content-Type: application/json`
        : `JSON is read as UTF-8, not as ${charset}`,
    );
  });

  test.each(["application/json; charset=UTF-8", 'application/json;charset="utf-8"', "application/vnd.adjoint+json", "APPLICATION/JSON"])(
    "200 for %s",
    async (type) => {
      expect((await http.post({ task: "echo" }, { "content-type": type })).statusCode).toBe(200);
    },
  );

  test("415 for a content encoding that is unknown", async () => {
    problemIn(await http.post("{}", { "content-encoding": "snappy" }), "unsupported_media_type");
  });

  test("400 for a body that is not compressed as it says", async () => {
    problemIn(await http.post("{}", { "content-encoding": "gzip" }), "invalid_encoding");
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"])(
    "400 for an empty body that is said to be %s",
    async (type) => {
      const answer = await http.app.inject({ method: "POST", url: "/v1/gradients", headers: { "content-type": type }, payload: "" });
      if (type.startsWith("application/json")) problemIn(answer, "unsupported_media_type");
      else problemIn(answer, "invalid_json");
    },
  );

  test.each<[string, string | undefined]>([
    ["an empty body", ""],
    ["no body at all", undefined],
  ])("400 for %s", async (_name, payload) => {
    const headers = payload === undefined ? {} : { "content-type": "application/json" };
    problemIn(await http.app.inject({ method: "POST", url: "/v1/gradients", headers, payload }), "invalid_json");
  });

  test("400 for bytes that are not UTF-8", async () => {
    const payload = Buffer.from([0x22, 0xff, 0x22]);
    const answer = await http.app.inject({
      method: "POST",
      url: "/v1/gradients",
      headers: { "content-type": "application/json" },
      payload,
    });
    problemIn(answer, "invalid_encoding");
  });

  test("413 for a body that is announced too large", async () => {
    expect(problemIn(await http.post("x".repeat(1001)), "body_too_large").detail).toContain("1000 bytes");
  });

  test("413 for a body that turns out too large", async () => {
    const client = await rawClient(origin);
    client.write("POST /v1/gradients HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (let chunk = 0; chunk < 11; chunk++) client.write(`64\r\n${"x".repeat(100)}\r\n`);
    problemIn(answerOf(await client.until(/errors":\[\]/)), "body_too_large");
    client.socket.destroy();
  });

  test("the workers' own", async () => {
    const document = problemIn(await http.post({ task: "refuse" }), "cycle");
    expect(document.errors).toEqual([{ pointer: "/graph", detail: "a → b → a" }]);
  });

  test("500 for what nobody foresaw, without saying what it was; the log knows", async () => {
    const answer = await http.post({ task: "throw", text: "swordfish" });
    problemIn(answer, "internal");
    expect(answer.body).not.toMatch(/secret|swordfish|\.ts/);
    expect(http.troubles.join()).toContain("swordfish");
  });

  test("400 for what is not HTTP", async () => {
    const client = await rawClient(origin);
    client.write("\u0016\u0003\u0001 hello\r\n\r\n");
    problemIn(answerOf(await client.ended()), "malformed_http");
  });

  test("400 for a path that cannot be decoded", async () => {
    const client = await rawClient(origin);
    client.write("GET /v1/operators/%ff HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    problemIn(answerOf(await client.ended()), "malformed_http");
  });

  test("404 for a name that is longer than any", async () => {
    problemIn(await http.app.inject(`/v1/operators/${"x".repeat(400)}`), "not_found");
  });

  test("431 for headers that are too large", async () => {
    const client = await rawClient(origin);
    client.write(`GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`);
    problemIn(answerOf(await client.ended()), "headers_too_large");
  });

  test("408 for a client that does not finish its headers, and for one that does not finish its body", async () => {
    const [headers, body] = [await rawClient(origin), await rawClient(origin)];
    headers.write("POST /v1/gradients HTTP/1.1\r\nHost: a\r\n");
    body.write(postText("{}").slice(0, -1));
    problemIn(answerOf(await headers.ended()), "request_timeout");
    problemIn(answerOf(await body.ended()), "request_timeout");
  });
});

test("a client that sends all of a body that is too large reads why it is refused, and may use its connection again", async () => {
  await using small = await startApp({ maxBodyBytes: 100_000 });
  const client = await rawClient(await small.listen());
  client.write(postText("x".repeat(5_000_000)));
  await client.until(/body_too_large/);
  client.write(postText('{"task":"echo"}'));
  await client.until(/HTTP\/1\.1 200/);
  client.socket.destroy();
});

test("503 when the queue is full, and 504 past the deadline, the one with Retry-After", async () => {
  await using busy = await startApp({ queueLimit: 1, deadlineMs: 400 });
  const first = busy.post({ task: "sleep", ms: 1500 });
  const others = Array.from({ length: 40 }, () => busy.post({ task: "echo" }));
  problemIn(await first, "deadline_exceeded");
  const answers = await Promise.all(others);
  const refused = answers.filter(({ statusCode }) => statusCode === 503);
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) {
    problemIn(answer, "overloaded");
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
  }
});

test("a thread that ends in the middle of a request fails that request only", async () => {
  await using app = await startApp({ workers: 2 });
  const before = Array.from({ length: 5 }, () => app.post({ task: "sleep", ms: 20 }));
  const fatal = app.post({ task: "exit" });
  const after = Array.from({ length: 5 }, () => app.post({ task: "sleep", ms: 20 }));
  problemIn(await fatal, "worker_lost");
  for (const answer of await Promise.all([...before, ...after])) expect(answer.statusCode).toBe(200);
  expect((await app.app.inject("/livez")).statusCode).toBe(200);
  expect(app.pool.stats().replaced).toBe(1);
});

test("503 while no worker is ready", async () => {
  await using app = await startApp();
  await eventually(() => app.pool.isReady);
  expect((await app.app.inject("/readyz")).json()).toMatchObject({ status: "ready", workers: 1 });
  await app.pool.close();
  problemIn(await app.app.inject("/readyz"), "not_ready");
  problemIn(await app.post({ task: "echo" }), "shutting_down");
});

describe("the pages of the problems", () => {
  test.each(problemCodes)("explain %s to programs and to people", async (code) => {
    const json = await http.app.inject(problemPath(code));
    expect(json.json()).toEqual({ code, type: problemPath(code), ...problems[code] });
    const html = await http.app.inject({ url: problemPath(code), headers: { accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8" } });
    expect(html.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(html.body).toContain(code);
    expect(html.headers.vary).toBe("accept");
  });

  test("list them all", async () => {
    const { problems: listed } = (await http.app.inject("/problems")).json<{ problems: { code: string }[] }>();
    expect(listed.map(({ code }) => code)).toEqual(problemCodes);
    expect((await http.app.inject({ url: "/problems", headers: { accept: "text/html" } })).body).toContain('href="/problems/cycle"');
  });

  test("say what was probably meant", async () => {
    expect(problemIn(await http.app.inject("/problems/cylce"), "not_found").errors[0].suggestion).toBe("cycle");
  });
});
