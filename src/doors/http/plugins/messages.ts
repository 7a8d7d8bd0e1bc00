import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import fp from "fastify-plugin";
import { problem } from "../../../problems/problems.ts";

/**
 * Node's server answers some requests itself, with an empty body and none of this service's headers, or by closing the connection: those
 * without a host, with expectations, or for a tunnel. They come here as any others do (the app is built to let the first pass), and
 * are refused in its words.
 */
export const messages = fp(
  async (app) => {
    app.server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) => {
      app.server.emit("request", request, response);
    });
    // The parser has left the connection: this is the last answer on it.
    app.server.on("connect", (request: IncomingMessage, socket: Socket) => {
      const response = new ServerResponse(request);
      response.shouldKeepAlive = false;
      response.assignSocket(socket);
      response.once("finish", () => socket.destroySoon());
      app.server.emit("request", request, response);
    });
    app.addHook("onRequest", ({ raw }, _reply, done) => {
      if (raw.httpVersionMajor !== 1)
        throw problem("malformed_http", `This is not an HTTP/1.1 request, but one of HTTP/${raw.httpVersion}`);
      if (raw.url === "*" && raw.method !== "OPTIONS") throw problem("malformed_http", `${raw.method} asks for a path, and not for *`);
      if (isHostWrong(raw)) throw problem("malformed_http", "A request names one host, in the header Host");
      const { expect } = raw.headers;
      if (expect !== undefined && !/^100-continue$/i.test(expect)) {
        throw problem("expectation_failed", "The header Expect asks for something else than 100-continue");
      }
      done();
    });
  },
  { name: "messages" },
);

/** HTTP/1.1 asks for exactly one Host, so that what stands between client and service cannot take another for it. */
function isHostWrong({ headers, httpVersionMinor, rawHeaders }: IncomingMessage): boolean {
  if (headers.host === undefined) return httpVersionMinor > 0;
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at].length === 4 && rawHeaders[at].toLowerCase() === "host") hosts++;
  return hosts > 1;
}
