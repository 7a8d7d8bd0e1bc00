import type { FastifyInstance } from "fastify";
import fp from "fastify-plugin";
import { pathOf } from "./request-log.ts";
import type { TraceParent } from "../../../tracing/tracing.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The span of this request, where somebody collects spans. */
    traceparent: TraceParent | undefined;
  }
}

/** What is asked every few seconds, and says nothing of anybody's work. */
const watching = /^\/(?:livez|readyz|healthz|version|metrics)(?:\?|$)/;

/** A span for every request, by Fastify's own plugin, within the trace that the client names in the header traceparent. */
export const tracing = fp<{ isOn: boolean }>(
  async (app: FastifyInstance, { isOn }) => {
    app.decorateRequest("traceparent");
    if (!isOn) return;
    // Loaded only now: where nobody collects spans, it would be most of what the service takes to start.
    const [{ FastifyOtelInstrumentation }, { textOf }] = await Promise.all([
      import("@fastify/otel"),
      import("../../../tracing/opentelemetry.ts"),
    ]);
    const instrumentation = new FastifyOtelInstrumentation({
      // A hook of each kind for each request would be ten spans that tell nothing.
      instrumentHooks: false,
      instrumentHandler: false,
      recordExceptions: false,
      ignorePaths: ({ url }) => watching.test(url),
      requestHook: (span, request) => {
        const { method, routeOptions } = request;
        span.updateName(routeOptions.url === undefined ? method : `${method} ${routeOptions.url}`);
        // Without the query, in which there may be secrets.
        span.setAttributes({ "url.path": pathOf(request), "adjoint.request_id": request.id });
        request.traceparent = textOf(span.spanContext());
      },
    });
    await app.register(instrumentation.plugin());
  },
  { name: "tracing" },
);
