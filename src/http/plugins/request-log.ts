import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
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

/** One line per answer, without bodies, queries or headers; and the request's id in a header of the answer. */
export const requestLog = fp(
  async (app) => {
    app.addHook("onRequest", (request, reply, done) => {
      reply.header("x-request-id", request.id);
      done();
    });
    app.addHook("onResponse", (request, reply, done) => {
      const { method, url } = request;
      const query = url.indexOf("?");
      const path = query < 0 ? url : url.slice(0, query);
      request.log.info({ method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime * 1000) / 1000 }, "answered");
      done();
    });
  },
  { name: "request-log" },
);
