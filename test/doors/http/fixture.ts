import { once } from "node:events";
import { connect } from "node:net";
import { expect } from "vitest";
import { type AppOptions, buildApp } from "../../../src/doors/http/app.ts";
import { createLogger } from "../../../src/doors/http/logger.ts";
import { RegisteredGraphs } from "../../../src/jobs/registered-graphs.ts";
import { WorkerPool } from "../../../src/workers/pool.ts";
import { type ProblemCode, problemPath, problems } from "../../../src/problems/catalogue.ts";
import { ProblemDocument } from "../../../src/problems/document.ts";

export interface FixtureOptions extends Omit<AppOptions, "pool" | "graphs" | "logger"> {
  readonly workers?: number;
  readonly queueLimit?: number;
  readonly logLevel?: string;
}

/** The HTTP layer over a pool whose tasks do what the bodies say (see fixtures/worker.ts), and its log. */
export async function startApp({ workers = 1, queueLimit = 100, logLevel = "info", ...options }: FixtureOptions = {}) {
  const counters = new Int32Array(new SharedArrayBuffer(8));
  const troubles: string[] = [];
  const pool = new WorkerPool({
    script: new URL("fixtures/worker.ts", import.meta.url),
    workers,
    workerData: counters,
    queueLimit,
    deadlineMs: options.deadlineMs ?? 30_000,
    graceMs: 200,
    onWorkerError: ({ trace }) => troubles.push(trace),
  });
  const log: Record<string, unknown>[] = [];
  const logger = createLogger(logLevel, { write: (line) => void log.push(JSON.parse(line) as Record<string, unknown>) });
  const app = await buildApp({ pool, graphs: new RegisteredGraphs("unused"), logger, ...options });
  await pool.ready;
  return {
    app,
    pool,
    log,
    troubles,
    counters,
    post: (body: unknown, headers: Record<string, string> = {}) =>
      app.inject({
        method: "POST",
        url: "/v1/gradients",
        headers: { "content-type": "application/json", ...headers },
        payload: textOf(body),
      }),
    /** Listens, and tells the origin. */
    listen: async (): Promise<string> => app.listen({ host: "127.0.0.1", port: 0 }),
    [Symbol.asyncDispose]: async () => {
      app.server.closeAllConnections();
      await app.close();
      await pool.close({ drainMs: 0 });
    },
  };
}

const textOf = (body: unknown): string => (typeof body === "string" ? body : JSON.stringify(body));

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** The problem that an answer holds, which must be a whole one, of the code. */
export function problemIn({ statusCode, headers, body }: Answer, code: ProblemCode): ProblemDocument {
  const { status, title } = problems[code];
  const document = ProblemDocument.parse(JSON.parse(body));
  expect(document).toMatchObject({ code, status, title, type: problemPath(code) });
  expect(statusCode).toBe(status);
  expect(headers["content-type"]).toMatch(/^application\/problem\+json/);
  return document;
}

/** An answer as it stood on the wire. */
export function answerOf(text: string): Answer {
  const end = text.indexOf("\r\n\r\n");
  const [statusLine, ...lines] = text.slice(0, end).split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
  );
  return { statusCode: Number(statusLine.split(" ")[1]), headers, body: text.slice(end + 4) };
}

/** A client that writes bytes and sees bytes. */
export async function rawClient(origin: string) {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  let received = "";
  socket.setEncoding("utf8").on("data", (text: string) => (received += text));
  socket.on("error", () => {});
  return {
    socket,
    write: (text: string) => socket.write(text),
    received: () => received,
    /** All that came once the other side has closed the connection. */
    ended: async (): Promise<string> => {
      if (!socket.closed) await once(socket, "close");
      return received;
    },
    /** Waits until this was received. */
    until: async (pattern: RegExp): Promise<string> => {
      while (!pattern.test(received)) await once(socket, "data");
      return received;
    },
  };
}

/** A POST as it stands on the wire. */
export function postText(body: string, headers: readonly string[] = []): string {
  const lines = [
    "POST /v1/gradients HTTP/1.1",
    "Host: adjoint",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return `${[...lines, ...headers].join("\r\n")}\r\n\r\n${body}`;
}

/** Waits until something is true. */
export async function eventually(isTrue: () => boolean, ms = 5_000): Promise<void> {
  const end = performance.now() + ms;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error("it did not become true");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
