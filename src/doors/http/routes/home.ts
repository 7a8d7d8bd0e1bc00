import type { FastifyInstance } from "fastify";
import about from "../../../../package.json" with { type: "json" };
import { namesType } from "../answers.ts";
import { Resource } from "../resource.ts";

/** The way in: links for programs, the reference for browsers. */
export function home(app: FastifyInstance): void {
  const links = Resource.json({
    name: "Adjoint",
    version: about.version,
    description: about.description,
    documentation: "/docs",
    openapi: "/openapi.json",
    operators: "/v1/operators",
    problems: "/problems",
  });
  app.get("/", (request, reply) => {
    reply.header("vary", "accept");
    return namesType(request, "text/html") ? reply.redirect("/docs/") : links.send(request, reply);
  });
}
