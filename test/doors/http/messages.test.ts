import { METHODS } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { running } from "../../jobs/given.ts";
import { answerOf, postText, problemIn, rawClient, startApp } from "./fixture.ts";
import { startJobService } from "./job-service.ts";

/** What comes over a connection as bytes that no client's library would write, or few. */

type App = Awaited<ReturnType<typeof startApp>>;
let http: App;
let origin: string;
beforeAll(async () => {
  http = await startApp();
  origin = await http.listen();
});
afterAll(() => http[Symbol.asyncDispose]());

/** The answer to bytes after which the connection is closed, by the client's wish or the service's. */
async function answerTo(text: string) {
  const client = await rawClient(origin);
  client.write(text);
  return answerOf(await client.ended());
}

const head = (line: string, ...headers: string[]): string => `${[line, ...headers].join("\r\n")}\r\n\r\n`;
const closing = (line: string, ...headers: string[]): string => head(line, "Host: a", "Connection: close", ...headers);

/** What every answer of this service has, whoever noticed what is wrong. */
const everywhere = {
  "content-security-policy": "default-src 'none';frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "x-request-id": expect.stringMatching(/^[0-9a-f]{12}-\w+$/),
};

describe("methods: every one that there is in HTTP", () => {
  test.each(METHODS)("%s", async (method) => {
    const [posted, read, listed, missing] = await Promise.all(
      ["/v1/gradients", "/v1/operators/Add", "/v1/operators", "/nowhere"].map((path) => answerTo(closing(`${method} ${path} HTTP/1.1`))),
    );
    for (const { headers } of [posted, read, listed, missing]) expect(headers).toMatchObject(everywhere);
    if (method === "HEAD") {
      expect([posted, read, listed, missing].map(({ statusCode }) => statusCode)).toEqual([405, 200, 200, 404]);
      for (const { body, headers } of [posted, read, listed, missing]) {
        expect(body).toBe("");
        expect(Number(headers["content-length"])).toBeGreaterThan(0);
      }
    } else if (method === "OPTIONS") {
      expect([posted, read, listed].map(({ statusCode, body }) => [statusCode, body])).toEqual([1, 2, 3].map(() => [204, ""]));
      problemIn(missing, "not_found");
    } else {
      problemIn(missing, "not_found");
      if (method === "POST") problemIn(posted, "invalid_json");
      else problemIn(posted, "method_not_allowed");
      if (method === "GET") expect(listed.statusCode).toBe(200);
      else problemIn(listed, "method_not_allowed");
    }
    if (method !== "POST") expect(posted.headers.allow).toBe("OPTIONS, POST");
    if (!["GET", "HEAD"].includes(method)) expect([read.headers.allow, listed.headers.allow]).toEqual(Array(2).fill("GET, HEAD, OPTIONS"));
    expect(missing.headers).not.toHaveProperty("allow");
  });

  test("a body of a method that the path does not take is not waited for", async () => {
    const lines = ["Host: a", "Connection: close", "Content-Type: application/json", "Content-Length: 1000"];
    for (const method of ["QUERY", "PUT", "PROPFIND"]) {
      problemIn(await answerTo(head(`${method} /v1/gradients HTTP/1.1`, ...lines)), "method_not_allowed");
    }
  });

  test("an asterisk asks what the service can do at all", async () => {
    const { statusCode, headers } = await answerTo(closing("OPTIONS * HTTP/1.1"));
    expect([statusCode, headers.allow]).toEqual([204, "DELETE, GET, HEAD, OPTIONS, POST"]);
    for (const method of ["GET", "POST", "PROPFIND"]) problemIn(await answerTo(closing(`${method} * HTTP/1.1`)), "malformed_http");
  });
});

describe("what Node would answer by itself has a document:", () => {
  test.each([
    ["no host", head("GET /livez HTTP/1.1")],
    ["no host, at a path of a closed part", head("GET /v1/operators HTTP/1.1")],
    ["two hosts", head("GET /livez HTTP/1.1", "Host: a", "hOST: b")],
    ["the same host twice", head("GET /livez HTTP/1.1", "Host: a", "Host: a")],
  ])("%s", async (_, text) => {
    const client = await rawClient(origin);
    client.write(text.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    const answer = answerOf(await client.ended());
    expect(problemIn(answer, "malformed_http").detail).toBe("A request names one host, in the header Host");
    expect(answer.headers).toMatchObject(everywhere);
  });

  test("HTTP/1.0 knows no hosts", async () => {
    expect((await answerTo(head("GET /livez HTTP/1.0"))).statusCode).toBe(200);
  });

  test.each(["gold", "200-ok", "100"])("an expectation such as %s", async (expectation) => {
    for (const path of ["GET /livez", "POST /v1/gradients", "GET /nowhere"]) {
      const answer = await answerTo(closing(`${path} HTTP/1.1`, `Expect: ${expectation}`));
      problemIn(answer, "expectation_failed");
      expect(answer.headers).toMatchObject(everywhere);
    }
  });

  test.each(["100-continue", "100-Continue"])("but %s is met", async (expectation) => {
    const client = await rawClient(origin);
    const [lines, body] = postText('{"task":"echo"}', [`Expect: ${expectation}`, "Connection: close"]).split("\r\n\r\n");
    client.write(`${lines}\r\n\r\n`);
    await client.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    client.write(body);
    expect(await client.ended()).toContain("HTTP/1.1 200 OK");
  });

  test.each(["example.org:443", "/v1/gradients", "a"])("a tunnel to %s", async (target) => {
    const answer = await answerTo(head(`CONNECT ${target} HTTP/1.1`, `Host: ${target}`));
    expect([404, 405]).toContain(answer.statusCode);
    problemIn(answer, answer.statusCode === 404 ? "not_found" : "method_not_allowed");
    expect(answer.headers).toMatchObject(everywhere);
  });

  test("other protocols are not spoken: the request is answered as if nobody had asked for one", async () => {
    const upgrade = (protocol: string) => closing("GET /livez HTTP/1.1", "Connection: Upgrade", `Upgrade: ${protocol}`);
    for (const protocol of ["websocket", "h2c"]) expect((await answerTo(upgrade(protocol))).statusCode).toBe(200);
  });
});

describe("what is not HTTP/1.1 is told so, and why:", () => {
  const posting = (...headers: string[]): string =>
    head("POST /v1/gradients HTTP/1.1", "Host: a", "Content-Type: application/json", ...headers);
  test.each([
    ["a method that there is not", head("FETCH /livez HTTP/1.1", "Host: a")],
    ["a method in small letters", head("get /livez HTTP/1.1", "Host: a")],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["HTTP/3", head("GET /livez HTTP/3.0", "Host: a")],
    ["TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"],
    ["a path that does not begin with a slash", head("GET livez HTTP/1.1", "Host: a")],
    ["a path of bytes beyond ASCII", head("GET /v1/operators/\u00ff HTTP/1.1", "Host: a")],
    ["a header without a colon", head("GET /livez HTTP/1.1", "Host: a", "X")],
    ["a blank before the colon", head("GET /livez HTTP/1.1", "Host: a", "X : a")],
    ["a header over two lines", head("GET /livez HTTP/1.1", "Host: a", "X: a", " b")],
    ["a zero in a header", head("GET /livez HTTP/1.1", "Host: a", "X: a\0b")],
    ["lines that end in no return", "GET /livez HTTP/1.1\nHost: a\n\n"],
    ["two lengths", `${posting("Content-Length: 2", "Content-Length: 3")}{}`],
    ["the same length twice", `${posting("Content-Length: 2", "Content-Length: 2")}{}`],
    ["a length and pieces", `${posting("Content-Length: 2", "Transfer-Encoding: chunked")}0\r\n\r\n`],
    ["pieces and a length", `${posting("Transfer-Encoding: chunked", "Content-Length: 2")}0\r\n\r\n`],
    ["a length that is no number", `${posting("Content-Length: two")}{}`],
    ["a length below zero", `${posting("Content-Length: -2")}{}`],
    ["a length in hexadecimals", `${posting("Content-Length: 0x2")}{}`],
    ["a length beyond all numbers", `${posting("Content-Length: 99999999999999999999999")}{}`],
    ["a transfer that is not in pieces", `${posting("Transfer-Encoding: gzip")}{}`],
    ["pieces that are packed behind", `${posting("Transfer-Encoding: chunked, gzip")}0\r\n\r\n`],
    ["a piece whose length is no number", `${posting("Transfer-Encoding: chunked")}zz\r\n{}\r\n0\r\n\r\n`],
    ["a piece that is longer than it says", `${posting("Transfer-Encoding: chunked")}1\r\n{}\r\n0\r\n\r\n`],
    ["a piece with an endless remark", `${posting("Transfer-Encoding: chunked")}2;${"e".repeat(20_000)}\r\n{}\r\n0\r\n\r\n`],
  ])("%s", async (_, text) => {
    const client = await rawClient(origin);
    client.socket.write(text, "latin1");
    const answer = answerOf(await client.ended());
    expect(problemIn(answer, "malformed_http").detail).toMatch(/^This is not an HTTP\/1\.1 request: \w/);
    expect(answer.headers).toMatchObject({ ...everywhere, connection: "close" });
  });

  test.each(["HTTP/2.0", "HTTP/0.9"])("%s", async (version) => {
    const answer = await answerTo(head(`GET /livez ${version}`, "Host: a", "Connection: close"));
    expect(problemIn(answer, "malformed_http").detail).toBe(`This is not an HTTP/1.1 request, but one of ${version}`);
  });

  test.each(["", "a b", "[", "a:99999", "%", "a/b", "a@b", "\u00e9"])("but the host may be %j: nobody asks what it is", async (host) => {
    for (const path of ["/docs/", "/docs", "/", "/livez", "/v1/operators", "/nowhere"]) {
      const client = await rawClient(origin);
      client.socket.write(head(`GET ${path} HTTP/1.1`, `Host: ${host}`, "Connection: close"), "latin1");
      expect(answerOf(await client.ended()).statusCode).toBeLessThan(500);
    }
  });

  test.each(["/v1/operators/%zz", "/v1/operators/%ff", "/%"])("the path %s, whatever the method", async (path) => {
    for (const method of ["GET", "DELETE", "PROPFIND"]) {
      const answer = await answerTo(closing(`${method} ${path} HTTP/1.1`));
      problemIn(answer, "malformed_http");
      expect(answer.headers).toMatchObject(everywhere);
    }
  });

  test.each([
    ["one header", head("GET / HTTP/1.1", "Host: a", `X: ${"x".repeat(20_000)}`)],
    ["the path", head(`GET /${"x".repeat(20_000)} HTTP/1.1`, "Host: a")],
    ["all headers together", head("GET / HTTP/1.1", "Host: a", ...Array.from({ length: 3000 }, (_, at) => `a${at}: 1`))],
  ])("more than 16 KiB of %s", async (_, text) => {
    const answer = await answerTo(text);
    problemIn(answer, "headers_too_large");
    expect(answer.headers).toMatchObject({ ...everywhere, connection: "close" });
  });

  test("but not in the middle of another answer, whose rest it would seem to be", async () => {
    await using service = await startJobService();
    const { id } = await running(service.jobs);
    const client = await rawClient(service.origin);
    client.write(head(`GET /v1/jobs/${id}/events?stream=true HTTP/1.1`, "Host: a"));
    await client.until(/^HTTP\/1\.1 200 [^]*event: started/);
    client.write(head("GARBAGE"));
    expect(await client.ended()).not.toContain("HTTP/1.1 400");
  });
});
