import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import about from "../../../../package.json" with { type: "json" };
import { styleSheets } from "../../../render/picture/styles.ts";
import { namesType } from "../answers.ts";
import { Resource } from "../resource.ts";

/** Where the page lies, once it is built. */
const built = new URL("../../page/build/", import.meta.url);

/** Where the page's files are, but the first one. */
export const assets = "/assets/";

/** The style sheets that pictures bring with them. */
const drawn = Object.values(styleSheets).map((text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);

/** What the page may do: run its own scripts, have its own styles and those of pictures, and call this service. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' ${drawn.join(" ")}`,
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export interface HomeOptions {
  /** Whether there is a page: a process that answers no requests of /v1 has nothing to show. */
  readonly hasPage: boolean;
  /** Where the page was built to. */
  readonly page?: URL;
}

/** The way in: links for programs; for browsers the page, and the reference where the page was not built. */
export async function home(app: FastifyInstance, { hasPage, page = built }: HomeOptions): Promise<void> {
  const links = Resource.json({
    name: "Adjoint",
    version: about.version,
    description: about.description,
    documentation: "/docs",
    openapi: "/openapi.json",
    operators: "/v1/operators",
    problems: "/problems",
  });
  const root = fileURLToPath(page);
  const isBuilt = hasPage && existsSync(new URL("index.html", page));
  if (isBuilt) {
    // A name holds the digest of what the file holds: each is a route of its own, and is what it is for ever.
    await app.register(fastifyStatic, {
      root: `${root}assets`,
      prefix: assets,
      wildcard: false,
      index: false,
      preCompressed: true,
      // Nobody needs a part of a small file, and answers that are made anew each time have none either.
      acceptRanges: false,
      immutable: true,
      maxAge: "365d",
    });
  }
  app.get("/", (request, reply) => {
    reply.header("vary", "accept");
    if (!namesType(request, "text/html")) return links.send(request, reply);
    if (!isBuilt) return reply.redirect("/docs/");
    reply.header("content-security-policy", policy);
    return reply.sendFile("index.html", root, { cacheControl: true, maxAge: 0, immutable: false });
  });
}
