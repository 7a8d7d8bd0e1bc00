import type { FastifyInstance } from "fastify";
import { problem } from "../../../problems/problems.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/** Which methods the routes take, by path. */
export type RouteMethods = ReadonlyMap<string, ReadonlySet<string>>;

/** Collects the methods of all routes that are added from now on. */
export function collectMethods(app: FastifyInstance): RouteMethods {
  const collected = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    const known = collected.get(url) ?? new Set();
    for (const each of [method].flat()) known.add(each);
    collected.set(url, known);
  });
  return collected;
}

/** Adds, to every path that has routes, one for all other methods: it tells which the path takes. */
export function refuseOtherMethods(app: FastifyInstance, collected: RouteMethods): void {
  for (const [url, known] of [...collected].filter(([path]) => !path.includes("*"))) {
    const allow = [...known, "OPTIONS"].sort().join(", ");
    const others = methods.filter((method) => !known.has(method));
    app.route({
      url,
      method: others,
      // Before any body is read.
      onRequest: (request, reply, done) => {
        reply.header("allow", allow);
        if (request.method === "OPTIONS") void reply.code(204).send();
        else done(problem("method_not_allowed", `${request.method} is not possible here, only ${allow}`));
      },
      handler: () => {},
    });
  }
}
