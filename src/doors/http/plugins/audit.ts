import type { FastifyInstance } from "fastify";
import { aboutRequest } from "./request-log.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Whether requests to the route change something that lasts: the log says who asked for it and what came of it. */
    audited?: boolean;
  }
  interface FastifyRequest {
    /** What a request is about that its path does not name, as what it has made. */
    concerned: string | undefined;
  }
}

/** One line for each request that was to change something, and for each that was refused for want of a key or a right. */
export function auditLog(scope: FastifyInstance): void {
  scope.decorateRequest("concerned");
  scope.addHook("onResponse", (request, reply, done) => {
    const { config, schema } = request.routeOptions;
    const { statusCode: status } = reply;
    const isRefused = status === 401 || status === 403;
    if (config.audited === true || isRefused) {
      const { id } = request.params as { readonly id?: string };
      const outcome = isRefused ? "refused" : status < 400 ? "done" : "failed";
      const who = { client: request.client?.name ?? null, address: request.ip };
      const what = { action: schema?.operationId ?? null, id: request.concerned ?? id ?? null };
      request.log.info({ audit: true, ...aboutRequest(request), ...who, ...what, outcome, status }, "audit");
    }
    done();
  });
}
