import rateLimit, { normalizeIP } from "@fastify/rate-limit";
import type { FastifyInstance } from "fastify";
import { Problem } from "../../../problems/problems.ts";

/** Limits how many requests a minute one client may send to the routes of this scope: one API key, or one address without a key. */
export async function limitRate(scope: FastifyInstance, { perMinute }: { perMinute: number }): Promise<void> {
  if (perMinute === 0) return;
  await scope.register(rateLimit, {
    global: false,
    max: perMinute,
    timeWindow: 60_000,
    keyGenerator: (request) => (request.apiKey === undefined ? normalizeIP(request.ip) : `key ${request.apiKey}`),
    // Those who stay within the limit need not be told with every answer.
    addHeadersOnExceeding: { "x-ratelimit-limit": false, "x-ratelimit-remaining": false, "x-ratelimit-reset": false },
    errorResponseBuilder: (_request, { max, ttl }) =>
      new Problem("rate_limited", `More than ${max} requests within a minute`, [], Math.max(1, Math.ceil(ttl / 1000))),
  });
  scope.addHook("onRequest", scope.rateLimit());
}
