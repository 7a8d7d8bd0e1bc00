import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** A span as OTLP writes it in JSON. */
export interface CollectedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly resource: Readonly<Record<string, unknown>>;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Posted {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<CollectedSpan, "attributes"> & { readonly attributes: readonly Attribute[] })[];
    }[];
  }[];
}

const plain = (attributes: readonly Attribute[]) => Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

/** A collector of spans, and a receiver of webhooks: whatever is posted, it takes. */
export async function startCollector() {
  const spans: CollectedSpan[] = [];
  const webhooks: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      if (request.url === "/v1/traces") {
        for (const { resource, scopeSpans } of (body as Posted).resourceSpans) {
          const collected = scopeSpans.flatMap((scope) => scope.spans);
          spans.push(...collected.map((span) => ({ ...span, attributes: plain(span.attributes), resource: plain(resource.attributes) })));
        }
      } else webhooks.push(request.headers);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    webhooks,
    named: (name: string): CollectedSpan[] => spans.filter((span) => span.name === name),
    under: (parent: CollectedSpan): CollectedSpan[] => spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
