import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { traceOf } from "../../../tracing/tracing.ts";

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

/** One line per answer, without bodies, queries or headers; and the request's id in a header of the answer. */
export const requestLog = fp(
  async (app) => {
    app.addHook("onRequest", (request, reply, done) => {
      reply.header("x-request-id", request.id);
      done();
    });
    app.addHook("onResponse", (request, reply, done) => {
      const ms = Math.round(reply.elapsedTime * 1000) / 1000;
      request.log.info({ ...aboutRequest(request), status: reply.statusCode, ms }, "answered");
      done();
    });
  },
  { name: "request-log" },
);
