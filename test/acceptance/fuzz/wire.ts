import { METHODS } from "node:http";
import fc from "fast-check";
import { ProblemDocument } from "../../../src/problems/document.ts";
import { problems } from "../../../src/problems/catalogue.ts";

/** Messages as they stand on the wire: right, nearly right, and wrong in every way that HTTP has. */

export interface Message {
  readonly method: string;
  readonly text: string;
}

const body = '{"expression":"x^2","inputs":{"x":3}}';

const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: usual, weight: 4 }, { arbitrary: odd, weight: 1 });
const junk = fc.string({
  unit: fc.constantFrom(..."aZ09-_./:;=,?&%#@!*'\"(){}[]<>\\|~^`+$ \t\0\u0001\u007f\u0080\u00ff\r\n".split("")),
  maxLength: 12,
});

const method = mostly(
  fc.constantFrom("GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH", "QUERY", "TRACE", "CONNECT", ...METHODS),
  fc.oneof(fc.constantFrom("get", "FETCH", "", "GET "), junk),
);
const path = fc.constantFrom(
  "/",
  "/livez",
  "/v1/evaluate",
  "/v1/operators",
  "/v1/operators/Add",
  "/v1/graphs",
  "/docs/",
  "/problems/cycle",
  "/nowhere",
);
const query = fc.oneof(
  fc.constantFrom("", "?", "?a", "?category=shape", "?category=", "?category=a&category=b", "?__proto__=1", "?%zz=1", "?a[]=1"),
  junk.map((text) => `?${text}`),
);
const target = mostly(
  fc.tuple(path, mostly(fc.constant(""), query)).map((parts) => parts.join("")),
  fc.oneof(
    fc.constantFrom("*", "livez", "http://a/livez", "//livez", "/%ff", "/%", "a:443", "/v1/operators/%00", `/${"x".repeat(500)}`),
    junk,
  ),
);
const version = mostly(
  fc.constant("HTTP/1.1"),
  fc.constantFrom("HTTP/1.0", "HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "HTTPS/1.1", "http/1.1", ""),
);
const length = fc.constantFrom(
  "0",
  "1",
  String(body.length),
  String(body.length + 1),
  "-1",
  "+2",
  "0x2",
  "1e1",
  "",
  " 2",
  "2, 2",
  "99999999999999999999",
  "two",
);

/** Families of headers. */
const header = fc.oneof(
  fc.constantFrom("Host: b", "Host:", "host : a", "Host: a b", "X-Forwarded-Host: c"),
  fc.constantFrom("Expect: 100-continue", "Expect: gold", "Expect:", "expect: 100-Continue, gold"),
  length.map((text) => `Content-Length: ${text}`),
  fc.constantFrom(
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding:",
  ),
  fc.constantFrom(
    "Connection: close",
    "Connection: keep-alive",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Upgrade: h2c",
    "Connection: ,,",
    "Keep-Alive: x",
  ),
  fc.constantFrom(
    "Content-Type: text/plain",
    "Content-Type:",
    "Content-Type: application/json; charset=latin1",
    "Content-Type: ;;",
    "Content-Encoding: gzip",
    "Content-Encoding: br, gzip",
  ),
  fc.constantFrom(
    "Accept: */*",
    "Accept: ;",
    "Accept: text/html;q=x",
    "Accept-Encoding: gzip;q=0, *",
    "If-None-Match: *",
    "Range: bytes=0-1",
    "Authorization: Bearer",
    "Prefer: wait=99999999999",
    "TE: trailers",
    "Trailer: X",
  ),
  fc.constantFrom("Access-Control-Request-Method: POST", "Origin: null", "traceparent: 00-x", "x-request-id: a b", "Cookie: =;"),
  fc.tuple(junk, junk).map(([name, value]) => `${name}: ${value}`),
  junk,
  fc.constant(`X: ${"x".repeat(17_000)}`),
);
const ending = mostly(fc.constant("\r\n"), fc.constantFrom("\n", "\r", "\r\n "));
const content = fc.oneof(
  fc.constantFrom(
    "",
    body,
    `${body}GET /livez HTTP/1.1\r\nHost: a\r\n\r\n`,
    `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    "0\r\n\r\n",
    "zz\r\n",
    `5;${"e".repeat(50)}\r\n`,
  ),
  junk,
);

export const messages: fc.Arbitrary<Message> = fc
  .record({
    method,
    target,
    version,
    host: mostly(fc.constant<readonly string[]>(["Host: a"]), fc.constantFrom([], ["Host: a b"], ["Host: ["], ["Host: a:99999"])),
    usual: mostly(fc.constant<readonly string[]>(["Content-Type: application/json", `Content-Length: ${body.length}`]), fc.constant([])),
    headers: fc.array(header, { maxLength: 3 }),
    end: ending,
    content,
  })
  .map(({ method, target, version, host, usual, headers, end, content }) => ({
    method,
    text: `${[`${method} ${target} ${version}`, ...host, ...(method === "POST" ? usual : []), ...headers].join(end)}${end}${end}${content}`,
  }));

/** Whether an answer to HEAD is one: what cannot be read as a request is answered with a document, whatever its first word is. */
const isAboutHead = (behind: string, method: string, at: number): boolean => method === "HEAD" && at === 0 && !behind.startsWith("{");

/** The answers in what came back, and what is left over. */
function answersIn(received: string, method: string): { answers: { head: string; body: string }[]; rest: string } {
  const answers: { head: string; body: string }[] = [];
  let rest = received;
  for (;;) {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) return { answers, rest };
    const head = rest.slice(0, end);
    const isBare = /^HTTP\/1\.1 (?:1..|204|304)/.test(head) || isAboutHead(rest.slice(end + 4), method, answers.length);
    const size = isBare ? 0 : Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? Number.NaN);
    const all = Number.isNaN(size) ? rest.length : end + 4 + size;
    if (rest.length < all) return { answers, rest };
    if (!head.startsWith("HTTP/1.1 1")) answers.push({ head, body: rest.slice(end + 4, all) });
    rest = rest.slice(all);
  }
}

/** Whether an answer has come that is all there. */
export const isAnswered = (received: string, { method }: Message): boolean => answersIn(received, method).answers.length > 0;

/** What is wrong with what a message got back: a list of sentences. */
export function faultsOnWire(received: string, { method }: Message): string[] {
  const { answers, rest } = answersIn(received, method);
  const faults = answers.flatMap((answer, at) => [...faultsIn(answer, isAboutHead(answer.body, method, at))]);
  if (answers.length === 0) faults.push(`no answer but ${JSON.stringify(received.slice(0, 100))}`);
  else if (rest !== "") faults.push(`something behind the answer: ${JSON.stringify(rest.slice(0, 100))}`);
  return faults;
}

function* faultsIn({ head, body }: { head: string; body: string }, isHead: boolean): Iterable<string> {
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
  if (!(status >= 200 && status < 500)) yield `the status line is ${head.slice(0, 40)}`;
  for (const name of ["x-request-id", "content-security-policy", "x-content-type-options"]) {
    if (!new RegExp(`^${name}: \\S`, "im").test(head)) yield `${status} without ${name}`;
  }
  if (status === 405 && !/^allow: \S/im.test(head)) yield "405 without Allow";
  if (status < 400 || isHead) return;
  if (!/^content-type: application\/problem\+json/im.test(head)) yield `${status} is no problem document`;
  const result = ProblemDocument.safeParse(JSON.parse(body || "null"));
  if (!result.success) yield `${status} has no whole document: ${body.slice(0, 100)}`;
  else if (problems[result.data.code].status !== status) yield `${result.data.code} comes with ${status}`;
}
