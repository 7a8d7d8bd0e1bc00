import type { FastifyInstance } from "fastify";
import { nearest } from "../../../problems/nearest.ts";
import { type Problem, problem, problemAt } from "../../../problems/problems.ts";
import { assets } from "../routes/home.ts";
import { pathOf } from "./request-log.ts";

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

/**
 * Refuses what no route takes, before any body is read. To the framework a path that takes other methods is one at which nothing is,
 * whatever the method: HTTP's own, WebDAV's, or one that is still to come.
 */
export function refuseUnrouted(app: FastifyInstance, collected: RouteMethods): void {
  app.addHook("onRequest", (request, reply, done) => {
    const path = pathOf(request);
    // A parameter of no characters is none: the path of a list, with a slash behind it.
    if (!request.is404) return done(Object.values(request.params ?? {}).includes("") ? nothingAt(path, collected) : undefined);
    const known = methodsAt(path, collected);
    if (known.size === 0) throw nothingAt(path, collected);
    const allow = [...new Set([...known, "OPTIONS"])].sort().join(", ");
    reply.header("allow", allow);
    if (request.method === "OPTIONS") void reply.code(204).send();
    else done(problem("method_not_allowed", `${request.method} is not possible here, only ${allow}`));
  });
}

function nothingAt(path: string, collected: RouteMethods): Problem {
  const tidy = path.replaceAll(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
  // Files of the page have a digest in their names: nobody has meant another one.
  const meaningful = [...collected.keys()].filter((known) => !known.startsWith(assets));
  const [meant] = [...[tidy, `/v1${tidy}`].filter((other) => methodsAt(other, collected).size > 0), ...nearest(path, meaningful, 1)];
  if (meant === undefined) return problem("not_found", `There is nothing at ${path}`);
  return problemAt("not_found", "", `There is nothing at ${path}; did you mean ${meant}?`, meant);
}

/** The methods that routes take at the path; an asterisk in its place stands for the service as a whole. */
function methodsAt(path: string, collected: RouteMethods): ReadonlySet<string> {
  const fitting = [...collected].filter(([pattern]) => path === "*" || fits(path.split("/"), pattern.split("/")));
  return new Set(fitting.flatMap(([, methods]) => [...methods]));
}

const fits = (path: readonly string[], pattern: readonly string[]): boolean =>
  path.length === pattern.length && pattern.every((part, at) => (part.startsWith(":") ? path[at] !== "" : path[at] === part));
