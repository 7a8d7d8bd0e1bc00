import { diag, DiagLogLevel, propagation, type SpanContext, SpanKind, SpanStatusCode, trace, ROOT_CONTEXT } from "@opentelemetry/api";
import { parseTraceParent, W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { SpanFacts, Span, TraceParent, Tracing } from "./tracing.ts";

/** What could not be sent by then, in milliseconds, keeps a process that stops no longer. */
const lastWordMs = 3_000;

interface OpenTelemetryOptions {
  /** What the process is, in the words of OpenTelemetry; OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before. */
  readonly resource: SpanFacts;
  /** Told when spans cannot be sent. */
  readonly onTrouble: (message: string) => void;
}

/**
 * Sends spans to a collector, over HTTP as OTLP's JSON, many at a time; of those that it does not take, the queue keeps some and
 * forgets the rest. Where to, and how much, OpenTelemetry's own variables of the environment say.
 */
export class OpenTelemetry implements Tracing, AsyncDisposable {
  readonly #provider: BasicTracerProvider;

  constructor({ resource, onTrouble }: OpenTelemetryOptions) {
    const ignore = (): void => {};
    diag.setLogger({ error: onTrouble, warn: onTrouble, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);
    this.#provider = new BasicTracerProvider({
      resource: defaultResource()
        .merge(resourceFromAttributes(resource))
        .merge(detectResources({ detectors: [envDetector] })),
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
    });
    // Fastify's plugin finds them there.
    trace.setGlobalTracerProvider(this.#provider);
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  }

  begin(name: string, { parent, at, isCall = false, attributes = {} }: Parameters<Tracing["begin"]>[1]): Span {
    const parentContext = parent === null ? null : parseTraceParent(parent);
    const context = parentContext === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parentContext, isRemote: true });
    const kind = isCall ? SpanKind.CLIENT : SpanKind.INTERNAL;
    const span = this.#provider
      .getTracer("adjoint")
      .startSpan(name, { kind, attributes, ...(at !== undefined && { startTime: at }) }, context);
    return {
      traceparent: textOf(span.spanContext()),
      end: ({ at: endedAt, attributes: more = {}, error } = {}) => {
        span.setAttributes(more);
        if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
        span.end(endedAt);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const impatience = setTimeout(resolve, lastWordMs);
    await Promise.race([this.#provider.shutdown().catch(() => undefined), promise]);
    clearTimeout(impatience);
    trace.disable();
    propagation.disable();
    diag.disable();
  }
}

/** A span's name as text. */
export const textOf = ({ traceId, spanId, traceFlags }: SpanContext): TraceParent =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
