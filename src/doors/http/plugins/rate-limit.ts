import rateLimit, { normalizeIP } from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { anyone } from "../../../clients/client.ts";
import { Problem } from "../../../problems/problems.ts";

/** How many requests a minute one client may send to the routes of this scope: a client with a key as many as it is told, or one address. */
export async function limitRate(scope: FastifyInstance, { perMinute, isOpen }: { perMinute: number; isOpen: boolean }): Promise<void> {
  if (perMinute === 0 && isOpen) return;
  const usual = perMinute === 0 ? Number.MAX_SAFE_INTEGER : perMinute;
  await scope.register(rateLimit, {
    global: false,
    max: ({ client }: FastifyRequest) => client?.limits.requests_per_minute ?? usual,
    timeWindow: 60_000,
    keyGenerator: ({ client, ip }) => (client === undefined || client === anyone ? normalizeIP(ip) : `client ${client.name}`),
    // Those who stay within the limit need not be told with every answer.
    addHeadersOnExceeding: { "x-ratelimit-limit": false, "x-ratelimit-remaining": false, "x-ratelimit-reset": false },
    errorResponseBuilder: (_request, { max, ttl }) =>
      new Problem("rate_limited", `More than ${max} requests within a minute`, [], Math.max(1, Math.ceil(ttl / 1000))),
  });
  scope.addHook("onRequest", scope.rateLimit());
}
