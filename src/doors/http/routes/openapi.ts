import type { FastifyInstance } from "fastify";
import { Resource } from "../resource.ts";

/** The contract as a document. */
export function openApiDocument(app: FastifyInstance): void {
  let document: Resource | undefined;
  app.get("/openapi.json", (request, reply) => {
    // Once all routes are known.
    document ??= Resource.json(app.swagger());
    return document.send(request, reply);
  });
}
