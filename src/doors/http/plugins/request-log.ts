import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { anyone } from "../../../clients/client.ts";
import { traceOf } from "../../../tracing/tracing.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The code of the problem that the request was answered with. */
    problemCode: string | undefined;
    /** Bytes that the connection had sent when the request came. */
    writtenBefore: number;
  }
}

const sane = /^[\w.:=/+-]{1,128}$/;

/** The id that the client (or a proxy before it) gave to its request, if it can be trusted in a log; else a new one. */
export function requestIds(): (request: Pick<IncomingMessage, "headers">) => string {
  const start = randomBytes(6).toString("hex");
  let count = 0;
  return ({ headers }) => {
    const given = headers["x-request-id"];
    return typeof given === "string" && sane.test(given) ? given : `${start}-${(++count).toString(36)}`;
  };
}

/** What a request asks for, without its query. */
export function pathOf({ url }: Pick<FastifyRequest, "url">): string {
  const end = url.indexOf("?");
  return (end < 0 ? url : url.slice(0, end)).slice(0, 300);
}

/** What every line about a request says of it. */
export const aboutRequest = (request: FastifyRequest) => ({
  reqId: request.id,
  method: request.method,
  path: pathOf(request),
  ...traceOf(request.traceparent),
});

/**
 * One logger per level that routes ask for, in place of one per request, which would cost the event loop more than all that it
 * does with a small request. Hence lines about a request name it themselves.
 */
export function sharedLoggers(): FastifyInstance["childLoggerFactory"] {
  const loggers = new Map<string | undefined, FastifyBaseLogger>();
  return (logger, _bindings, options) => {
    let shared = loggers.get(options.level);
    if (shared === undefined) loggers.set(options.level, (shared = logger.child({}, options)));
    return shared;
  };
}

/** One line per answer, without bodies, queries, headers or keys; and the request's id in a header of the answer. */
export const requestLog = fp(
  async (app) => {
    app.decorateRequest("problemCode");
    app.decorateRequest("writtenBefore", 0);
    app.addHook("onRequest", (request, reply, done) => {
      reply.header("x-request-id", request.id);
      request.writtenBefore = request.raw.socket.bytesWritten;
      done();
    });
    app.addHook("onResponse", (request, reply, done) => {
      request.log.info({ ...aboutRequest(request), ...aboutAnswer(request, reply) }, "answered");
      done();
    });
  },
  { name: "request-log" },
);

/** Who asked, and what came of it. What is undefined is not written. */
const aboutAnswer = (request: FastifyRequest, reply: FastifyReply) => ({
  route: request.routeOptions.url,
  address: request.ip,
  client: request.client === anyone ? undefined : request.client?.name,
  status: reply.statusCode,
  code: request.problemCode,
  // As announced or, of a body that comes in pieces, as it was counted.
  bytesIn: Number(request.headers["content-length"] ?? request.pendingBytes ?? 0),
  // All that was sent, the head and what is packed included.
  bytesOut: request.raw.socket.bytesWritten - request.writtenBefore,
  ms: Math.round(reply.elapsedTime * 1000) / 1000,
});
