import { createHash } from "node:crypto";
import apiReference from "@scalar/fastify-api-reference";
import type { FastifyInstance } from "fastify";

/** The page that shows the contract and tries it out, at /docs. It loads nothing from elsewhere and sends nothing to elsewhere. */
export async function reference(scope: FastifyInstance): Promise<void> {
  // The plugin makes URLs of whatever a client says that the host is.
  scope.addHook("onRequest", ({ raw }, _reply, done) => {
    raw.headers.host = "localhost";
    done();
  });
  scope.addHook("onSend", (_request, reply, payload, done) => {
    if (typeof payload === "string" && String(reply.getHeader("content-type")).startsWith("text/html")) {
      reply.header("content-security-policy", policyFor(payload));
    }
    // The service may stand below a path, which only the client knows.
    if (reply.getHeader("location") === "/docs/") reply.header("location", "docs/");
    // The page asks for the script by the same path whatever its version.
    if (reply.statusCode === 200) reply.header("cache-control", "public, max-age=3600");
    done();
  });
  await scope.register(apiReference, {
    routePrefix: "/docs",
    configuration: {
      url: "../openapi.json",
      pageTitle: "Adjoint API",
      withDefaultFonts: false,
      telemetry: false,
      showDeveloperTools: "never",
      agent: { disabled: true },
      mcp: { disabled: true },
      hideClientButton: true,
      defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    },
  });
}

/** What the page may do: run its own scripts, those inside it by their hashes, and call this service. */
function policyFor(html: string): string {
  const inline = [...html.matchAll(/<script[^>]*>([^]*?)<\/script>/g)].map(([, script]) => script).filter((script) => script !== "");
  const hashes = inline.map((script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`);
  return [
    "default-src 'none'",
    `script-src 'self' ${hashes.join(" ")}`,
    // The reference makes its style sheets as it runs.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
