import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FastifyRequest } from "fastify";
import fp from "fastify-plugin";

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

/** One line per answer, without bodies, queries or headers; and the request's id in a header of the answer. */
export const requestLog = fp(
  async (app) => {
    app.addHook("onRequest", (request, reply, done) => {
      reply.header("x-request-id", request.id);
      done();
    });
    app.addHook("onResponse", (request, reply, done) => {
      request.log.info(
        { method: request.method, path: pathOf(request), status: reply.statusCode, ms: Math.round(reply.elapsedTime * 1000) / 1000 },
        "answered",
      );
      done();
    });
  },
  { name: "request-log" },
);
