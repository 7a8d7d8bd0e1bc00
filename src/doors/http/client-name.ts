import { hash } from "node:crypto";
import type { FastifyRequest } from "fastify";

/** Names the client of a request without telling who it is: a digest of its API key or, without one, of its address. */
export function clientNames(keys: readonly string[]): (request: FastifyRequest) => string {
  const named = keys.map((key) => hash("sha256", `key ${key}`));
  return ({ apiKey, ip }) => (apiKey === undefined ? hash("sha256", `address ${ip}`) : named[apiKey]);
}
