/**
 * What happens to a request or a job, told as spans to whoever collects them. A span is named by text, as W3C's header traceparent has
 * it: so it goes from client to service, from thread to thread, and lies beside a job that other processes go on with.
 */
export type TraceParent = string;

export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

export interface SpanStart {
  /** What it is a part of; null: the beginning of a trace of its own. */
  readonly parent: TraceParent | null;
  /** Milliseconds since 1970; now unless told. */
  readonly at?: number;
  /** Whether it waits for somebody outside of the service. */
  readonly isCall?: boolean;
  readonly attributes?: SpanFacts;
}

export interface SpanEnd {
  readonly at?: number;
  readonly attributes?: SpanFacts;
  /** Why it came to nothing. */
  readonly error?: string | undefined;
}

export interface Span {
  readonly traceparent: TraceParent;
  end(told?: SpanEnd): void;
}

export interface Tracing {
  begin(name: string, start: SpanStart): Span;
}

/** A piece of work as a span, from now to its end. */
export async function traced<T>(
  tracing: Tracing | undefined,
  name: string,
  start: SpanStart,
  work: (span: Span | undefined) => Promise<T>,
  told: (result: T) => SpanEnd = () => ({}),
): Promise<T> {
  const span = tracing?.begin(name, start);
  try {
    const result = await work(span);
    span?.end(told(result));
    return result;
  } catch (error) {
    span?.end({ error: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}

/** What a line of the log says of the trace that it belongs to. */
export const traceOf = (traceparent: TraceParent | null | undefined): { trace_id?: string; span_id?: string } =>
  traceparent ? { trace_id: traceparent.slice(3, 35), span_id: traceparent.slice(36, 52) } : {};
