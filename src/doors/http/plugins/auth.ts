import { hash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { problem } from "../../../problems/problems.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Which of the configured keys the request carries, by its place in the list. */
    apiKey: number | undefined;
  }
}

/** Finds out which API key a request carries. */
export const apiKeys = fp<{ keys: readonly string[] }>(
  async (app, { keys }) => {
    app.decorateRequest("apiKey");
    if (keys.length === 0) return;
    const known = keys.map(digest);
    app.addHook("onRequest", (request, _reply, done) => {
      request.apiKey = identify(request, known);
      done();
    });
  },
  { name: "api-keys" },
);

/** Refuses requests to the routes of this scope that carry no known key. */
export function requireApiKey(scope: FastifyInstance): void {
  scope.addHook("onRequest", (request, reply, done) => {
    if (request.apiKey !== undefined) return done();
    reply.header("www-authenticate", 'Bearer realm="adjoint"');
    const given = request.headers.authorization === undefined ? "The request carries no API key" : "The API key is not known";
    done(problem("unauthorized", given));
  });
}

const digest = (text: string): Buffer => hash("sha256", text, "buffer");

/** Compares digests, and all of them, so that the time taken says nothing about the keys. */
function identify(request: FastifyRequest, known: readonly Buffer[]): number | undefined {
  const token = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined) return undefined;
  const given = digest(token);
  let found: number | undefined;
  known.forEach((key, place) => {
    if (timingSafeEqual(key, given)) found = place;
  });
  return found;
}
