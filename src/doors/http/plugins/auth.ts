import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { anyone, type Client } from "../../../clients/client.ts";
import type { Keys } from "../../../clients/keys.ts";
import { mayUse } from "../../../clients/rights.ts";
import { type Problem, problem } from "../../../problems/problems.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks: whose key the request carries, or anyone where no keys are asked for. */
    client: Client | undefined;
  }
  interface FastifyContextConfig {
    /** Who a request is from that carries no key, if it carries something else that says so. */
    identify?: (request: FastifyRequest) => Promise<Client | undefined>;
  }
}

/** Finds out whose API key a request carries. */
export const apiKeys = fp<{ keys: Keys }>(
  async (app, { keys }) => {
    app.decorateRequest("client");
    app.addHook("onRequest", (request, _reply, done) => {
      request.client = keys.isOpen ? anyone : ownerOfKeyIn(request, keys);
      done();
    });
  },
  { name: "api-keys" },
);

function ownerOfKeyIn({ headers }: FastifyRequest, keys: Keys): Client | undefined {
  const key = keyIn(headers.authorization ?? "");
  return key === undefined ? undefined : keys.ownerOf(key);
}

const keyIn = (authorization: string): string | undefined => /^bearer +(\S+) *$/i.exec(authorization)?.[1];

/** Refuses requests to the routes of this scope that carry no known key, and those that the role of a key has no right to. */
export function requireApiKey(scope: FastifyInstance): void {
  scope.addHook("onRequest", async (request, reply) => {
    request.client ??= await request.routeOptions.config.identify?.(request);
    const refusal = refusalOf(request, reply);
    if (refusal !== undefined) throw refusal;
  });
}

/** Why the request is refused; undefined when it is not. */
function refusalOf(request: FastifyRequest, reply: FastifyReply): Problem | undefined {
  const { client, routeOptions } = request;
  if (client === undefined) {
    reply.header("www-authenticate", 'Bearer realm="adjoint"');
    return problem("unauthorized", whyUnknown(request));
  }
  // Of a path's other methods there is nothing to say but that it does not take them.
  const subject = routeOptions.schema?.tags?.[0]?.toLowerCase();
  if (subject === undefined || mayUse(client.role, subject)) return undefined;
  return problem("forbidden", `A key with the role ${client.role} is not for ${subject}`);
}

const header = "Authorization: Bearer <key>";

/** What a request has in place of a known key, and what it should have. */
function whyUnknown({ headers: { authorization }, routeOptions: { config }, query }: FastifyRequest): string {
  if (authorization !== undefined) {
    return keyIn(authorization) === undefined ? `The header Authorization holds no API key: it is ${header}` : "The API key is not known";
  }
  // Only such a route has a look at tickets.
  if (config.identify !== undefined && typeof query === "object" && query !== null && "ticket" in query) {
    return "The ticket is not known here: it opens the events of its job once, within a minute of its issue. Ask for another";
  }
  return `The request carries no API key: send it as ${header}`;
}

/** Who asks. Behind `requireApiKey` there is always somebody. */
export function clientOf({ client }: FastifyRequest): Client {
  if (client === undefined) throw problem("unauthorized", "The request carries no API key");
  return client;
}
